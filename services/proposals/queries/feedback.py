"""What followed the reply to one proposal; what was answered only after the window is closed, who said what only to the office."""

from typing import Any

from sqlalchemy import select

from chassis.ids import derived_id
from chassis.problems import NotFound
from chassis.work import Work
from services.proposals import feedback_tables, tables
from services.proposals.feedback import answered
from services.proposals.queries.commitments import commitment_rows
from services.proposals.rules import feedback as rules
from services.proposals.unit_people import unit_names, units_of
from tongxin_contracts.permissions import Scope
from tongxin_contracts.proposals.feedback_queries import (
    Feedback,
    FeedbackAnswer,
    FeedbackRound,
    OneFeedback,
    UnitMarks,
)
from tongxin_contracts.words import AppraisalState, HandlingState, ScoreSide


async def feedback(query: Feedback, work: Work) -> FeedbackAnswer:
    """The windows and promises, for the committee's office, the proposers and the unit's people; NotFound otherwise."""
    found = (
        await work.tx.sql.execute(
            select(tables.handling, tables.proposal.c.title, tables.proposal.c.number)
            .add_columns(tables.proposal.c.first_proposer, tables.proposal.c.co_proposers)
            .join(tables.proposal, tables.proposal.c.id == tables.handling.c.proposal_id)
            .where(tables.handling.c.id == derived_id("handling", query.proposal_id))
        )
    ).one_or_none()
    if found is None or not await _may_see(found, work):
        raise NotFound
    rounds = await _rounds(found, work)
    names = await unit_names(work, [found.lead_unit] if found.lead_unit else [])
    return FeedbackAnswer(
        proposal_id=found.proposal_id,
        handling_id=found.id,
        title=found.title,
        number=found.number,
        state=found.state,
        unit_id=found.lead_unit,
        unit_name=names.get(found.lead_unit),
        rounds=rounds,
        commitments=await commitment_rows(
            work, feedback_tables.commitment.c.handling_id == found.id, limit=100
        ),
        may_decide=_is_office(work) and await _waits(found, work),
        unit_marks=await _unit_marks(found, work),
    )


async def _unit_marks(row: Any, work: Work) -> list[UnitMarks]:
    """Blind until the appraisal is published; other units never learn them."""
    if not _is_office(work) and work.actor.person not in (row.first_proposer, *row.co_proposers):
        return []
    score, appraisal = feedback_tables.score, feedback_tables.appraisal
    rows = (
        await work.tx.sql.execute(
            select(score, appraisal.c.year)
            .join(appraisal, appraisal.c.id == score.c.appraisal_id)
            .where(
                score.c.proposal_id == row.proposal_id,
                score.c.side == ScoreSide.PROPOSAL,
                appraisal.c.state == AppraisalState.PUBLISHED,
            )
            .order_by(appraisal.c.year.desc(), score.c.unit_id)
        )
    ).all()
    names = await unit_names(work, [one.unit_id for one in rows])
    return [
        UnitMarks(
            year=one.year,
            unit_name=names.get(one.unit_id, "（单位名称暂缺）"),
            marks=[getattr(one, name) for name in feedback_tables.MARKS],
        )
        for one in rows
    ]


def _is_office(work: Work) -> bool:
    return work.scope is not Scope.OWN


async def _may_see(row: Any, work: Work) -> bool:
    if _is_office(work):
        return bool(row.committee == work.actor.committee)
    if work.actor.person in (row.first_proposer, *row.co_proposers):
        return True
    return row.lead_unit in await units_of(work)


async def _rounds(handling: Any, work: Work) -> list[FeedbackRound]:
    window, feedback = feedback_tables.window, feedback_tables.feedback
    windows = (
        await work.tx.sql.execute(
            select(window).where(window.c.handling_id == handling.id).order_by(window.c.round.desc())
        )
    ).all()
    rows = (
        await work.tx.sql.execute(
            select(feedback)
            .where(feedback.c.window_id.in_([row.id for row in windows]))
            .order_by(feedback.c.is_first.desc(), feedback.c.given_at)
        )
    ).all()
    return [_round(one, [row for row in rows if row.window_id == one.id], work) for one in windows]


def _round(window: Any, rows: list[Any], work: Work) -> FeedbackRound:
    is_closed, office = window.closed_at is not None, _is_office(work)
    given = [row for row in rows if row.given_at is not None]
    mine = next((row for row in rows if row.person == work.actor.person), None)
    return FeedbackRound(
        round=window.round,
        asked_at=window.asked_at,
        closes_at=window.closes_at,
        closed_at=window.closed_at,
        asked=len(rows),
        answered=len(given) if is_closed or office else None,
        counts=rules.count(answered(row._mapping) for row in rows) if is_closed else None,
        answers=[_one(row, row.person) for row in given] if is_closed and office else [],
        mine=_one(mine, mine.person) if mine is not None and mine.given_at is not None else None,
        asked_me=mine is not None,
    )


def _one(row: Any, person: Any) -> OneFeedback:
    return OneFeedback(
        person_id=person,
        visited=row.visited,
        attitude=row.attitude,
        heard=row.heard,
        fit=row.fit,
        result=row.result,
        words=row.words,
        given_at=row.given_at,
    )


async def _waits(handling: Any, work: Work) -> bool:
    """Whether a first window ended with a proposer who was not satisfied and nothing was decided yet."""
    if handling.state != HandlingState.REPLIED:
        return False
    window, feedback = feedback_tables.window, feedback_tables.feedback
    first = (
        await work.tx.sql.execute(
            select(feedback)
            .join(window, window.c.id == feedback.c.window_id)
            .where(
                window.c.handling_id == handling.id,
                window.c.round == handling.round,
                window.c.closed_at.is_not(None),
                feedback.c.is_first,
            )
        )
    ).one_or_none()
    return (
        first is not None and rules.outcome(handling.round, answered(first._mapping)) is rules.Outcome.DECIDE
    )
