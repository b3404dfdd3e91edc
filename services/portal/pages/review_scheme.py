"""How the committee reviews, as data an office can read and change; and the list of what was not filed."""

import json

from fastapi import APIRouter
from fastapi.responses import Response

from chassis import telemetry
from chassis.ids import derived_id
from chassis.problems import Invalid, Malformed, Refusal
from services.portal.api import read_json
from services.portal.views import NotFiledView, ReviewSchemeView
from services.portal.visit import Visit, Visiting, command_id
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.review_commands import (
    AdoptReviewScheme,
    ReviewSchemeAdoptedAnswer,
)
from tongxin_contracts.proposals.review_queries import (
    NotFiled,
    NotFiledPage,
    ReviewScheme,
    ReviewSchemeAnswer,
)

router = APIRouter()

_TEXT_MAX = 20_000


@router.get("/review/scheme")
async def scheme(visit: Visiting, use: str = "") -> Response:
    """The scheme in force; with `use` one of those that come along, to be looked at and adopted."""
    answer = await visit.ask(ReviewSchemeAnswer, ReviewScheme(committee=visit.committee))
    chosen = next((row for row in answer.bundled if row.code == use), answer.current)
    text = json.dumps(chosen.data, ensure_ascii=False, indent=2)
    view = ReviewSchemeView(answer=answer, text=text, preview=chosen, may_adopt=_may_adopt(visit))
    return await visit.page(view)


@router.post("/review/scheme")
async def change(visit: Visiting) -> Response:
    """Show what a text says, or put it in force; what was typed stays in either case."""
    form = await visit.form()
    text, source = str(form.get("scheme", "")), str(form.get("source", "")).strip()
    query = ReviewScheme(committee=visit.committee, preview=text[:_TEXT_MAX])
    answer = await visit.ask(ReviewSchemeAnswer, query)
    refusal = _obstacle(text, source, answer, adopting=form.get("action") == "adopt")
    if refusal is None and form.get("action") == "adopt":
        id_ = command_id(form)
        command = AdoptReviewScheme(
            committee=visit.committee,
            scheme_id=derived_id("review_scheme", id_),
            scheme=read_json(text.encode()),
            source=source[:200],
        )
        try:
            adopted = await visit.ask(ReviewSchemeAdoptedAnswer, command, id_)
            return await visit.go(
                "/review/scheme", f"已采用 {adopted.rule_version}，此后提交的提案按它审查；已提交的不变。"
            )
        except Refusal as refused:
            refusal = refused
    view = ReviewSchemeView(
        answer=answer,
        text=text,
        source=source,
        preview=answer.preview,
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
        may_adopt=_may_adopt(visit),
    )
    return await visit.page(view, status=refusal.status if refusal else 200)


@router.get("/review/not-filed")
async def not_filed(
    visit: Visiting, term: int | None = None, session: int | None = None, after: str | None = None
) -> Response:
    """What a session did not file, with the grounds."""
    query = NotFiled(committee=visit.committee, term=term, session=session, after=after)
    page = await visit.ask(NotFiledPage, query)
    people = {row.first_proposer for row in page.proposals}
    people |= {other for row in page.proposals for other in row.co_proposers}
    return await visit.page(NotFiledView(page=page), people=people)


def _obstacle(text: str, source: str, answer: ReviewSchemeAnswer, *, adopting: bool) -> Refusal | None:
    if len(text) > _TEXT_MAX:
        return Malformed(f"方案文本最多 {_TEXT_MAX} 个字符")
    errors = []
    if answer.preview_problem:
        errors.append(FieldProblem(field="scheme", message=answer.preview_problem))
    if adopting and not source:
        errors.append(FieldProblem(field="source", message="请写明依据的文件和条款。"))
    return Invalid(errors=errors) if errors else None


def _may_adopt(visit: Visit) -> bool:
    return visit.may("proposals.adopt_review_scheme")
