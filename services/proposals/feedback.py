"""What follows a signed reply: proposers are asked, and what was promised is written down with its date.

`after_reply` is called by whoever signs a reply, inside that command's transaction. Always holds: the committee asks,
never the unit; every proposer is asked once in a round; what somebody answered leaves this service only after the window
is closed, and then as numbers; a promise with a date is a row of its own from the moment it is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, update

from chassis.calendar import CALENDAR_VERSION, add_working_days, deadline_instant, local_date
from chassis.deadlines import Deadline
from chassis.ids import derived_id
from chassis.problems import WrongState
from chassis.tasks import Opened
from chassis.work import Aggregate, Work
from services.proposals import feedback_tables
from services.proposals.commitments import standing, write_promises
from services.proposals.rules import feedback as rules
from services.proposals.rules.commitments import to_settle
from services.proposals.rules.handling_states import HandlingStep, after
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.feedback_events import FeedbackAsked, FeedbackClosed, HandlingClosed
from tongxin_contracts.words import (
    Attitude,
    FeedbackResult,
    HandlingState,
    ReplyClass,
    TaskKind,
    Visited,
)

FEEDBACK_CLOSES: Final = "feedback_closes"
"""The deadline's kind; its matter is the window."""


Known = Aggregate | Mapping[str, Any]
"""A proposal, locked or only read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyLine:
    """How a reply answers one suggestion."""

    suggestion: int
    """Its place in the proposal, from 0."""
    text: str
    reply_class: ReplyClass
    promised_by: date | None = None


async def after_reply(handling: Aggregate, proposal: Known, lines: Sequence[ReplyLine], work: Work) -> None:
    """Open the window and write the promises; the handling is REPLIED already, in the round it has."""
    await write_promises(handling, lines, work)
    window_id = window_of(handling)
    closes_at = deadline_instant(add_working_days(local_date(work.now), rules.FEEDBACK_WORKING_DAYS))
    people = list(dict.fromkeys([proposal["first_proposer"], *proposal["co_proposers"]]))
    await work.tx.sql.execute(
        insert(feedback_tables.window).values(
            id=window_id,
            committee=handling["committee"],
            handling_id=handling.id,
            proposal_id=handling["proposal_id"],
            unit_id=handling["lead_unit"],
            round=handling["round"],
            asked_at=work.now,
            closes_at=closes_at,
        )
    )
    handling.state(
        FeedbackAsked(
            handling_id=handling.id,
            proposal_id=handling["proposal_id"],
            title=proposal["title"],
            unit_id=handling["lead_unit"],
            round=handling["round"],
            closes_at=closes_at,
            asked=tuple(people),
        )
    )
    handling.note("ask_feedback", reason=rules.FEEDBACK_RULE)
    await _ask(people, proposal, window_id, closes_at, work)
    await work.set_deadline(
        Deadline(
            matter=window_id,
            committee=handling["committee"],
            kind=FEEDBACK_CLOSES,
            rule=rules.FEEDBACK_RULE,
            anchor=work.now,
            calendar_version=CALENDAR_VERSION,
            due_at=closes_at,
        )
    )


def window_of(handling: Aggregate) -> UUID:
    """The window of the round a handling is in."""
    return derived_id("feedback_window", handling.id, handling["round"])


def feedback_of(window_id: UUID, person: UUID) -> UUID:
    """One person's answer in a window."""
    return derived_id("feedback", window_id, person)


async def _ask(people: Sequence[UUID], proposal: Known, window_id: UUID, closes_at: Any, work: Work) -> None:
    rows = [
        {
            "id": feedback_of(window_id, person),
            "committee": proposal["committee"],
            "version": 0,
            "window_id": window_id,
            "proposal_id": proposal["id"],
            "person": person,
            "is_first": place == 0,
            "words": "",
        }
        for place, person in enumerate(people)
    ]
    await work.tx.sql.execute(insert(feedback_tables.feedback), rows)
    await work.open_tasks(
        [
            Opened(
                kind=TaskKind.GIVE_FEEDBACK,
                matter=row["id"],
                about=proposal["id"],
                title=proposal["title"],
                person=row["person"],
                due_at=closes_at,
            )
            for row in rows
        ]
    )


async def close_window(handling: Aggregate, proposal: Known, work: Work) -> None:
    """Close the window of this round, state the numbers, and go on as the first proposer's answer says."""
    window_id = window_of(handling)
    feedback = feedback_tables.feedback
    rows = (await work.tx.sql.execute(select(feedback).where(feedback.c.window_id == window_id))).all()
    await work.tx.sql.execute(
        update(feedback_tables.window)
        .where(feedback_tables.window.c.id == window_id)
        .values(closed_at=work.now)
    )
    pending = {aggregate.id: aggregate.row for aggregate in work.touched if aggregate.table is feedback}
    answers = {row.id: answered(pending.get(row.id) or row._mapping) for row in rows}
    first = next(answers[row.id] for row in rows if row.is_first)
    handling.state(
        FeedbackClosed(
            handling_id=handling.id,
            proposal_id=handling["proposal_id"],
            title=proposal["title"],
            unit_id=handling["lead_unit"],
            round=handling["round"],
            counts=rules.count(answers.values()),
            first_proposer=proposal["first_proposer"],
        )
    )
    handling.note("close_feedback")
    await work.cancel_deadlines(window_id)
    await work.close_tasks([row.id for row in rows])
    if rules.outcome(handling["round"], first) is rules.Outcome.DECIDE:
        await work.open_task(
            Opened(
                kind=TaskKind.DECIDE_REHANDLING,
                matter=handling.id,
                about=handling["proposal_id"],
                title=proposal["title"],
                role=Role.PROPOSALS_OFFICE.value,
            )
        )
        return
    await close_handling(handling, proposal, work, result=first.result)


def answered(row: Any) -> rules.Answered:
    """A row of `feedback` as rules see it."""
    return rules.Answered(
        visited=Visited.of(row["visited"]) if row["visited"] else None,
        attitude=Attitude.of(row["attitude"]) if row["attitude"] else None,
        result=FeedbackResult.of(row["result"]) if row["result"] else None,
    )


async def close_handling(
    handling: Aggregate, proposal: Known, work: Work, *, result: FeedbackResult | None, reason: str = ""
) -> None:
    """办结 with what the first proposer said; a promise that came due meanwhile opens it again at once."""
    handling.change(
        state=after(feedback_tables.HANDLING_STATES[handling["state"]], HandlingStep.CLOSE),
        closed_at=work.now,
    )
    handling.state(
        HandlingClosed(
            handling_id=handling.id,
            proposal_id=handling["proposal_id"],
            title=proposal["title"],
            unit_id=handling["lead_unit"],
            round=handling["round"],
            result=result,
            reason=reason,
            first_proposer=proposal["first_proposer"],
        )
    )
    handling.note("close_handling", reason=reason or _said(result))
    await work.close_tasks(handling.id, kinds=[TaskKind.DECIDE_REHANDLING])
    if to_settle(await standing(handling.id, work)):
        handling.change(
            state=after(feedback_tables.HANDLING_STATES[handling["state"]], HandlingStep.COMMITMENT_DUE)
        )


async def first_result(handling: Aggregate, work: Work) -> FeedbackResult | None:
    """What the first proposer said to the result in the round the handling is in."""
    feedback = feedback_tables.feedback
    found = await work.tx.sql.scalar(
        select(feedback.c.result).where(feedback.c.window_id == window_of(handling), feedback.c.is_first)
    )
    return FeedbackResult.of(found) if found else None


def _said(result: FeedbackResult | None) -> str:
    return f"提案人对办理结果：{result.label if result else '未反馈'}"


async def require_decision(handling: Aggregate, work: Work) -> None:
    """Raise WrongState unless a first window is closed and its first proposer was not satisfied."""
    feedback, window = feedback_tables.feedback, feedback_tables.window
    found = (
        await work.tx.sql.execute(
            select(feedback.c.visited, feedback.c.attitude, feedback.c.result)
            .join(window, window.c.id == feedback.c.window_id)
            .where(window.c.id == window_of(handling), window.c.closed_at.is_not(None), feedback.c.is_first)
        )
    ).one_or_none()
    if (
        handling["state"] != HandlingState.REPLIED
        or found is None
        or rules.outcome(handling["round"], answered(found._mapping)) is not rules.Outcome.DECIDE
    ):
        raise WrongState("只有第一次反馈截止后、提案人表示不满意或不同意的提案，才需要研究是否重新办理")
