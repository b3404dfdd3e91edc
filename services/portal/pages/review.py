"""The review desk: the queue, the proposal in hand, one decision at a time."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.problems import Malformed, NotFound, Refusal, field_problems
from services.portal.pages.timeline import actors, timeline
from services.portal.views import ReviewDeskView
from services.portal.visit import Visit, Visiting, command_id, uuid_field
from tongxin_contracts.message import Done
from tongxin_contracts.problems import Problem
from tongxin_contracts.proposals.commands import (
    DeclineProposal,
    FileProposal,
    ProposalFiledAnswer,
    ReturnProposal,
)
from tongxin_contracts.proposals.queries import Proposal, ProposalAnswer, ProposalPage, ReviewDesk

router = APIRouter()

Action = Literal["file", "return", "decline"]
_ACTIONS: tuple[Action, ...] = ("file", "return", "decline")


@router.get("/review")
async def review(visit: Visiting, proposal: UUID | None = None, after: str | None = None) -> Response:
    """The desk with one proposal in hand: the one asked for, or the one due first."""
    return await _desk(visit, proposal, after=after)


@router.post("/review")
async def decide(visit: Visiting) -> Response:
    """Take a decision; a refusal shows the desk again with what was typed."""
    form = await visit.form()
    proposal_id = uuid_field(form, "proposal_id")
    try:
        said = await _decide(visit, form, proposal_id)
    except ValidationError as error:
        return await _desk(visit, proposal_id, form, Malformed(errors=field_problems(error)))
    except Refusal as refusal:
        return await _desk(visit, proposal_id, form, refusal)
    return await visit.go("/review", said)


async def _decide(visit: Visit, form: FormData, proposal_id: UUID) -> str:
    what = {
        "committee": visit.committee,
        "proposal_id": proposal_id,
        "expected_version": str(form.get("expected_version", "")),
    }
    match form.get("action"):
        case "file":
            answer = await visit.ask(ProposalFiledAnswer, FileProposal.model_validate(what), command_id(form))
            return f"已立案，编号 {answer.number}，已通知提案人。"
        case "return":
            returned = ReturnProposal.model_validate({**what, "reason": str(form.get("reason", ""))})
            await visit.ask(Done, returned, command_id(form))
            return "已退回修改，提案人已收到通知和待办。"
        case "decline":
            declined = DeclineProposal.model_validate(
                {**what, "ground": form.get("ground"), "explanation": str(form.get("explanation", ""))}
            )
            await visit.ask(Done, declined, command_id(form))
            return "已决定不予立案，理由已告知提案人。"
    raise Malformed("请选择审查意见")


async def _desk(
    visit: Visit,
    proposal_id: UUID | None,
    form: FormData | None = None,
    refusal: Refusal | None = None,
    *,
    after: str | None = None,
) -> Response:
    page = await visit.ask(ProposalPage, ReviewDesk(committee=visit.committee, after=after))
    wanted = proposal_id or (page.proposals[0].proposal_id if page.proposals else None)
    current = await _in_hand(visit, wanted) if wanted else None
    history = current.history if current else []
    people = {row.first_proposer for row in page.proposals} | actors(history)
    if current:
        people |= {current.first_proposer, *current.co_proposers}
    names = await visit.portal.names(people)
    problem: Problem | None = refusal.problem(telemetry.trace_id()) if refusal else None
    action = str(form.get("action")) if form else None
    view = ReviewDeskView(
        queue=page.proposals,
        more=page.next is not None,
        current=current,
        timeline=timeline(history, names),
        problem=problem,
        action=action if action in _ACTIONS else None,
        reason=str(form.get("reason", "")) if form else "",
        ground=str(form.get("ground", "")) if form else "",
        explanation=str(form.get("explanation", "")) if form else "",
    )
    return await visit.page(view, people=people, status=refusal.status if refusal else 200)


async def _in_hand(visit: Visit, proposal_id: UUID) -> ProposalAnswer | None:
    """The proposal; None when it is gone from under the desk."""
    try:
        return await visit.ask(ProposalAnswer, Proposal(committee=visit.committee, proposal_id=proposal_id))
    except NotFound:
        return None
