"""Opening work: any number of tasks for the price of one, each at most once."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from chassis.clock import SystemClock
from chassis.files import ObjectStoreFiles
from chassis.identity import Actor
from chassis.ids import new_id
from chassis.sealing import Sealer
from chassis.tasks import Opened
from chassis.work import Tools, Work
from tests.bus.counting import CountingDatabase
from tests.bus.wire import Wire, message
from tests.house import BESIDE, COUNTY
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import TaskKind


def opened(**others: Any) -> Opened:
    """Work for the office on some matter."""
    made = Opened(
        kind=TaskKind.REVIEW_PROPOSAL, matter=uuid4(), title="题目", role=Role.PROPOSALS_OFFICE.value
    )
    return replace(made, **others)


def work_in(wire: Wire, tx: Any) -> Work:
    """A unit of work of proposals in one transaction."""
    tools = Tools(
        clock=SystemClock(),
        files=ObjectStoreFiles(wire.sender.jetstream()),
        sealer=Sealer.from_file(wire.stack.keys.sealing),
    )
    return Work(
        service="proposals",
        tx=tx,
        tools=tools,
        actor=Actor.system("test", COUNTY),
        committee=COUNTY,
        now=datetime.now(UTC),
        request_id=new_id(),
    )


@pytest.mark.parametrize("number", [1, 300])
async def test_tasks_cost_one_statement_however_many(wire: Wire, number: int) -> None:
    database = CountingDatabase(wire.stack.database_url("proposals", "app"), pool_size=1)
    async with database.transaction([COUNTY]) as tx:  # what the driver asks once for each connection
        await work_in(wire, tx).open_tasks([opened()])
    async with database.transaction([COUNTY]) as tx:
        database.sent.clear()
        work = work_in(wire, tx)
        await work.open_tasks([opened() for _ in range(number)])
        assert len(work.outgoing) == number
    await database.close()
    assert sum("into task" in sent for sent in database.sent) == 1, database.sent
    assert len(database.sent) <= 3, database.sent


async def test_a_task_is_opened_once_and_can_be_opened_again_after_it_was_closed(wire: Wire) -> None:
    async with wire.outbox.transaction([COUNTY]) as tx:
        work, one, other = work_in(wire, tx), opened(), opened()
        await work.open_tasks([one, other, replace(one, title="又一次")])
        await work.open_task(one)
        await work.open_tasks([])
        assert [sent.envelope.aggregate for sent in work.outgoing] == [one.task_id, other.task_id]
        await work.close_tasks(one.matter)
        await work.open_tasks([one, other])
        assert [(sent.envelope.aggregate, sent.envelope.version) for sent in work.outgoing[2:]] == [
            (one.task_id, 2),
            (one.task_id, 3),
        ]


async def test_each_task_can_come_from_an_event_of_its_own(wire: Wire) -> None:
    here, beside = message(uuid4(), 1).envelope, replace(message(uuid4(), 1).envelope, committee=BESIDE)
    async with wire.outbox.transaction([COUNTY, BESIDE]) as tx:
        work = work_in(wire, tx)
        await work.open_tasks([opened(because=here), opened(because=beside)])
        assert [(sent.envelope.committee, sent.envelope.causation_id) for sent in work.outgoing] == [
            (COUNTY, here.id),
            (BESIDE, beside.id),
        ]
