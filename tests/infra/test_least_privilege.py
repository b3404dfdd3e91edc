"""What each user of the bus may do is asked of a real server: permissions are only true if it refuses."""

import asyncio

import pytest
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.errors import APIError

from chassis.topology import quarantine_stream
from infra.local.stack import Stack
from infra.nats.follows import FOLLOWS
from tests.infra.bus_users import connected
from tests.waiting import until_async
from tongxin_contracts.subjects import OWNERS, QUARANTINE_BUCKET, SERVICES, event_stream

COUNTY = "340921"


@pytest.mark.parametrize("service", OWNERS)
async def test_a_service_writes_its_own_events_and_nobody_elses(stack: Stack, service: str) -> None:
    async with connected(stack, service) as user:
        for other in OWNERS:
            allowed = await user.may_publish(f"evt.{COUNTY}.{other}.tried.v1")
            assert allowed == (other == service), f"{service} on the events of {other}"


@pytest.mark.parametrize("service", SERVICES)
async def test_only_members_writes_contact_data_and_only_notify_writes_to_agencies(
    stack: Stack, service: str
) -> None:
    async with connected(stack, service) as user:
        assert await user.may_publish(f"person.{COUNTY}.tried.v1") == (service == "members")
        assert await user.may_publish("agency.nobody.tried.v1") == (service == "notify")


@pytest.mark.parametrize("service", SERVICES)
async def test_only_the_portal_asks_and_only_the_owner_hears(stack: Stack, service: str) -> None:
    async with connected(stack, service) as user:
        for owner in OWNERS:
            assert await user.may_publish(f"cmd.{owner}.tried") == (service == "portal")
            assert await user.may_publish(f"qry.{owner}.tried") == (service == "portal")
            assert await user.may_subscribe(f"cmd.{owner}.tried") == (service == owner)
            assert await user.may_subscribe(f"qry.{owner}.tried") == (service == owner)


@pytest.mark.parametrize("service", SERVICES)
async def test_nobody_listens_to_everything_or_to_anothers_replies(stack: Stack, service: str) -> None:
    async with connected(stack, service) as user:
        for subject in (
            ">",
            "evt.>",
            "cmd.>",
            "person.>",
            "agency.>",
            "_INBOX.>",
            "_INBOX.operator.>",
            "$JS.>",
        ):
            assert not await user.may_subscribe(subject), subject


@pytest.mark.parametrize("service", SERVICES)
async def test_hints_come_from_their_service_and_only_the_portal_hears_them(
    stack: Stack, service: str
) -> None:
    async with connected(stack, service) as user:
        for other in SERVICES:
            assert await user.may_publish(f"hint.{COUNTY}.{other}") == (other == service)
            assert await user.may_publish(f"poke.{other}") == (other == service)
        assert await user.may_subscribe("hint.>") == (service == "portal")


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_reads_through_its_own_consumers_alone(stack: Stack, service: str) -> None:
    follows = FOLLOWS[service]
    async with connected(stack, service) as user:
        jetstream = user.client.jetstream(timeout=2)
        for stream in follows:
            info = await jetstream.consumer_info(stream, service)
            assert info.name == service
            assert (await jetstream.stream_info(stream)).config.name == stream
        for other in SERVICES:
            for stream in FOLLOWS[other]:
                pulling = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{other}"
                assert await user.may_publish(pulling, b'{"no_wait": true}') == (other == service), pulling


@pytest.mark.parametrize("service", SERVICES)
async def test_no_service_declares_changes_or_deletes(stack: Stack, service: str) -> None:
    own = event_stream(service)
    calls = [
        "$JS.API.STREAM.CREATE.MINE",
        f"$JS.API.STREAM.UPDATE.{own}",
        f"$JS.API.STREAM.DELETE.{own}",
        f"$JS.API.STREAM.PURGE.{own}",
        f"$JS.API.STREAM.MSG.DELETE.{own}",
        "$JS.API.STREAM.LIST",
        f"$JS.API.CONSUMER.CREATE.{own}.mine",
        f"$JS.API.CONSUMER.DURABLE.CREATE.{own}.mine",
        f"$JS.API.CONSUMER.DELETE.EVT_MEMBERS.{service}",
        f"$JS.API.STREAM.SNAPSHOT.{own}",
        "$JS.API.ACCOUNT.PURGE.TONGXIN",
        "$SYS.REQ.SERVER.PING",
    ]
    async with connected(stack, service) as user:
        for call in calls:
            assert not await user.may_publish(call), call


async def test_an_owner_answers_the_portal_and_speaks_to_no_other_inbox(stack: Stack) -> None:
    async with connected(stack, "members") as members, connected(stack, "portal") as portal:

        async def answer(message: object) -> None:
            await message.respond(b"done")  # type: ignore[attr-defined]

        await members.client.subscribe("cmd.members.tried", "members", cb=answer)
        await members.client.flush()

        async def answered() -> bool:
            try:
                reply = await portal.client.request("cmd.members.tried", b"{}", timeout=2)
            except NoRespondersError:
                return False  # while the server takes up another agency it knows of nobody, and the portal asks again
            return bool(reply.data == b"done")

        await until_async(answered, "the owner answers")
        for inbox in (
            "_INBOX.operator.x",
            "_INBOX.notify.x",
            "_INBOX.portalx.x",
            "_INBOX.portal",
            "_INBOX.>",
        ):
            assert not await members.may_publish(inbox), inbox
        assert not await portal.may_publish("_INBOX.operator.x")


async def test_a_request_in_flight_is_answered_across_a_reload(stack: Stack) -> None:
    async with connected(stack, "members") as members, connected(stack, "portal") as portal:
        heard, go_on = asyncio.Event(), asyncio.Event()

        async def answer(message: object) -> None:
            heard.set()
            await go_on.wait()
            await message.respond(b"done")  # type: ignore[attr-defined]

        await members.client.subscribe("cmd.members.tried", "members", cb=answer)
        await members.client.flush()
        asking = asyncio.create_task(portal.client.request("cmd.members.tried", b"{}", timeout=20))
        await asyncio.wait_for(heard.wait(), 5)
        await asyncio.to_thread(stack.add_agency, "while_in_flight", "期间新增的机构")
        go_on.set()
        assert (await asking).data == b"done"


async def test_a_file_goes_from_the_portal_to_an_owner_and_not_back(stack: Stack) -> None:
    content = "名册".encode() * 100_000
    async with connected(stack, "portal") as portal, connected(stack, "notify") as owner:
        uploads = await portal.client.jetstream(timeout=2).object_store(QUARANTINE_BUCKET)
        await uploads.put("roster", content)
        files = await owner.client.jetstream(timeout=2).object_store(QUARANTINE_BUCKET)
        assert (await files.get("roster")).data == content
        assert owner.refusals == []
        assert not await owner.may_publish(f"$O.{QUARANTINE_BUCKET}.C.forged")
        assert not await owner.may_publish(f"$JS.API.STREAM.PURGE.{quarantine_stream()}")


@pytest.mark.parametrize("service", ["members", "proposals", "consultation"])
async def test_who_makes_files_writes_them_and_the_portal_reads_them(stack: Stack, service: str) -> None:
    content = "导出".encode() * 100_000
    async with connected(stack, "portal") as portal, connected(stack, service) as owner:
        made = await owner.client.jetstream(timeout=2).object_store(QUARANTINE_BUCKET)
        await made.put("export", content)
        files = await portal.client.jetstream(timeout=2).object_store(QUARANTINE_BUCKET)
        assert (await files.get("export")).data == content
        assert owner.refusals == []


async def test_a_relay_sees_the_end_of_its_own_stream_and_not_of_anothers(stack: Stack) -> None:
    async with connected(stack, "proposals") as user:
        jetstream = user.client.jetstream(timeout=0.3)
        assert (await jetstream.stream_info("EVT_PROPOSALS")).state.last_seq >= 0
        with pytest.raises((NatsTimeoutError, APIError)):
            await jetstream.stream_info("EVT_NOTIFY")


async def test_a_stranger_without_a_key_is_turned_away(stack: Stack, data_folder: object) -> None:
    from infra.local.keys import new_seed

    seed_file = data_folder / "stranger.nk"  # type: ignore[operator]
    seed_file.write_bytes(new_seed())
    from infra.nats.connection import bus

    with pytest.raises(Exception, match=r"(?i)authorization"):
        async with bus(stack.nats_url, seed_file, "members"):
            pass
