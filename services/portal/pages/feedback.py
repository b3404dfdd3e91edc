"""Feedback on a reply, promises, and the two published rates."""

import re
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.problems import Forbidden, Malformed, NotFound, Refusal, field_problems
from services.portal.pages.rate_bars import bars
from services.portal.views.feedback import (
    Choice,
    CommitmentsView,
    CommitmentView,
    FeedbackView,
    Question,
    RatesView,
)
from services.portal.visit import Visit, Visiting, command_id
from tongxin_contracts.message import Command, Done
from tongxin_contracts.proposals.feedback_commands import (
    CloseHandling,
    CommentCommitment,
    GiveFeedback,
    OrderRehandling,
    ReportCommitment,
    SettleCommitment,
)
from tongxin_contracts.proposals.feedback_queries import (
    CommitmentPage,
    CommitmentRow,
    Commitments,
    Feedback,
    FeedbackAnswer,
    FeedbackRates,
    FeedbackRatesAnswer,
    FeedbackRound,
)
from tongxin_contracts.words import Attitude, FeedbackResult, Heard, ReplyFit, Visited, Word

router = APIRouter()


def _question(name: str, title: str, words: type[Word]) -> Question:
    return Question(
        name=name,
        title=title,
        choices=tuple(Choice(value=word.value, label=word.label) for word in words),
    )


QUESTIONS: Final = (
    _question("visited", "答复以前，承办单位和您沟通过吗？", Visited),
    _question("attitude", "您对办理工作满意吗？", Attitude),
    _question("heard", "您的意见，单位听进去了吗？", Heard),
    _question("fit", "答复有没有针对您的建议？", ReplyFit),
    _question("result", "您对办理结果的意见是？", FeedbackResult),
)


@router.get("/feedback/{proposal_id}")
async def feedback(visit: Visiting, proposal_id: UUID, change: str = "") -> Response:
    """The form, or thanks; for the office what was answered."""
    return await _show(visit, proposal_id, change=bool(change))


@router.post("/feedback/{proposal_id}")
async def answer(visit: Visiting, proposal_id: UUID) -> Response:
    """Keep an answer, or what the office decides; a refusal shows the page with what was typed."""
    form = await visit.form()
    try:
        command, said = _decided(visit, proposal_id, form)
        await visit.ask(Done, command, command_id(form))
    except ValidationError as error:
        return await _show(visit, proposal_id, form, Malformed(errors=field_problems(error)), change=True)
    except Refusal as refusal:
        return await _show(visit, proposal_id, form, refusal, change=True)
    return await visit.go(f"/feedback/{proposal_id}", said)


def _decided(visit: Visit, proposal_id: UUID, form: FormData) -> tuple[Command, str]:
    what: dict[str, Any] = {"committee": visit.committee, "proposal_id": proposal_id}
    match form.get("action"):
        case "answer":
            given = {question.name: form.get(question.name) for question in QUESTIONS}
            words = _lines(form, "words")
            return GiveFeedback.model_validate(what | given | {"words": words}), "谢谢您，您的反馈已经收到。"
        case "rehandle":
            order = OrderRehandling.model_validate(what | {"reason": _lines(form, "reason")})
            return order, "已要求重新办理，主办单位已收到待办，提案人已收到通知。"
        case "close":
            close = CloseHandling.model_validate(what | {"reason": _lines(form, "reason")})
            return close, "已办结，理由已记录。"
    raise Malformed("请选择要办理的事项")


async def feedback_section(visit: Visit, committee: str, proposal_id: UUID) -> FeedbackAnswer | None:
    """What followed the reply, for the proposal's page; None where there is none or the reader may not know."""
    if not visit.may("proposals.feedback"):
        return None
    try:
        return await visit.ask(FeedbackAnswer, Feedback(committee=committee, proposal_id=proposal_id))
    except (NotFound, Forbidden):
        return None


async def _show(
    visit: Visit,
    proposal_id: UUID,
    form: FormData | None = None,
    refusal: Refusal | None = None,
    *,
    change: bool = False,
) -> Response:
    found = await visit.ask(FeedbackAnswer, Feedback(committee=visit.committee, proposal_id=proposal_id))
    open_round = _open_round(found)
    answered = open_round is not None and open_round.mine is not None
    view = FeedbackView(
        feedback=found,
        questions=QUESTIONS,
        form=open_round if open_round and (change or not answered) else None,
        thanks=open_round if answered and not change else None,
        typed=_typed(form) if form else _given(open_round),
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
    )
    people = [one.person_id for round_ in found.rounds for one in round_.answers]
    return await visit.page(view, people=people, status=refusal.status if refusal else 200)


def _open_round(found: FeedbackAnswer) -> FeedbackRound | None:
    """The round the reader is asked about and that is still open."""
    latest = found.rounds[0] if found.rounds else None
    return latest if latest and latest.asked_me and latest.closed_at is None else None


def _given(round_: FeedbackRound | None) -> dict[str, str]:
    if round_ is None or round_.mine is None:
        return {}
    return {name: str(value) for name, value in round_.mine.model_dump(mode="json").items()}


@router.get("/commitments")
async def commitments(visit: Visiting, after: str | None = None) -> Response:
    """Promises, the one due first on top."""
    show_all = visit.request.query_params.get("all") == "1"
    query = Commitments(committee=visit.committee, open_only=not show_all, after=after)
    page = await visit.ask(CommitmentPage, query)
    return await visit.page(CommitmentsView(rows=page.commitments, show_all=show_all, next=page.next))


@router.get("/commitments/{commitment_id}")
async def commitment(visit: Visiting, commitment_id: UUID) -> Response:
    """One promise."""
    return await visit.page(CommitmentView(row=await _commitment(visit, commitment_id)))


@router.post("/commitments/{commitment_id}")
async def settle(visit: Visiting, commitment_id: UUID) -> Response:
    """Report, say a word, or settle; a refusal shows the page with what was typed."""
    form = await visit.form()
    try:
        command, said = _settled(visit, commitment_id, form)
        await visit.ask(Done, command, command_id(form))
    except (ValidationError, Refusal) as error:
        refusal = Malformed(errors=field_problems(error)) if isinstance(error, ValidationError) else error
        view = CommitmentView(
            row=await _commitment(visit, commitment_id),
            typed=_typed(form),
            problem=refusal.problem(telemetry.trace_id()),
        )
        return await visit.page(view, status=refusal.status)
    return await visit.go(f"/commitments/{commitment_id}", said)


def _settled(visit: Visit, commitment_id: UUID, form: FormData) -> tuple[Command, str]:
    what: dict[str, Any] = {"committee": visit.committee, "commitment_id": commitment_id}
    match form.get("action"):
        case "report":
            typed = {"done": _lines(form, "done"), "evidence": _lines(form, "evidence")}
            return ReportCommitment.model_validate(what | typed), "落实情况已报告，已请提案人发表意见。"
        case "comment":
            typed_word = {"agrees": form.get("agrees"), "words": _lines(form, "words")}
            return CommentCommitment.model_validate(what | typed_word), "谢谢您，提案委员会会据此核对。"
        case "settle":
            found = form.get("found")
            settled = {"kept": found == "kept", "reason": _lines(form, "reason")}
            if found == "postpone":
                settled["new_date"] = form.get("new_date") or date.min
            elif found not in ("kept", "broken"):
                raise Malformed("请选择核对结果")
            return SettleCommitment.model_validate(what | settled), "已核对，提案人已收到通知。"
    raise Malformed("请选择要办理的事项")


async def _commitment(visit: Visit, commitment_id: UUID) -> CommitmentRow:
    query = Commitments(committee=visit.committee, commitment_id=commitment_id, open_only=False)
    page = await visit.ask(CommitmentPage, query)
    if not page.commitments:
        raise NotFound
    return page.commitments[0]


@router.get("/rates")
async def rates(
    visit: Visiting, of: str = "", term: int | None = None, session: int | None = None
) -> Response:
    """How proposers find the work and the result, in numbers with their denominators; `of` is what the select sends."""
    if chosen := re.fullmatch(r"(\d{1,2})-(\d)", of):
        term, session = int(chosen[1]), int(chosen[2])
    query = FeedbackRates(committee=visit.committee, term=term, session=session)
    found = await visit.ask(FeedbackRatesAnswer, query)
    rows = [found.total, *found.units]
    view = RatesView(rates=found, work=(), result=())
    return await visit.page(replace(view, work=bars(rows, "work"), result=bars(rows, "result")))


def _typed(form: FormData) -> dict[str, str]:
    return {name: str(value) for name, value in form.items() if name not in ("csrf", "command_id")}


def _lines(form: FormData, name: str) -> str:
    return str(form.get(name, "")).replace("\r\n", "\n")
