"""F2 and F3: kill −9 at the two places where an effect and its mark are apart."""

import asyncio
import signal
import time
from uuid import UUID

import pytest

from tests.faults import checker
from tests.faults.conftest import Processes
from tests.house import COUNTY, House, person
from tests.proposals_at_work import file, handed_in, open_session
from tests.waiting import until, until_async
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import ProposalState

FOLLOWERS = ("members", "notify", "consultation")
ACK_WAIT = 3.0


@pytest.fixture(autouse=True, scope="module")
async def _session(house: House) -> None:
    await open_session(house)


async def is_whole(processes: Processes) -> bool:
    """Whether no invariant is broken any more."""
    return not checker.violations(await checker.read_record(processes.stack, "proposals", FOLLOWERS))


async def became_whole(processes: Processes, within: float) -> float:
    """Seconds until every invariant held; fails naming those that did not."""
    started = time.monotonic()
    try:
        await until_async(lambda: is_whole(processes), "all invariants hold", limit=within)
    except AssertionError:
        record = await checker.read_record(processes.stack, "proposals", FOLLOWERS)
        pytest.fail(f"after {within} s: {checker.violations(record)}")
    return time.monotonic() - started


async def candidates(processes: Processes) -> list[UUID]:
    rows = await checker.fetch(processes.stack, "consultation", "select proposal_id from candidate")
    return [row["proposal_id"] for row in rows]


async def filed(processes: Processes) -> list[UUID]:
    rows = await checker.fetch(
        processes.stack, "proposals", "select id from proposal where state = $1", ProposalState.FILED.value
    )
    return [row["id"] for row in rows]


async def test_f2_relay_killed_after_publishing_before_marking(processes: Processes, house: House) -> None:
    """I1 I2 I3 I9: nothing lost, nothing twice, in order; whole again within 10 s of the restart."""
    member = person(Role.MEMBER)
    processes.restart("proposals", failpoint="after_publish_before_mark")
    dying = processes.running["proposals"]
    asked = await asyncio.gather(*(handed_in(house, member) for _ in range(5)), return_exceptions=True)
    await asyncio.to_thread(until, lambda: not dying.alive, "the relay reaches the failpoint")
    assert dying.process.returncode == -signal.SIGKILL

    processes.start("proposals")
    acknowledged = [proposal_id for proposal_id in asked if isinstance(proposal_id, UUID)]
    for proposal_id in acknowledged:
        await file(house, proposal_id)
    await became_whole(processes, within=10)
    assert sorted(await candidates(processes)) == sorted(await filed(processes))
    doubles = await checker.doubled_effects(processes.stack, "notify", "notice", "(person, kind, matter)")
    assert doubles == []
    log = processes.running["proposals"].program.log.read_text()
    assert "relay_fenced" in log or "started" in log


async def test_f3_follower_killed_after_its_commit_before_acknowledging(
    processes: Processes, house: House
) -> None:
    """I2 I4 I5: what was committed is not done again when the broker hands it out again."""
    member = person(Role.MEMBER)
    waiting = [await handed_in(house, member) for _ in range(3)]
    await became_whole(processes, within=10)
    before = len(await candidates(processes))
    processes.restart("consultation", failpoint="after_reaction_before_ack")
    dying = processes.running["consultation"]
    for proposal_id in waiting:
        await file(house, proposal_id)
    await asyncio.to_thread(until, lambda: not dying.alive, "the follower reaches the failpoint")
    assert dying.process.returncode == -signal.SIGKILL

    processes.start("consultation")
    took = await became_whole(processes, within=ACK_WAIT + 5)
    assert len(await candidates(processes)) == before + 3
    assert took <= ACK_WAIT + 5
    open_work = await checker.fetch(
        processes.stack,
        "notify",
        "select matter from todo where closed_at is null and matter = any($1)",
        waiting,
    )
    assert open_work == [], "I5: no work is left open on what is decided"


async def test_committed_but_not_relayed_survives_the_death_of_its_service(
    processes: Processes, house: House
) -> None:
    """F1's place: the change is committed, the process dies before its relay looks; the event comes all the same."""
    proposal_id = await handed_in(house, person(Role.MEMBER))
    processes.restart("proposals", failpoint="after_commit_before_relay")
    dying = processes.running["proposals"]
    with pytest.raises(Exception, match="繁忙"):
        await file(house, proposal_id)
    await asyncio.to_thread(until, lambda: not dying.alive, "the service reaches the failpoint")
    processes.start("proposals")
    await became_whole(processes, within=10)
    assert proposal_id in await candidates(processes), "committed, although nobody was told"
    assert (await filed(processes)).count(proposal_id) == 1
    rows = await checker.fetch(
        processes.stack, "proposals", "select count(*) as n from numbering where committee = $1", COUNTY
    )
    assert rows[0]["n"] == 1
