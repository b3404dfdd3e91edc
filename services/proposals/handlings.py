"""What every command of handling does first: lock the handling, read its proposal and its units' parts.

Always holds: child rows (allocations, lists, replies) are read and changed under the handling's lock; who is no part of
it does not learn that it exists.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from chassis.calendar import CALENDAR_VERSION, is_working_day, local_date
from chassis.deadlines import Deadline
from chassis.ids import derived_id
from chassis.problems import NotFound, WrongState
from chassis.tasks import Opened
from chassis.work import Aggregate, Work
from services.proposals import handling_tables, tables
from services.proposals.rules.dispatch import DEFAULT_RULES, DispatchRules
from services.proposals.rules.handling_states import HandlingStep, after
from services.proposals.unit_people import unit_names, units_of
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.handling_events import HandlingOverdue
from tongxin_contracts.words import AllocationPart, AllocationState, HandlingState, TaskKind, UnitDuty

UNIT_DUE = "unit_due"
"""The deadline's kind; its matter is the allocation."""


@dataclass(slots=True)
class Case:
    """A locked handling with what belongs to it."""

    handling: Aggregate
    proposal: Any
    """The proposal's row, read."""
    parts: list[dict[str, Any]]
    """Allocations in force, the lead first; those replaced are left out."""
    names: dict[UUID, str] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """The handling's id."""
        return self.handling.id

    @property
    def state(self) -> HandlingState:
        """Where it stands."""
        return tables.HANDLING_STATES[self.handling["state"]]

    @property
    def round(self) -> int:
        """1, or 2 while it is handled again."""
        found: int = self.handling["round"]
        return found

    @property
    def lead(self) -> dict[str, Any]:
        """The lead unit's part."""
        return next(part for part in self.parts if part["part"] == AllocationPart.LEAD)

    def part_of(self, unit_id: UUID) -> dict[str, Any]:
        """A unit's part; raises NotFound."""
        for part in self.parts:
            if part["unit_id"] == unit_id:
                return part
        raise NotFound

    def step(self, step: HandlingStep) -> HandlingState:
        """The state a step leads to; raises HandlingStepRefused."""
        return after(self.state, step)

    def name(self, unit_id: UUID) -> str:
        """A unit's short name."""
        return self.names.get(unit_id, "承办单位")


def handling_id(proposal_id: UUID) -> UUID:
    """The id of a proposal's handling, as everybody derives it."""
    return derived_id("handling", proposal_id)


async def load_case(work: Work, proposal_id: UUID) -> Case:
    """Lock a proposal's handling; raises NotFound where there is none."""
    handling = await work.load(tables.handling, handling_id(proposal_id))
    return (await with_parts(work, [handling]))[0]


async def with_parts(work: Work, handlings: Collection[Aggregate]) -> list[Case]:
    """Locked handlings with proposals, parts and names: three statements, however many."""
    ids = [handling.id for handling in handlings]
    allocation, proposal = tables.allocation, tables.proposal
    rows = await work.tx.sql.execute(
        select(allocation)
        .where(allocation.c.handling_id.in_(ids), allocation.c.state != AllocationState.REPLACED)
        .order_by(allocation.c.proposed_at, allocation.c.id)
    )
    parts: dict[UUID, list[dict[str, Any]]] = {id_: [] for id_ in ids}
    for row in rows:
        parts[row.handling_id].append(dict(row._mapping))
    proposals = await work.tx.sql.execute(
        select(proposal).where(proposal.c.id.in_([handling["proposal_id"] for handling in handlings]))
    )
    known = {row.id: row for row in proposals}
    units = {part["unit_id"] for found in parts.values() for part in found}
    names = await unit_names(work, units)
    return [
        Case(
            handling,
            known[handling["proposal_id"]],
            sorted(parts[handling.id], key=lambda part: part["part"] != AllocationPart.LEAD),
            names,
        )
        for handling in handlings
    ]


async def own_part(
    case: Case, work: Work, duty: UnitDuty, part: AllocationPart | None = None
) -> dict[str, Any]:
    """The part of a unit in which the actor has this duty; raises NotFound, or WrongState for another part."""
    units = await units_of(work, [duty])
    mine = [found for found in case.parts if found["unit_id"] in units]
    if not mine:
        raise NotFound
    if part is None:
        return mine[0]
    for found in mine:
        if found["part"] == part:
            return found
    raise WrongState(f"这一步由{part.label}单位办理，你单位是{AllocationPart.of(mine[0]['part']).label}单位")


async def change_part(part: dict[str, Any], work: Work, **columns: Any) -> None:
    """Change an allocation under its handling's lock."""
    part.update(columns)
    await work.tx.sql.execute(
        update(tables.allocation).where(tables.allocation.c.id == part["id"]).values(**columns)
    )


async def rules_of(work: Work, committee: str) -> DispatchRules:
    """The committee's own times, or those that hold where none were adopted."""
    table = handling_tables.dispatch_rules
    found = (await work.tx.sql.execute(select(table).where(table.c.committee == committee))).one_or_none()
    if found is None:
        return DEFAULT_RULES
    return DispatchRules(
        object_days=found.object_days,
        answer_days=found.answer_days,
        lead_months=found.lead_months,
        co_months=found.co_months,
        source=found.source,
    )


def handling_task(case: Case, part: dict[str, Any]) -> Opened:
    """What a unit's handlers have to do on its part."""
    lead = part["part"] == AllocationPart.LEAD
    kind = TaskKind.GIVE_OPINION
    if lead:
        kind = TaskKind.HANDLE_PROPOSAL if case.round == 1 else TaskKind.HANDLE_AGAIN
    return Opened(
        kind=kind,
        matter=part["id"],
        about=case.proposal.id,
        title=case.proposal.title,
        role=Role.UNIT_HANDLER.value,
        unit=part["unit_id"],
        due_at=part["due_at"],
    )


def unit_deadline(case: Case, part: dict[str, Any], rule: str, due_at: datetime, work: Work) -> Deadline:
    """A unit's date as a deadline."""
    return Deadline(
        matter=part["id"],
        committee=case.handling["committee"],
        kind=UNIT_DUE,
        rule=rule,
        anchor=work.now,
        calendar_version=CALENDAR_VERSION,
        due_at=due_at,
    )


def state_overdue(case: Case, part: dict[str, Any], rule: str) -> None:
    """Say that a unit's date has passed and nothing came."""
    case.handling.state(
        HandlingOverdue(
            handling_id=case.id,
            proposal_id=case.proposal.id,
            title=case.proposal.title,
            unit_id=part["unit_id"],
            part=AllocationPart.of(part["part"]),
            due_at=part["due_at"],
        )
    )
    case.handling.note("overdue", reason=f"{case.name(part['unit_id'])}：{rule}")


def next_working_day(day: date) -> date:
    """The day itself, or the next one on which offices work."""
    while not is_working_day(day):
        day = date.fromordinal(day.toordinal() + 1)
    return day


def today(work: Work) -> date:
    """The day people write now."""
    return local_date(work.now)
