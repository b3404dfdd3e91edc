"""A proposer says what the reply is worth; it can be changed until the window closes, and nobody else sees it before."""

from typing import Any

from sqlalchemy import func, select

from chassis.ids import derived_id
from chassis.problems import NotFound, WrongState
from chassis.work import Work
from services.proposals import feedback_tables, tables
from services.proposals.commitments import proposal_of
from services.proposals.feedback import close_window, feedback_of, window_of
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.feedback_commands import GiveFeedback
from tongxin_contracts.proposals.feedback_events import FeedbackGiven
from tongxin_contracts.words import HandlingState


async def give_feedback(command: GiveFeedback, work: Work) -> Done:
    """Keep the answer; the last of those asked closes the window. Raises NotFound for whoever was not asked."""
    handling = await work.load(tables.handling, derived_id("handling", command.proposal_id))
    window_id = window_of(handling)
    found = await work.load_many(feedback_tables.feedback, [feedback_of(window_id, work.actor.person)])
    if not found:
        raise NotFound
    feedback = found[0]
    if handling["state"] != HandlingState.REPLIED or not await _is_open(window_id, work):
        raise WrongState("反馈已经截止，不能再填写或修改；如有意见请与提案委员会联系")
    changed = feedback["given_at"] is not None
    feedback.change(
        visited=command.visited,
        attitude=command.attitude,
        heard=command.heard,
        fit=command.fit,
        result=command.result,
        words=command.words,
        given_at=work.now,
    )
    feedback.state(FeedbackGiven(feedback_id=feedback.id, proposal_id=command.proposal_id, changed=changed))
    feedback.note("give_feedback")
    await work.close_tasks(feedback.id)
    if await _everybody_else_answered(window_id, feedback.id, work):
        await close_window(handling, await proposal_of(handling, work), work)
    return Done(id=feedback.id, version=feedback.version)


async def _is_open(window_id: Any, work: Work) -> bool:
    window = feedback_tables.window
    closes_at = await work.tx.sql.scalar(
        select(window.c.closes_at).where(window.c.id == window_id, window.c.closed_at.is_(None))
    )
    return closes_at is not None and work.now <= closes_at


async def _everybody_else_answered(window_id: Any, mine: Any, work: Work) -> bool:
    feedback = feedback_tables.feedback
    missing = await work.tx.sql.scalar(
        select(func.count()).where(
            feedback.c.window_id == window_id, feedback.c.id != mine, feedback.c.given_at.is_(None)
        )
    )
    return not missing
