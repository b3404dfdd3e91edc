"""An agency from end to end: what the county files reaches its program, cut to its clearance, and nothing else does."""

import asyncio
import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from chassis import telemetry
from infra.local.agencies import Credentials
from infra.local.keys import new_seed
from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from services.notify.service import REACTIONS
from tests import wheel
from tests.agencies_at_work import add, example, handed_over, line_to, nothing_more, read, subscribe
from tests.conftest import temporary_folder
from tests.house import CITY, COUNTY, House, person
from tests.members_at_work import adopt
from tests.proposals_at_work import TEXT, file, handed_in, open_session
from tests.waiting import until, until_async
from tongxin_contracts.catalogue import EVENTS
from tongxin_contracts.classification import Classification, level_of
from tongxin_contracts.client import AgencyClient, AgencyRefused
from tongxin_contracts.members.events import SchemeAdopted
from tongxin_contracts.message import Visibility
from tongxin_contracts.notify.commands import UnsubscribeAgency
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.events import ProposalFiled

PUBLIC = {
    name for name, field in ProposalFiled.model_fields.items() if level_of(field) is Classification.PUBLIC
}


@pytest.fixture(scope="module", autouse=True)
async def _sessions(house: House) -> None:
    await open_session(house, COUNTY)
    await open_session(house, CITY)


@pytest.fixture(scope="module")
def agency_python() -> Iterator[Path]:
    """An interpreter that has the wheel and what the wheel asks for, and nothing of this tree."""
    with temporary_folder() as folder:
        yield wheel.install(wheel.build_wheel(folder), folder / "env", extra="client")


class Program:
    """The documented example, running at an agency."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reading = Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        assert self.process.stdout
        self.lines.extend(self.process.stdout)

    @property
    def said(self) -> str:
        """Everything so far."""
        return "".join(self.lines)

    def end(self) -> int:
        """End it as a service manager would; its exit status. (SIGINT is ignored by whatever runs in the background.)"""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(10)
        self._reading.join()
        return status


@contextmanager
def running(python: Path, credentials: Credentials) -> Iterator[Program]:
    """The example, started where only the credentials are, and connected."""
    program = Program(wheel.run(python, str(example()), str(credentials.folder), folder=credentials.folder))
    try:
        until(lambda: "已连接" in program.said or program.process.poll() is not None, "connected")
        assert program.process.poll() is None, program.said
        yield program
    finally:
        if program.process.poll() is None:
            program.end()


async def filed(house: House, committee: str, title: str) -> str:
    """A proposal of a member of the committee, filed; its number."""
    proposal_id = await handed_in(house, person(Role.MEMBER, committee=committee), title=title)
    return (await file(house, proposal_id, committee=committee)).number


async def test_the_documented_program_hears_of_the_county_and_never_of_the_city(
    stack: Stack, house: House, agency_python: Path
) -> None:
    inspection = await add(stack, "hears_county")
    await subscribe(house, "hears_county")
    with running(agency_python, inspection) as program:
        # The city's first: both go through one stream, so it would arrive first if it arrived at all.
        await filed(house, CITY, "全市地铁接驳公交的建议")
        number = await filed(house, COUNTY, "县城公交首末班时间的建议")
        await until_async(lambda: "3. 三是汛前清淤" in program.said, "the county's proposal arrived")
        assert program.end() == 0
    assert f"{COUNTY} {number} 县城公交首末班时间的建议" in program.said
    assert "全市地铁" not in program.said
    assert CITY not in program.said


async def test_the_documented_program_catches_up_and_repeats_nothing(
    stack: Stack, house: House, agency_python: Path
) -> None:
    inspection = await add(stack, "catches_up")
    await subscribe(house, "catches_up")
    numbers = [await filed(house, COUNTY, f"离线期间的第{n}件建议") for n in range(3)]
    await handed_over(house, "catches_up", 3)
    with running(agency_python, inspection) as program:
        await until_async(lambda: "离线期间的第2件建议" in program.said, "it caught up")
        assert program.end() == 0
    assert [program.said.count(number) for number in numbers] == [1, 1, 1]
    assert [program.said.index(number) for number in numbers] == sorted(map(program.said.index, numbers))
    with running(agency_python, inspection) as again:
        number = await filed(house, COUNTY, "重新上线以后的建议")
        await until_async(lambda: number in again.said, "the new one arrived")
    assert "离线期间" not in again.said


async def test_an_agency_cleared_for_public_gets_no_person_and_no_inner_text(
    stack: Stack, house: House
) -> None:
    inspection = await add(stack, "public_only")
    await subscribe(house, "public_only")
    member = person(Role.MEMBER)
    proposal_id = await handed_in(house, member)
    number = (await file(house, proposal_id)).number
    (event,) = await read(inspection, 1)
    assert set(event.data) == PUBLIC
    assert "facts" not in PUBLIC
    assert "first_proposer" not in PUBLIC
    everything = json.dumps([event.envelope.headers(), event.data], ensure_ascii=False)
    assert str(member.person) not in everything
    assert TEXT["facts"] not in everything
    assert TEXT["analysis"] not in everything
    assert event.envelope.actor == f"committee:{COUNTY}"
    assert (event.committee, event.type) == (COUNTY, "tongxin.proposals.proposal_filed.v1")
    assert event.version == 2

    message = event.message()
    assert isinstance(message, ProposalFiled)
    assert (message.proposal_id, message.number) == (proposal_id, number)
    assert message.suggestions == tuple(TEXT["suggestions"])
    assert not hasattr(message, "facts")
    assert not hasattr(message, "co_proposers")


async def test_an_agency_cleared_for_internal_gets_the_text_and_still_no_acting_person(
    stack: Stack, house: House
) -> None:
    party = await add(stack, "internal_too")
    await subscribe(house, "internal_too", clearance=Classification.INTERNAL)
    member = person(Role.MEMBER)
    await file(house, await handed_in(house, member))
    (event,) = await read(party, 1)
    assert set(event.data) == set(ProposalFiled.model_fields)
    message = event.message()
    assert isinstance(message, ProposalFiled)
    assert message.facts == TEXT["facts"]
    assert message.first_proposer == member.person
    assert event.envelope.actor == f"committee:{COUNTY}"


async def test_another_agency_hears_nothing_of_it(stack: Stack, house: House) -> None:
    told, beside = await add(stack, "is_told"), await add(stack, "is_beside")
    await subscribe(house, "is_told")
    await filed(house, COUNTY, "只告知一家机构的建议")
    await read(told, 1)
    async with AgencyClient.from_folder(beside.folder) as client:
        await nothing_more(client.events())


async def test_an_agency_that_was_unsubscribed_is_told_no_more(stack: Stack, house: House) -> None:
    former, current = await add(stack, "former"), await add(stack, "current")
    subscription = await subscribe(house, "former")
    await subscribe(house, "current")
    await house.ask(
        UnsubscribeAgency(committee=COUNTY, subscription_id=subscription, reason="职能调整"),
        person(Role.ADMIN),
    )
    await filed(house, COUNTY, "取消订阅以后的建议")
    await read(current, 1)
    async with AgencyClient.from_folder(former.folder) as client:
        await nothing_more(client.events())


async def test_the_trace_of_the_command_goes_on_to_the_agency(stack: Stack, house: House) -> None:
    traced = await add(stack, "traced")
    await subscribe(house, "traced")
    proposal_id = await handed_in(house, person(Role.MEMBER))
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    with telemetry.span("browser", parent=f"00-{trace}-00f067aa0ba902b7-01"):
        await file(house, proposal_id)
    (event,) = await read(traced, 1)
    assert event.traceparent is not None
    version, carried, parent, sampled = event.traceparent.split("-")
    assert (version, carried, sampled) == ("00", trace, "01")
    assert parent != "00f067aa0ba902b7", "a span of ours is its parent"


async def test_whatever_may_be_subscribed_is_forwarded(stack: Stack, house: House) -> None:
    offered = {event for event in EVENTS if event.visibility is Visibility.AGENCIES}
    assert offered <= set(REACTIONS)
    committee = "340931"
    schemes = await add(stack, "hears_schemes")
    await subscribe(house, "hears_schemes", committee=committee, events=("members.scheme_adopted",))
    adopted = await adopt(house, committee)
    (event,) = await read(schemes, 1)
    message = event.message()
    assert isinstance(message, SchemeAdopted)
    assert message.rule_version == adopted.rule_version


@pytest.fixture
async def one_waits(stack: Stack, house: House, request: pytest.FixtureRequest) -> Credentials:
    """An agency of the test's own with one event that it has not read."""
    agency = request.node.name.removeprefix("test_")[:30]
    credentials = await add(stack, agency)
    await subscribe(house, agency)
    await filed(house, COUNTY, "等待接收的建议")
    await handed_over(house, agency, 1)
    return credentials


async def unacknowledged(stack: Stack, credentials: Credentials) -> int:
    """How many events are in hand, as the server sees it."""
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        info = await client.jetstream().consumer_info(credentials.stream, credentials.consumer)
        return info.num_ack_pending or 0


async def test_failed_work_leaves_it_in_hand(stack: Stack, one_waits: Credentials) -> None:
    async def fail(_event: object) -> None:
        raise ValueError("机构自己的数据库不可用")

    async with AgencyClient.from_folder(one_waits.folder) as client:
        with pytest.raises(ValueError, match="数据库"):
            await asyncio.wait_for(client.run(fail), 10)
    assert await unacknowledged(stack, one_waits) == 1


async def test_done_work_is_acknowledged(stack: Stack, one_waits: Credentials) -> None:
    await read(one_waits, 1)

    async def settled() -> bool:
        return await unacknowledged(stack, one_waits) == 0

    await until_async(settled, "acknowledged")


async def test_a_cut_line_is_made_again(stack: Stack, house: House, one_waits: Credentials) -> None:
    async with line_to(stack.ports.nats) as (port, cut):
        client = AgencyClient(f"nats://127.0.0.1:{port}", "a_cut_line_is_made_again", one_waits.seed_file)
        async with client:
            events = client.events()
            first = await asyncio.wait_for(anext(events), 10)
            waiting = asyncio.ensure_future(anext(events))
            cut()
            await filed(house, COUNTY, "断线之后的建议")
            second = await asyncio.wait_for(waiting, 20)
            while second.id == first.id:  # the acknowledgement may have been lost with the line
                second = await asyncio.wait_for(anext(events), 40)
            assert second.data["title"] == "断线之后的建议"


async def test_an_unknown_key_is_refused_in_words(stack: Stack, tmp_path: Path) -> None:
    seed_file = tmp_path / "agency.nk"
    seed_file.write_bytes(new_seed())
    with pytest.raises(AgencyRefused, match=r"不接受.*does not know this key"):
        async with asyncio.timeout(10), AgencyClient(stack.nats_url, "stranger", seed_file):
            pass


async def test_a_key_of_another_agency_is_refused_in_words(stack: Stack) -> None:
    mine = await add(stack, "my_own")
    async with AgencyClient(stack.nats_url, "somebody_else", mine.seed_file) as client:
        with pytest.raises(AgencyRefused, match=r"不属于机构 somebody_else.*not of agency"):
            await asyncio.wait_for(anext(client.events()), 10)


@pytest.mark.parametrize("content", [b"", b"\xff\x00", "不是密钥".encode(), b"SUAAAA"])
async def test_a_spoilt_seed_file_is_refused_in_words(stack: Stack, tmp_path: Path, content: bytes) -> None:
    seed_file = tmp_path / "agency.nk"
    seed_file.write_bytes(content)
    with pytest.raises(AgencyRefused, match=r"已损坏.*cannot be read"):
        async with AgencyClient(stack.nats_url, "spoilt", seed_file):
            pass


async def test_a_missing_seed_file_is_named(stack: Stack, tmp_path: Path) -> None:
    with pytest.raises(AgencyRefused, match=r"找不到密钥文件 .*nowhere\.nk"):
        async with AgencyClient(stack.nats_url, "lost", tmp_path / "nowhere.nk"):
            pass
