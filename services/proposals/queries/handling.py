"""How one proposal is handled, as far as the reader may see it.

Always holds: what a co-handler wrote is shown to its author, the lead unit and the committee's own office, to nobody
else (decision 12); a draft of a reply is shown inside its unit and to the office; proposers and whoever looks from above
see signed replies only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis import history
from chassis.problems import NotFound
from chassis.work import Work
from services.proposals import handling_tables, tables
from services.proposals.handlings import handling_id
from services.proposals.queries.parts import asked_until, part_shown
from services.proposals.unit_people import unit_full_names, unit_names
from tongxin_contracts.message import HistoryEntry
from tongxin_contracts.permissions import Scope
from tongxin_contracts.proposals.handling_queries import (
    ExtensionShown,
    Handling,
    HandlingAnswer,
    Opinion,
    Reply,
    ReplyLineShown,
    Responsibility,
    Talk,
    UnitPart,
)
from tongxin_contracts.words import AllocationPart, AllocationState, ReplyStage, UnitDuty

IN_PUBLIC = ("pre_dispatch", "reallocate", "dispatch", "sign_receipt", "set_responsibilities", "report_result",
             "record_talk", "sign_reply", "decide_extension", "ask_feedback", "close_feedback", "order_rehandling",
             "close_handling", "commitment_due", "report_commitment", "settle_commitment", "close_again")  # fmt: skip
"""Steps of the history that proposers and readers from above are shown."""
INSIDE_LEAD = ("begin_reply", "submit_reply", "pass_reply", "send_back_reply")
"""Steps of a draft inside the lead unit, with what its checker wanted changed."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """What somebody is to this handling."""

    office: bool
    unit: UUID | None
    duties: tuple[UnitDuty, ...]
    lead: bool
    proposer: bool

    @property
    def inside(self) -> bool:
        """Whether they work on it."""
        return self.office or self.unit is not None


async def handling(query: Handling, work: Work) -> HandlingAnswer:
    """The handling; raises NotFound for whoever has no part in it."""
    found = await _row(tables.handling, handling_id(query.proposal_id), work)
    proposal = await _row(tables.proposal, query.proposal_id, work)
    allocations = await _children(tables.allocation, found.id, work)
    reader = await _reader(proposal, allocations, work)
    names = await unit_names(work, {row.unit_id for row in allocations})
    full = await unit_full_names(work, {row.unit_id for row in allocations})
    opinions = await _children(handling_tables.opinion, found.id, work)
    asked = await asked_until([found.id], work)
    past = await history.read(work.tx, found.id)
    return HandlingAnswer(
        handling_id=found.id,
        proposal_id=proposal.id,
        committee=found.committee,
        version=found.version,
        number=proposal.number,
        title=proposal.title,
        suggestions=list(proposal.suggestions),
        facts=proposal.facts,
        analysis=proposal.analysis,
        category=proposal.category,
        first_proposer=proposal.first_proposer,
        co_proposers=list(proposal.co_proposers),
        state=found.state,
        round=found.round,
        object_by=found.object_by,
        dispatched_at=found.dispatched_at,
        due_at=found.due_at,
        replied_at=found.replied_at,
        closed_at=found.closed_at,
        reply_class=found.reply_class,
        units=[_unit(row, names, full, asked, reader) for row in sorted(allocations, key=_lead_first)],
        responsibilities=[_responsibility(row) for row in await _responsibilities(found.id, work)],
        opinions=[_opinion(row, names) for row in opinions if _may_read_opinion(row, reader)],
        talks=[_talk(row) for row in await _children(handling_tables.talk, found.id, work)]
        if reader.inside or reader.proposer
        else [],
        replies=[_reply(row, reader) for row in await _replies(found.id, reader, work)],
        extensions=[
            _extension(row, names) for row in await _children(handling_tables.extension, found.id, work)
        ]
        if reader.inside
        else [],
        my_unit=reader.unit,
        my_duties=list(reader.duties),
        history=[entry for entry in past.entries if _may_read_step(entry, reader)],
    )


async def _row(table: Any, id_: UUID, work: Work) -> Any:
    found = (await work.tx.sql.execute(select(table).where(table.c.id == id_))).one_or_none()
    if found is None:
        raise NotFound
    return found


async def _children(table: Any, handling: UUID, work: Work) -> Sequence[Any]:
    """Rows of a handling in the order they were made."""
    at = next(table.c[name] for name in ("proposed_at", "at", "asked_at") if name in table.c)
    statement = select(table).where(table.c.handling_id == handling).order_by(at, table.c.id)
    return (await work.tx.sql.execute(statement)).all()


async def _responsibilities(handling: UUID, work: Work) -> Sequence[Any]:
    table = handling_tables.responsibility
    statement = (
        select(table)
        .where(table.c.handling_id == handling)
        .order_by(table.c.suggestion, table.c.due_on, table.c.id)
    )
    return (await work.tx.sql.execute(statement)).all()


async def _replies(handling: UUID, reader: _Reader, work: Work) -> Sequence[Any]:
    table = handling_tables.reply
    statement = select(table).where(table.c.handling_id == handling).order_by(table.c.round)
    if not (reader.office or reader.lead):
        statement = statement.where(table.c.stage == ReplyStage.SIGNED)
    return (await work.tx.sql.execute(statement)).all()


async def _reader(proposal: Any, allocations: Sequence[Any], work: Work) -> _Reader:
    """What the actor is to it; raises NotFound for whoever is nothing."""
    proposer = False
    office = work.scope is not Scope.OWN and work.actor.committee == proposal.committee
    unit: UUID | None = None
    duties: tuple[UnitDuty, ...] = ()
    lead = False
    if work.scope is Scope.OWN:
        person = work.actor.person
        proposer = person in (proposal.first_proposer, *proposal.co_proposers)
        posts = await work.tx.sql.execute(
            select(tables.unit_post.c.unit_id, tables.unit_post.c.duty).where(
                tables.unit_post.c.person_id == person
            )
        )
        mine: dict[UUID, list[UnitDuty]] = {}
        for post in posts:
            mine.setdefault(post.unit_id, []).append(UnitDuty.of(post.duty))
        # A unit whose part was given to another one has no part any more: it reads neither drafts nor opinions.
        in_force = [row for row in allocations if row.state != AllocationState.REPLACED]
        part = next((row for row in sorted(in_force, key=_lead_first) if row.unit_id in mine), None)
        if part is None and not proposer:
            raise NotFound
        if part is not None:
            unit, duties, lead = part.unit_id, tuple(mine[part.unit_id]), part.part == AllocationPart.LEAD
    return _Reader(office, unit, duties, lead, proposer)


def _may_read_opinion(row: Any, reader: _Reader) -> bool:
    return reader.office or reader.lead or row.unit_id == reader.unit


def _may_read_step(entry: HistoryEntry, reader: _Reader) -> bool:
    if not reader.inside:
        return entry.action in IN_PUBLIC
    return reader.office or reader.lead or entry.action not in INSIDE_LEAD


def _lead_first(row: Any) -> tuple[bool, Any]:
    return row.part != AllocationPart.LEAD, row.proposed_at


def _unit(
    row: Any, names: dict[UUID, str], full: dict[UUID, str], asked: dict[UUID, date], reader: _Reader
) -> UnitPart:
    shown = part_shown(row, names, asked, reasons=reader.inside)
    return shown.model_copy(update={"full_name": full.get(row.unit_id)})


def _responsibility(row: Any) -> Responsibility:
    return Responsibility(
        line_id=row.id,
        suggestion=row.suggestion,
        what=row.what,
        who=row.who,
        due_on=row.due_on,
        done_at=row.done_at,
        evidence=row.evidence,
    )


def _opinion(row: Any, names: dict[UUID, str]) -> Opinion:
    return Opinion(unit_id=row.unit_id, unit=names.get(row.unit_id, "会办单位"), text=row.text, at=row.at)


def _talk(row: Any) -> Talk:
    return Talk(
        talk_id=row.id,
        round=row.round,
        form=row.form,
        on=row.on_day,
        with_whom=row.with_whom,
        summary=row.summary,
    )


def _reply(row: Any, reader: _Reader) -> Reply:
    within = reader.office or reader.lead
    return Reply(
        round=row.round,
        stage=row.stage,
        opening=row.opening,
        lines=[ReplyLineShown.model_validate(line) for line in row.lines],
        closing=row.closing,
        letter_number=row.letter_number,
        reply_class=row.reply_class,
        remarks=row.remarks if within else None,
        revision=row.revision if within else None,
        drafted_by=row.drafted_by if within else None,
        checked_by=row.checked_by if within else None,
        signed_by=row.signed_by if within else None,
        signed_at=row.signed_at,
    )


def _extension(row: Any, names: dict[UUID, str]) -> ExtensionShown:
    return ExtensionShown(
        unit_id=row.unit_id,
        unit=names.get(row.unit_id, "承办单位"),
        round=row.round,
        until=row.until_on,
        reason=row.reason,
        asked_at=row.asked_at,
        granted=row.granted,
        answer_text=row.answer_text,
    )
