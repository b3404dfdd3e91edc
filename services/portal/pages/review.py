"""The review desk: what waits in one's round, the proposal in hand, one decision at a time or many alike.

After a decision the next one of the queue comes up, so that an officer needs a key and Enter for each.
"""

import re
from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.problems import Forbidden, Malformed, NotFound, Refusal, field_problems
from services.portal.pages.timeline import actors, timeline
from services.portal.views import ReviewDeskView
from services.portal.visit import Visit, Visiting, command_id, uuid_field
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.commands import (
    Decided,
    DeclineProposal,
    FileProposal,
    ProposalFiledAnswer,
    ReturnProposal,
)
from tongxin_contracts.proposals.queries import (
    Proposal,
    ProposalAnswer,
    ProposalSummary,
    ReviewDesk,
    ReviewDeskPage,
)
from tongxin_contracts.proposals.review_commands import (
    AddReviewNote,
    BulkReviewed,
    ConvertProposal,
    MergeProposal,
    ReviewInBulk,
)
from tongxin_contracts.proposals.review_queries import (
    ProposalReview,
    ProposalReviewAnswer,
    SimilarProposal,
    SimilarProposals,
    SimilarProposalsAnswer,
)

router = APIRouter()

QUEUE = 100
_TYPED = ("reason", "ground", "explanation", "into", "target", "note")


@router.get("/review")
async def review(
    visit: Visiting, proposal: UUID | None = None, after: str | None = None, like: str = ""
) -> Response:
    """The desk with one proposal in hand: the one asked for, or the one due first."""
    return await _desk(visit, proposal, after=after, like=like)


@router.post("/review")
async def decide(visit: Visiting) -> Response:
    """Take a decision and go on to the next; a refusal shows the desk again with what was typed."""
    form = await visit.form()
    proposal_id = uuid_field(form, "proposal_id")
    try:
        said = await _decide(visit, form, proposal_id)
    except ValidationError as error:
        return await _desk(visit, proposal_id, form, Malformed(errors=field_problems(error)))
    except Refusal as refusal:
        return await _desk(visit, proposal_id, form, refusal)
    if form.get("action") == "note":
        return await visit.go(f"/review?proposal={proposal_id}", said)
    following = str(form.get("next", ""))
    return await visit.go(f"/review?proposal={following}" if _is_id(following) else "/review", said)


@router.post("/review/many")
async def decide_many(visit: Visiting) -> Response:
    """Decide alike on what is ticked; those that could not be decided are listed with the reason."""
    form = await visit.form()
    items = [str(item).partition(":") for item in form.getlist("items")]
    asked = {
        "committee": visit.committee,
        "items": [{"proposal_id": id_, "expected_version": version} for id_, _, version in items],
        "outcome": form.get("outcome"),
        "ground": form.get("ground") or None if form.get("outcome") == "not_file" else None,
        "reason": str(form.get("reason", "")),
    }
    if not items:
        return await _desk(visit, None, form, Malformed("请先勾选要一并办理的提案"))
    try:
        command = ReviewInBulk.model_validate(asked)
        answer = await visit.ask(BulkReviewed, command, command_id(form))
    except ValidationError as error:
        return await _desk(visit, None, form, Malformed(errors=field_problems(error)))
    except Refusal as refusal:
        return await _desk(visit, None, form, refusal)
    failed = [result for result in answer.results if result.problem]
    said = f"已办理 {len(answer.results) - len(failed)} 件。"
    if not failed:
        return await visit.go("/review", said)
    return await _desk(visit, None, failed={one.proposal_id: one.problem or "" for one in failed}, said=said)


async def _decide(visit: Visit, form: FormData, proposal_id: UUID) -> str:
    what = {
        "committee": visit.committee,
        "proposal_id": proposal_id,
        "expected_version": str(form.get("expected_version", "")),
        "disputed": form.get("disputed") == "yes",
    }
    explained = {**what, "explanation": str(form.get("explanation", ""))}
    id_ = command_id(form)
    match form.get("action"):
        case "file":
            filed = await visit.ask(ProposalFiledAnswer, FileProposal.model_validate(what), id_)
            return _said(filed, "立案", f"已立案，编号 {filed.number}，已通知提案人。")
        case "return":
            returned = ReturnProposal.model_validate({**what, "reason": str(form.get("reason", ""))})
            return _said(
                await visit.ask(Decided, returned, id_), "退回修改", "已退回修改，提案人已收到通知和待办。"
            )
        case "decline":
            declined = DeclineProposal.model_validate({**explained, "ground": form.get("ground")})
            return _said(
                await visit.ask(Decided, declined, id_), "不予立案", "已决定不予立案，理由已告知提案人。"
            )
        case "merge":
            merged = MergeProposal.model_validate({**explained, "into": form.get("into") or None})
            return _said(
                await visit.ask(Decided, merged, id_), "并案", "已并案，全体提案人都保留为联名人并已通知。"
            )
        case "convert":
            converted = ConvertProposal.model_validate({**explained, "target": form.get("target")})
            return _said(await visit.ask(Decided, converted, id_), "转为其他件", "已转办，提案人已收到通知。")
        case "note":
            note = AddReviewNote(
                committee=visit.committee,
                proposal_id=proposal_id,
                note_id=id_,
                note=str(form.get("note", "")),
            )
            await visit.ask(Done, note, id_)
            return "已记下，只有审查人员看得到。"
    raise Malformed("请选择审查意见")


def _said(answer: Decided, outcome: str, took_effect: str) -> str:
    return f"已建议{outcome}，转“{answer.next_round}”。" if answer.next_round else took_effect


async def _desk(
    visit: Visit,
    proposal_id: UUID | None,
    form: FormData | None = None,
    refusal: Refusal | None = None,
    *,
    after: str | None = None,
    like: str = "",
    failed: dict[UUID, str] | None = None,
    said: str = "",
) -> Response:
    page = await visit.ask(ReviewDeskPage, ReviewDesk(committee=visit.committee, after=after, limit=QUEUE))
    wanted = proposal_id or (page.proposals[0].proposal_id if page.proposals else None)
    current = await _in_hand(visit, wanted) if wanted else None
    review = await _review(visit, wanted) if current and wanted else None
    similar: Sequence[SimilarProposal] = (
        await _similar(visit, wanted, like) if review and review.may_decide and wanted else ()
    )
    history = current.history if current else []
    people = {row.first_proposer for row in page.proposals} | actors(history)
    people |= {row.first_proposer for row in similar}
    if current:
        people |= {current.first_proposer, *current.co_proposers}
    if review:
        people |= {one.person for one in review.recommendations}
        people |= {note.person for note in review.notes}
    names = await visit.portal.names(people)
    typed = {name: str(form.get(name, "")) for name in _TYPED} if form else {}
    view = ReviewDeskView(
        queue=page.proposals,
        waiting=page.waiting,
        more=page.next,
        current=current,
        review=review,
        similar=similar,
        like=like,
        next=_next_of(page.proposals, wanted),
        timeline=timeline(history, names),
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
        action=str(form.get("action", "")) if form else "",
        typed=typed,
        failed=failed or {},
        said=said,
    )
    return await visit.page(view, people=people, status=refusal.status if refusal else 200)


async def _in_hand(visit: Visit, proposal_id: UUID) -> ProposalAnswer | None:
    """The proposal; None when it is gone from under the desk."""
    try:
        return await visit.ask(ProposalAnswer, Proposal(committee=visit.committee, proposal_id=proposal_id))
    except NotFound:
        return None


async def _review(visit: Visit, proposal_id: UUID) -> ProposalReviewAnswer | None:
    """Where it stands; None for one's own proposal, of which one sees no more than any author."""
    query = ProposalReview(committee=visit.committee, proposal_id=proposal_id)
    try:
        return await visit.ask(ProposalReviewAnswer, query)
    except Forbidden:
        return None


async def _similar(visit: Visit, proposal_id: UUID, like: str) -> Sequence[SimilarProposal]:
    query = SimilarProposals(committee=visit.committee, proposal_id=proposal_id, search=like[:50])
    return (await visit.ask(SimilarProposalsAnswer, query)).proposals


def _next_of(queue: Sequence[ProposalSummary], wanted: UUID | None) -> UUID | None:
    """The one behind the one in hand; the first one for somebody at the end."""
    ids = [row.proposal_id for row in queue]
    if wanted not in ids:
        return None
    at = ids.index(wanted)
    rest = ids[at + 1 :] or ids[:at]
    return rest[0] if rest else None


def _is_id(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f-]{36}", text) is not None
