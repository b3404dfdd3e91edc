"""F1, F2 and F3: kill −9 at the places where an effect and its mark are apart.

The limit counts from where the process is ready again, the time in the table from where its start began: what a start
costs is the machine's.
"""

import asyncio
import signal
import time
from uuid import UUID

import pytest

from infra.local.program import Running
from tests.conftest import ACK_WAIT
from tests.faults import signs
from tests.faults.city import City
from tests.faults.conftest import Processes
from tests.faults.frame import History, Recovery
from tests.faults.observed import fetch
from tests.proposals_at_work import file, handed_in
from tests.waiting import until

pytestmark = pytest.mark.timeout(300)

WITHIN = 10.0
WITHIN_ACK_WAIT = ACK_WAIT.total_seconds() + 5


async def died(dying: Running) -> None:
    """Wait until the failpoint was reached."""
    await asyncio.to_thread(until, lambda: not dying.alive, "the process reaches the failpoint", 30)
    assert dying.process.returncode == -signal.SIGKILL


async def filed(processes: Processes, proposal_id: UUID) -> int:
    """How many numbered proposals have this id."""
    rows = await fetch(
        processes.stack,
        "proposals",
        "select 1 from proposal where id = $1 and state = 'filed' and serial is not null",
        proposal_id,
    )
    return len(rows)


@pytest.mark.fault("F1", invariants="I1 I2 I3 I9", ci=True)
async def test_f1_killed_after_the_commit_before_the_relay(
    processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """The change is committed, the process dies before its relay looks; the event comes all the same, once."""
    stack = processes.stack
    proposal_id = await handed_in(city.house, city.writers[0])
    history.extend(await city.look())
    processes.restart("proposals", "after_commit_before_relay")
    dying = processes.running["proposals"]
    with pytest.raises(Exception, match="繁忙"):
        await file(city.house, proposal_id)
    await died(dying)
    history.note("fault", what="proposals killed after its commit")
    began = time.monotonic()
    processes.start("proposals")
    await city.whole_within(history, WITHIN)
    recovery.took(time.monotonic() - began)
    assert await filed(processes, proposal_id) == 1, "committed, although nobody was told"
    assert signs.metric(stack, "proposals", "tongxin_relay_left_behind_total") >= 1, "I9: a metric"
    assert "relay_left_behind" in signs.log_of(stack, "proposals"), "I9: a log line"
    assert "send EVT_PROPOSALS late" in signs.span_names(stack, "proposals"), "I9: a trace"


@pytest.mark.fault("F2", invariants="I1 I2 I3 I9", ci=True)
async def test_f2_relay_killed_after_publishing_before_marking(
    processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """Nothing lost, nothing twice, in order; whole again within 10 s of the restart."""
    stack = processes.stack
    processes.restart("proposals", "after_publish_before_mark")
    dying = processes.running["proposals"]
    writers = [*city.writers, city.writers[0]]
    asked = await asyncio.gather(
        *(handed_in(city.house, member) for member in writers), return_exceptions=True
    )
    await died(dying)
    history.note("fault", what="proposals' relay killed after publishing")
    began = time.monotonic()
    processes.start("proposals")
    for proposal_id in (one for one in asked if isinstance(one, UUID)):
        answer = await file(city.house, proposal_id)
        history.note("promise", aggregate=proposal_id, version=answer.version, outcome="done")
    await city.whole_within(history, WITHIN)
    recovery.took(time.monotonic() - began)
    assert signs.metric(stack, "proposals", "tongxin_relay_left_behind_total") >= 1, "I9: a metric"
    assert "relay_left_behind" in signs.log_of(stack, "proposals"), "I9: a log line"
    assert "send EVT_PROPOSALS late" in signs.span_names(stack, "proposals"), "I9: a trace"


@pytest.mark.fault("F3", invariants="I2 I4 I5", ci=True)
@pytest.mark.parametrize("follower", ["consultation", "members"])
async def test_f3_follower_killed_after_its_commit_before_acknowledging(
    processes: Processes, city: City, history: History, recovery: Recovery, follower: str
) -> None:
    """What was committed is not done again when the broker hands it out again: topics and points as they were."""
    waiting = [await handed_in(city.house, member) for member in city.writers[:3]]
    await city.whole_within(history, WITHIN)
    processes.restart(follower, "after_reaction_before_ack")
    dying = processes.running[follower]
    for proposal_id in waiting:
        answer = await file(city.house, proposal_id)
        history.note("promise", aggregate=proposal_id, version=answer.version, outcome="done")
    await died(dying)
    history.note("fault", what=f"{follower} killed before acknowledging")
    began = time.monotonic()
    processes.start(follower)
    await city.whole_within(history, WITHIN_ACK_WAIT)
    recovery.took(time.monotonic() - began)

    again = "tongxin_inbox_events_total"
    await asyncio.to_thread(
        until,
        lambda: signs.metric(processes.stack, follower, again, outcome="duplicates") >= 1,
        "the broker handed out again what was committed, and it was known",
    )
