"""Replied handlings without the way there: what tests of feedback, promises and appraisal begin with.

The handling's row is put where dispatch and reply would have left it; what follows is the service's own `after_reply`, in
a transaction like that of the command that signs a reply.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import insert as upsert

from chassis.calendar import local_date
from chassis.clock import SystemClock
from chassis.database import Database, Transaction
from chassis.identity import Actor
from chassis.ids import derived_id, new_id
from chassis.work import Tools, Work
from infra.local.stack import Stack
from services.proposals import tables
from services.proposals.feedback import ReplyLine, after_reply
from tests.house import House, person
from tests.proposals_at_work import done, file, handed_in
from tests.waiting import until_async
from tongxin_contracts.members.commands import RegisterUnit, StaffUnit
from tongxin_contracts.members.events import UnitPost
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import AllocationPart, AllocationState, HandlingState, ReplyClass, UnitDuty

POSTS = {
    UnitDuty.LIAISON: Role.UNIT_LIAISON,
    UnitDuty.HANDLER: Role.UNIT_HANDLER,
    UnitDuty.SIGNER: Role.UNIT_SIGNER,
}
LINE = ReplyLine(suggestion=0, text="已更换三处主管。", reply_class=ReplyClass.A)


@dataclass(frozen=True, slots=True)
class Unit:
    """A handling unit with its people."""

    id: UUID
    committee: str
    handler: Actor
    signer: Actor


@dataclass(frozen=True, slots=True)
class Replied:
    """A proposal whose reply was signed."""

    proposal_id: UUID
    unit: Unit
    proposer: Actor

    @property
    def handling_id(self) -> UUID:
        """The handling's id, as everybody derives it."""
        return derived_id("handling", self.proposal_id)


@asynccontextmanager
async def proposals_database(stack: Stack, committee: str) -> AsyncIterator[Transaction]:
    """A transaction with the rights the proposals worker has."""
    opened = Database(stack.database_url("proposals", "worker"), pool_size=1)
    try:
        async with opened.transaction([committee]) as tx:
            yield tx
    finally:
        await opened.close()


async def make_unit(house: House, committee: str, name: str = "市水务局") -> Unit:
    """A unit with a handler and a signer, known to proposals and to notify when this returns."""
    unit_id = new_id()
    office = person(Role.PROPOSALS_OFFICE, committee=committee)
    people = {duty: person(POSTS[duty], committee=committee) for duty in (UnitDuty.HANDLER, UnitDuty.SIGNER)}
    register = RegisterUnit(committee=committee, unit_id=unit_id, name=name, short_name=name)
    registered = done(await house.ask(register, office))
    posts = [UnitPost(person_id=actor.person, duty=duty) for duty, actor in people.items()]
    staff = StaffUnit(committee=committee, unit_id=unit_id, expected_version=registered.version, posts=posts)
    await house.ask(staff, office)
    await _tell_proposals(house.stack, unit_id, committee, name, people)
    return Unit(unit_id, committee, people[UnitDuty.HANDLER], people[UnitDuty.SIGNER])


async def _tell_proposals(
    stack: Stack, unit_id: UUID, committee: str, name: str, people: dict[UnitDuty, Actor]
) -> None:
    row = {"id": unit_id, "committee": committee, "name": name, "short_name": name, "active": True}
    posts = [
        {"unit_id": unit_id, "person_id": actor.person, "duty": duty, "committee": committee}
        for duty, actor in people.items()
    ]
    async with proposals_database(stack, committee) as tx:
        await tx.sql.execute(upsert(tables.unit).values(**row).on_conflict_do_nothing())
        await tx.sql.execute(upsert(tables.unit_post).values(posts).on_conflict_do_nothing())


async def replied(
    house: House,
    unit: Unit,
    *,
    lines: Sequence[ReplyLine] = (LINE,),
    co_proposers: Sequence[UUID] = (),
    proposer: Actor | None = None,
    late: bool = False,
    dispatched_at: datetime | None = None,
    **written: Any,
) -> Replied:
    """A filed proposal that the unit has replied to; its proposers have just been asked."""
    committee = unit.committee
    member = proposer or person(Role.MEMBER, committee=committee)
    proposal_id = await handed_in(house, member, **written)
    await file(house, proposal_id, committee=committee)
    if co_proposers:
        async with proposals_database(house.stack, committee) as tx:
            await tx.sql.execute(
                text("update proposal set co_proposers = :people where id = :id"),
                {"people": list(co_proposers), "id": proposal_id},
            )
    made = Replied(proposal_id, unit, member)
    async with _work(house.stack, unit.signer) as work:
        proposal = await work.load(tables.proposal, proposal_id)
        due_at = work.now + timedelta(days=-5 if late else 60)
        handling = work.create(
            tables.handling,
            made.handling_id,
            proposal_id=proposal_id,
            state=HandlingState.REPLIED,
            round=1,
            object_by=None,
            dispatched_at=dispatched_at or work.now - timedelta(days=1),
            lead_unit=unit.id,
            due_at=due_at,
            reply_class=ReplyClass.B,
            replied_at=work.now,
            closed_at=None,
        )
        await work.tx.sql.execute(
            insert(tables.allocation).values(
                id=new_id(),
                committee=committee,
                handling_id=handling.id,
                unit_id=unit.id,
                part=AllocationPart.LEAD,
                state=AllocationState.SIGNED,
                proposed_at=work.now,
                due_at=due_at,
                extended=False,
                done_at=work.now,
            )
        )
        await after_reply(handling, proposal, lines, work)
    return made


async def reply_again(house: House, made: Replied, lines: Sequence[ReplyLine] = (LINE,)) -> None:
    """The second round's reply."""
    async with _work(house.stack, made.unit.signer) as work:
        proposal = await work.load(tables.proposal, made.proposal_id)
        handling = await work.load(tables.handling, made.handling_id)
        handling.change(state=HandlingState.REPLIED, replied_at=work.now)
        await after_reply(handling, proposal, lines, work)


def promise(days: int, suggestion: int = 1) -> ReplyLine:
    """A B line that is due in so many days."""
    due = local_date(SystemClock().now()) + timedelta(days=days)
    return ReplyLine(
        suggestion=suggestion, text="年底前增加两台机组。", reply_class=ReplyClass.B, promised_by=due
    )


async def days_pass(house: House, committee: str, kind: str, matter: UUID) -> None:
    """Have a deadline fall due now and wait until it fired."""
    async with proposals_database(house.stack, committee) as tx:
        moved = await tx.sql.execute(
            text(
                "update deadline set due_at = now() - interval '1 second'"
                " where matter = :matter and kind = :kind and fired_at is null and cancelled_at is null"
            ),
            {"matter": matter, "kind": kind},
        )
        assert moved.rowcount == 1, f"there is one open deadline {kind}"

    async def fired() -> bool:
        async with proposals_database(house.stack, committee) as tx:
            left = await tx.sql.scalar(
                text(
                    "select count(*) from deadline where matter = :matter and kind = :kind"
                    " and fired_at is null and cancelled_at is null"
                ),
                {"matter": matter, "kind": kind},
            )
        return bool(left == 0)

    await until_async(fired, f"{kind} fires", limit=15)


async def row(stack: Stack, committee: str, statement: str, **values: Any) -> Any:
    """One row of the proposals database."""
    async with proposals_database(stack, committee) as tx:
        return (await tx.sql.execute(text(statement), values)).one()


def after_today(days: int) -> date:
    """A date so many days from now."""
    return local_date(SystemClock().now()) + timedelta(days=days)


@asynccontextmanager
async def _work(stack: Stack, actor: Actor) -> AsyncIterator[Work]:
    clock = SystemClock()
    async with proposals_database(stack, actor.committee) as tx:
        work = Work(
            service="proposals",
            tx=tx,
            tools=Tools(clock=clock, files=None, sealer=None),  # type: ignore[arg-type]
            actor=actor,
            committee=actor.committee,
            now=clock.now(),
            request_id=new_id(),
        )
        yield work
        await work.flush()
