"""F20: a database goes back to an earlier hour while the broker and everybody else are ahead; and what reconciling mends.

The lost hour is not in the history: what was promised in it is gone by intention, and staff gets the list.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from chassis.identity import Actor
from chassis.ids import new_id
from infra.local.program import Running
from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from infra.recovery.backup import back_up
from infra.recovery.compare import Difference
from infra.recovery.reconcile import differences, mend_all, open_marks, settle
from infra.recovery.restore import restore
from tests.faults import signs
from tests.faults.checker import judge
from tests.faults.city import City
from tests.faults.conftest import Processes
from tests.faults.frame import SEED, History, Recovery
from tests.faults.load import Load
from tests.faults.observed import fetch
from tests.house import COUNTY
from tests.proposals_at_work import TEXT, file, handed_in
from tests.waiting import until_async
from tests.watching.replayed import firing, measured
from tongxin_contracts.proposals.commands import SaveDraft, SubmitProposal


@dataclass(frozen=True, slots=True)
class LostHour:
    """What happened after the backup."""

    filed: UUID
    """Was handed in before and filed in the lost hour: it goes back to waiting."""
    drafted: UUID
    """Was a draft before and handed in in the lost hour: its id is used again."""
    new: UUID
    """Began in the lost hour: its owner knows nothing of it afterwards."""


def quiet(_line: str) -> None:
    """What an operator would be told."""


async def until_whole(city: City) -> None:
    """Everybody has taken everything, as far as one look can tell; nothing of it is written down."""
    found: list[str] = []

    async def whole() -> bool:
        found[:] = judge(await city.look())
        return found == []

    try:
        await until_async(whole, "all of it was taken", 20)
    except AssertionError:
        pytest.fail(f"not taken: {found[:5]}")


async def draft_of(city: City, member: Actor) -> UUID:
    """A draft; its id."""
    draft_id = new_id()
    await city.house.ask(SaveDraft(committee=COUNTY, draft_id=draft_id, revision=0, **TEXT), member)
    return draft_id


async def live_an_hour(city: City, writer: Actor, waiting: UUID, draft: UUID) -> LostHour:
    """Decide, hand in, begin; until everybody has heard of it."""
    await file(city.house, waiting)
    await city.house.ask(SubmitProposal(committee=COUNTY, draft_id=draft), writer)
    new = await handed_in(city.house, writer)
    await file(city.house, new)
    await until_whole(city)
    return LostHour(waiting, draft, new)


async def go_back(processes: Processes, folder: Path, service: str) -> None:
    """Stop a service and restore its database alone."""
    await asyncio.to_thread(processes.running[service].stop)
    await asyncio.to_thread(restore, processes.stack, folder, (service,), say=quiet)


async def version_of(stack: Stack, proposal_id: UUID) -> int:
    """As its owner has it now."""
    found: int = (await fetch(stack, "proposals", "select version from proposal where id = $1", proposal_id))[
        0
    ][0]
    return found


def of(found: list[Difference], service: str) -> Difference:
    """One service's part."""
    return next(one for one in found if one.service == service)


@pytest.mark.fault("F20", invariants="I2 I4")
@pytest.mark.timeout(240)
async def test_f20_an_owner_goes_back_and_goes_on_above_what_others_know(
    processes: Processes, city: City, history: History, recovery: Recovery, tmp_path: Path
) -> None:
    stack, writer = processes.stack, city.writers[0]
    waiting, draft = await handed_in(city.house, writer), await draft_of(city, writer)
    await city.whole_within(history, 20)
    pages = {service: stack.ports.health[service] for service in processes.running}
    before = await asyncio.to_thread(measured, pages)
    backup = await asyncio.to_thread(back_up, stack, stack.data / "b1", say=quiet)
    lost = await live_an_hour(city, writer, waiting, draft)

    history.note(
        "fault", what="proposals restored to before", lost=[str(lost.filed), str(lost.drafted), str(lost.new)]
    )
    await go_back(processes, backup.folder, "proposals")
    refused = Running(stack.service_program("proposals"))
    try:
        await until_async(
            lambda: "tongxin reconcile" in signs.log_of(stack, "proposals"), "it says what to do", 30
        )
    finally:
        refused.stop()

    found = await differences(stack, "proposals")
    ahead = {one.aggregate: one for one in of(found, "proposals").ahead}
    assert {lost.filed, lost.drafted, lost.new} <= set(ahead), "reconciliation names what went back"
    assert ahead[lost.filed].kept_version == 1
    assert [one.name for one in ahead[lost.filed].undone] == ["proposal_filed"]
    assert ahead[lost.new].kept_version == 0

    with recovery.timed(within=30):
        await mend_all(stack, found)
        await asyncio.to_thread(processes.start, "proposals")
        await city.whole_within(history, 20)
    assert await differences(stack) == [], "mended once, nothing is left to mend"
    during = await asyncio.to_thread(measured, pages)
    assert await asyncio.to_thread(firing, before, during, {"RestoredAggregates"}, tmp_path) == ""
    marks = {mark.aggregate for mark in await open_marks(stack)}
    assert {str(lost.filed), str(lost.drafted), str(lost.new)} <= marks, "staff gets the list"
    assert await settle(stack, "proposals", str(lost.new))

    await file(city.house, lost.filed, version=await version_of(stack, lost.filed))
    await city.house.ask(SubmitProposal(committee=COUNTY, draft_id=lost.drafted), writer)
    await file(city.house, lost.drafted, version=await version_of(stack, lost.drafted))
    await city.whole_within(history, 20)
    for service in ("members", "consultation", "notify"):
        assert signs.metric(stack, service, "tongxin_dead_letters", reason="fork") == 0


@pytest.mark.fault("F20", invariants="I2 I4")
@pytest.mark.timeout(240)
async def test_f20_a_follower_goes_back_and_is_told_again(
    processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """members' points of the lost hour come back: the broker had its acknowledgements, its database has not the facts."""
    stack, writer = processes.stack, city.writers[1]
    waiting, draft = await handed_in(city.house, writer), await draft_of(city, writer)
    await city.whole_within(history, 20)
    backup = await asyncio.to_thread(back_up, stack, stack.data / "b2", say=quiet)
    await live_an_hour(city, writer, waiting, draft)
    history.note("fault", what="members restored to before")
    await go_back(processes, backup.folder, "members")
    found = await differences(stack, "members")
    assert [(one.follower, one.stream) for one in of(found, "proposals").behind] == [
        ("members", "EVT_PROPOSALS")
    ]
    with recovery.timed(within=30):
        await mend_all(stack, found)
        await asyncio.to_thread(processes.start, "members")
        await city.whole_within(history, 20)
    assert await differences(stack) == []


@pytest.mark.fault("F20", invariants="I2 I4")
@pytest.mark.timeout(240)
async def test_f20_who_went_on_without_reconciling_forks_and_is_mended(
    processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """A bare restore: nobody raised the epoch, versions are given twice; followers hold, alert, and are put right."""
    stack, writer = processes.stack, city.writers[2]
    waiting, draft = await handed_in(city.house, writer), await draft_of(city, writer)
    await city.whole_within(history, 20)
    backup = await asyncio.to_thread(back_up, stack, stack.data / "b3", say=quiet)
    await live_an_hour(city, writer, waiting, draft)
    history.note("fault", what="proposals restored without reconciliation")
    await go_back(processes, backup.folder, "proposals")
    await fetch(
        stack, "proposals", "update epoch set unreconciled_since = null, epoch = epoch - 1 returning 1"
    )
    await asyncio.to_thread(processes.start, "proposals")
    await file(city.house, waiting)

    def forked() -> bool:
        return signs.metric(stack, "members", "tongxin_dead_letters", reason="fork") > 0

    await until_async(lambda: asyncio.to_thread(forked), "the fork is in the metric that alerts", 20)
    await asyncio.to_thread(processes.running["proposals"].stop)
    with recovery.timed(within=30):
        await mend_all(stack, await differences(stack))
        await asyncio.to_thread(processes.start, "proposals")
        await city.whole_within(history, 20)
    assert await differences(stack) == []


@pytest.mark.fault("F20", invariants="I1 I2 I4")
@pytest.mark.timeout(300)
async def test_f20_a_backup_taken_under_load_restores_to_a_whole_house(
    processes: Processes, city: City, history: History, recovery: Recovery
) -> None:
    """All five databases from one backup made while people work, and a broker that lost everything."""
    stack = processes.stack
    await city.whole_within(history, 20)
    load = Load(city.house, SEED, members=city.writers)
    async with load.flowing():
        await load.until_done(20)
        backup = await asyncio.to_thread(back_up, stack, stack.data / "b4", say=quiet)
        await load.until_done(20)
    history.note("fault", what="everything restored from a backup under load, streams emptied")
    await asyncio.to_thread(processes.stop_all)
    await asyncio.to_thread(restore, stack, backup.folder, say=quiet)
    await empty_streams(stack)
    with recovery.timed(within=60):
        await mend_all(stack, await differences(stack))
        for service in ("members", "proposals", "consultation", "notify"):
            await asyncio.to_thread(processes.start, service)
        await city.whole_within(history, 40)
    assert await differences(stack) == []


async def empty_streams(stack: Stack) -> None:
    """A broker that comes back with no events: its streams made anew, as provisioning makes them.

    Contact data is left: its outbox forgets it once it was sent, and whoever needs it has it in its own database.
    """
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        for info in await client.jetstream().streams_info():
            if info.config.name and info.config.name.startswith("EVT_"):
                await client.jetstream().delete_stream(info.config.name)
    await asyncio.to_thread(stack.provision)
