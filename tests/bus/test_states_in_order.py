"""A state's statements build on each other as events do: what a later one changes, an earlier one has written."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from chassis.ids import new_id
from chassis.service import Service
from infra.local.stack import Stack
from services.consultation.service import SERVICE as CONSULTATION
from services.notify.service import SERVICE as NOTIFY
from services.proposals.service import SERVICE as PROPOSALS
from tests.bus.counted_desk import CountedDesk
from tests.load import events
from tongxin_contracts.members.events import UnitPost, UnitRegistered, UnitStaffed
from tongxin_contracts.message import Event
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.events import ProposalFiled
from tongxin_contracts.proposals.review_events import ProposalAuthorsJoined
from tongxin_contracts.restoring import AGGREGATE_RESTORED, Statement
from tongxin_contracts.tasks import TASK_CLOSED, TASK_OPENED
from tongxin_contracts.words import TaskKind, UnitDuty

HERE = "340928"
"""A committee nobody else's tests use."""


async def test_work_that_was_closed_does_not_open_again(quiet_stack: Stack) -> None:
    task = new_id()
    said = [
        TASK_OPENED["proposals"](
            task_id=task,
            kind=TaskKind.REVIEW_PROPOSAL,
            title="题目",
            matter=new_id(),
            assignee_role=Role.PROPOSALS_OFFICE,
        ),
        TASK_CLOSED["proposals"](task_id=task),
    ]
    async with restored(quiet_stack, NOTIFY, task, said) as kept:
        [row] = await kept("select closed_at from todo where task_id = $1", task)
    assert row["closed_at"] is not None


async def test_authors_who_came_later_are_authors(quiet_stack: Stack) -> None:
    filed = ProposalFiled.model_validate_json(events.filed(1)[0].payload)
    one, joined = filed.proposal_id, new_id()
    more = ProposalAuthorsJoined(
        proposal_id=one,
        merged=new_id(),
        title=filed.title,
        number=filed.number,
        first_proposer=filed.first_proposer,
        joined=(joined,),
        co_proposers=(*filed.co_proposers, joined),
    )
    async with restored(quiet_stack, CONSULTATION, one, [filed, more]) as kept:
        [row] = await kept("select proposers from candidate where proposal_id = $1", one)
    assert row["proposers"] == [filed.first_proposer, *filed.co_proposers, joined]


async def test_who_left_a_unit_has_no_post_there(quiet_stack: Stack) -> None:
    for service in (PROPOSALS, CONSULTATION):
        unit, left, stays = new_id(), new_id(), new_id()
        said = [
            UnitRegistered(unit_id=unit, name=f"单位 {unit}", short_name="单位"),
            UnitStaffed(unit_id=unit, posts=(UnitPost(person_id=left, duty=UnitDuty.HANDLER),)),
            UnitRegistered(unit_id=unit, name=f"新名 {unit}", short_name="单位"),
            UnitStaffed(unit_id=unit, posts=(UnitPost(person_id=stays, duty=UnitDuty.HANDLER),)),
        ]
        async with restored(quiet_stack, service, unit, said) as kept:
            rows = await kept("select person_id from unit_post where unit_id = $1", unit)
        assert [row["person_id"] for row in rows] == [stays], service.name


@asynccontextmanager
async def restored(
    stack: Stack, service: Service, aggregate: UUID, said: Sequence[Event]
) -> AsyncIterator[Any]:
    """The service was told that this is how an aggregate stands; gives what reads its tables."""
    state = tuple(
        Statement(
            type=one.type_name(),
            id=new_id(),
            at=datetime.now(UTC),
            actor="system:test",
            payload=one.model_dump_json(),
        )
        for one in said
    )
    told = AGGREGATE_RESTORED[said[0].service](
        aggregate_id=aggregate,
        kind=said[0].aggregate,
        kept_version=len(said),
        undone=(),
        undone_names=(),
        state=state,
    )
    desk = CountedDesk(stack, service)
    admin = await asyncpg.connect(stack.admin_url.rsplit("/", 1)[0] + f"/{service.name}")
    try:
        await desk.tell([(told, aggregate, 1)], HERE)
        yield admin.fetch
    finally:
        await admin.close()
        await desk.close()
