"""An agency's account is looked at from outside: what it gets, and all that it does not."""

import pytest
from nats.errors import TimeoutError as NatsTimeoutError

from infra.local.agencies import Credentials
from infra.local.stack import Stack
from infra.nats.permissions import AGENCY_API_PREFIX
from tests.infra.bus_users import connected
from tests.waiting import until_async


@pytest.fixture(scope="module")
def inspection(stack: Stack) -> Credentials:
    """An agency beside another one."""
    stack.add_agency("audit", "审计局")
    return stack.add_agency("inspection", "清源县督查室")


async def test_an_agency_reads_its_own_messages_and_acknowledges_across_the_border(
    stack: Stack, inspection: Credentials
) -> None:
    async with connected(stack, "notify") as notify:
        publish = notify.client.jetstream(timeout=2).publish
        await publish("agency.inspection.proposal_filed.v1", "县里的".encode())
        await publish("agency.audit.proposal_filed.v1", "别人的".encode())
    async with connected(stack, "agency", inspection.seed_file) as agency:
        reader = await agency.client.jetstream().pull_subscribe_bind(
            consumer=inspection.consumer, stream=inspection.stream
        )
        messages = await reader.fetch(10, timeout=1)
        assert [message.data.decode() for message in messages] == ["县里的"]
        for message in messages:
            await message.ack_sync(timeout=2)
    async with connected(stack, "operator") as operator:
        jetstream = operator.client.jetstream()

        async def settled() -> bool:
            info = await jetstream.consumer_info(inspection.stream, inspection.consumer)
            return bool(info.num_ack_pending == 0 and info.num_pending == 0)

        await until_async(settled, "the acknowledgement reached the consumer")


async def test_an_agency_that_was_away_catches_up(stack: Stack, inspection: Credentials) -> None:
    async with connected(stack, "notify") as notify:
        await notify.client.jetstream(timeout=2).publish("agency.inspection.proposal_filed.v1", b"later")
    async with connected(stack, "agency", inspection.seed_file) as agency:
        reader = await agency.client.jetstream().pull_subscribe_bind(
            consumer=inspection.consumer, stream=inspection.stream
        )
        (message,) = await reader.fetch(1, timeout=2)
        assert message.data == b"later"
        await message.ack_sync(timeout=2)


@pytest.mark.parametrize(
    "subject",
    [
        ">",
        "*",
        "*.>",
        "agency.>",
        "agency.*.proposal_filed.v1",
        "agency.inspection.>",
        "agency.audit.>",
        "poke.>",
        "evt.>",
        "person.>",
        "cmd.>",
        "qry.>",
        "hint.>",
        "$JS.>",
        "$SYS.>",
        "$O.>",
    ],
)
async def test_an_agency_listens_to_nothing(stack: Stack, inspection: Credentials, subject: str) -> None:
    async with connected(stack, "agency", inspection.seed_file) as agency:
        assert not await agency.may_subscribe(subject)


@pytest.mark.parametrize(
    "subject",
    [
        "agency.inspection.proposal_filed.v1",
        "evt.340921.members.tried.v1",
        "cmd.members.import_roster",
        "qry.members.roster",
        "person.340921.person_contact.v1",
        "agency.audit.proposal_filed.v1",
        "hint.340921.members",
        "poke.notify",
        "_INBOX.portal.x",
        "_INBOX.audit.x",
        "$JS.API.INFO",
        "$JS.API.STREAM.CREATE.MINE",
        "$JS.API.STREAM.UPDATE.AGENCY",
        "$JS.API.STREAM.DELETE.AGENCY",
        "$JS.API.STREAM.PURGE.AGENCY",
        "$JS.API.STREAM.MSG.DELETE.AGENCY",
        "$JS.API.STREAM.SNAPSHOT.AGENCY",
        "$JS.API.CONSUMER.NAMES.AGENCY",
        "$JS.API.CONSUMER.DURABLE.CREATE.AGENCY.agency_inspection",
        "$JS.API.CONSUMER.CREATE.AGENCY.agency_inspection.agency.audit.>",
        "$JS.API.CONSUMER.PAUSE.AGENCY.agency_inspection",
        "$JS.API.STREAM.INFO.AGENCY",
        "$JS.API.STREAM.NAMES",
        "$JS.API.STREAM.MSG.GET.AGENCY",
        "$JS.API.DIRECT.GET.AGENCY",
        "$JS.API.CONSUMER.LIST.AGENCY",
        "$JS.API.CONSUMER.CREATE.AGENCY.mine",
        "$JS.API.CONSUMER.INFO.AGENCY.agency_audit",
        "$JS.API.CONSUMER.MSG.NEXT.AGENCY.agency_audit",
        "$JS.API.CONSUMER.MSG.NEXT.AGENCY.*",
        "$JS.API.CONSUMER.DELETE.AGENCY.agency_inspection",
        "$JS.API.CONSUMER.MSG.NEXT.EVT_MEMBERS.notify",
        "$JS.ACK.AGENCY.agency_audit.1.1.1.1.0",
        "$SYS.REQ.SERVER.PING",
    ],
)
async def test_an_agency_calls_nothing_else(stack: Stack, inspection: Credentials, subject: str) -> None:
    async with connected(stack, "agency", inspection.seed_file) as agency:
        assert not await agency.may_publish(subject)


async def test_an_agency_that_listens_to_inboxes_hears_its_own_account_alone(
    stack: Stack, inspection: Credentials
) -> None:
    """Its client needs an inbox, and accounts share none: answers to services and to other agencies pass it by."""
    audit = stack.add_agency("audit", "审计局")
    heard: list[str] = []

    async def hear(message: object) -> None:
        heard.append(message.subject)  # type: ignore[attr-defined]

    async with (
        connected(stack, "agency", inspection.seed_file) as snooper,
        connected(stack, "agency", audit.seed_file) as other,
        connected(stack, "notify") as notify,
    ):
        await snooper.client.subscribe("_INBOX.>", cb=hear)
        await snooper.client.flush()
        await notify.client.jetstream(timeout=2).publish("agency.audit.proposal_filed.v1", b"{}")
        await notify.client.jetstream(timeout=2).stream_info("EVT_MEMBERS")
        reader = await other.client.jetstream().pull_subscribe_bind(
            consumer=audit.consumer, stream=audit.stream
        )
        for message in await reader.fetch(1, timeout=2):
            await message.ack_sync(timeout=2)
        await snooper.client.publish("_INBOX.inspection.own", b"")
        await snooper.client.flush()
        await snooper.client.flush()
    assert [subject for subject in heard if subject != "_INBOX.inspection.own"] == []


async def test_an_agency_sees_how_much_waits_for_it(stack: Stack, inspection: Credentials) -> None:
    async with connected(stack, "agency", inspection.seed_file) as agency:
        jetstream = agency.client.jetstream(prefix=AGENCY_API_PREFIX, timeout=2)
        info = await jetstream.consumer_info(inspection.stream, inspection.consumer)
        assert info.num_pending == 0
        assert not await agency.may_publish(f"{AGENCY_API_PREFIX}.CONSUMER.INFO.AGENCY.agency_audit")


async def test_two_agencies_do_not_hear_each_other(stack: Stack, inspection: Credentials) -> None:
    async with connected(stack, "agency", inspection.seed_file) as agency:
        reader = await agency.client.jetstream().pull_subscribe_bind(
            consumer="agency_audit", stream=inspection.stream
        )
        with pytest.raises(NatsTimeoutError):
            await reader.fetch(1, timeout=0.3)


async def test_adding_an_agency_disturbs_no_service(stack: Stack, inspection: Credentials) -> None:
    async with connected(stack, "members") as members:
        before = members.client.stats["reconnects"]
        stack.add_agency("newcomer", "统战部")
        await members.client.flush()
        assert members.client.is_connected
        assert members.client.stats["reconnects"] == before
        info = await members.client.jetstream(timeout=2).stream_info("EVT_MEMBERS")
        assert info.config.name == "EVT_MEMBERS"


async def test_adding_an_agency_disturbs_no_agency_that_is_connected(
    stack: Stack, inspection: Credentials
) -> None:
    async with connected(stack, "agency", inspection.seed_file) as agency:
        reader = await agency.client.jetstream().pull_subscribe_bind(
            consumer=inspection.consumer, stream=inspection.stream
        )
        stack.add_agency("another", "纪检监察组")
        async with connected(stack, "notify") as notify:
            await notify.client.jetstream(timeout=2).publish("agency.inspection.proposal_filed.v1", b"still")
        (message,) = await reader.fetch(1, timeout=2)
        await message.ack_sync(timeout=2)
        assert message.data == b"still"


def test_adding_an_agency_again_keeps_its_key(stack: Stack, inspection: Credentials) -> None:
    key = inspection.seed_file.read_bytes()
    assert stack.add_agency("inspection", "清源县督查室（新名）").seed_file.read_bytes() == key
    assert [agency.name for agency in stack.list_agencies() if agency.id == "inspection"] == [
        "清源县督查室（新名）"
    ]


def test_what_is_handed_over_is_private(stack: Stack, inspection: Credentials) -> None:
    assert oct(inspection.folder.stat().st_mode)[-3:] == "700"
    assert {path.name: oct(path.stat().st_mode)[-3:] for path in inspection.folder.iterdir()} == {
        "agency.nk": "600",
        "connect.json": "600",
    }


def test_an_id_that_does_not_fit_a_subject_is_refused(stack: Stack) -> None:
    for wrong in ("*", ">", "a.b", "../etc", "Ä", "", "with space"):
        with pytest.raises(ValueError, match="plain name"):
            stack.add_agency(wrong, "x")
