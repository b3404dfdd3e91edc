"""Calls for proposals: the office calls with a list of topics, members take one up."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.calendar import local_date
from chassis.ids import derived_id
from chassis.problems import Invalid, NotFound, Refusal, Unavailable
from services.portal.pages.topic_lines import read_topics
from services.portal.views.calls import CallsView
from services.portal.visit import Visit, Visiting, command_id, uuid_field
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.calls import (
    CallForProposals,
    CallRow,
    CallsAnswer,
    CallsForProposals,
    HintDraft,
    HintRow,
)
from tongxin_contracts.proposals.commands import DraftSaved, SaveDraft
from tongxin_contracts.words import Category

router = APIRouter()

_MISSING: Final = {
    "opens_on": "请选择会议开幕日期。",
    "year": "请选择会议开幕日期。",
    "closes_on": "请选择征集截止日期。",
    "document": "请填写通知的名称或文号（不超过 200 字）。",
    "hints": "一次征集最多列 100 个选题。",
}
_NO_TOPIC: Final = HintDraft(title="（没有选题）", category=Category.OTHER)
"""Stands in where no line was good, so that the other fields are checked as well; never sent."""
_A_MONTH: Final = timedelta(days=31)


@router.get("/calls")
async def calls(visit: Visiting) -> Response:
    """The calls."""
    return await _show(visit)


@router.post("/calls")
async def call(visit: Visiting) -> Response:
    """Call; a refusal shows the form as it was typed."""
    form = await visit.form()
    typed = {name: str(value) for name, value in form.items() if name not in ("csrf", "command_id")}
    try:
        command = _called(visit, form, typed)
        await visit.ask(Done, command, command_id(form))
    except Refusal as refusal:
        return await _show(visit, typed, refusal)
    return await visit.go("/calls", f"征集已发出，全体委员会收到通知和 {len(command.hints)} 个选题建议。")


@router.post("/calls/write")
async def write(visit: Visiting) -> Response:
    """Begin a draft on a topic: its category is filled in, and the topic stays with it."""
    form = await visit.form()
    hint = await _hint(visit, uuid_field(form, "hint_id"))
    draft_id = derived_id("draft_on_hint", command_id(form))
    command = SaveDraft(
        committee=visit.committee,
        draft_id=draft_id,
        revision=0,
        category=hint.category,
        hint_id=hint.hint_id,
    )
    await visit.ask(DraftSaved, command, command_id(form))
    return await visit.go(f"/proposals/{draft_id}/edit", "已按选题建好草稿，类别已填好。")


async def open_calls(visit: Visit) -> list[CallRow]:
    """Calls that one can still write for; none for whoever may not know of them.

    A form to write in is never refused because its topics are away: they are a help, not a condition.
    """
    if not visit.may("proposals.calls_for_proposals"):
        return []
    query = CallsForProposals(committee=visit.committee, only_open=True)
    try:
        return (await visit.ask(CallsAnswer, query)).calls
    except Unavailable as away:
        telemetry.keep_failure("open_calls", away)
        return []


def _called(visit: Visit, form: FormData, typed: dict[str, str]) -> CallForProposals:
    topics, problems = read_topics(typed)
    fields: dict[str, Any] = {
        "committee": visit.committee,
        "call_id": derived_id("call", command_id(form)),
        "year": typed.get("opens_on", "")[:4],
        "opens_on": typed.get("opens_on", ""),
        "closes_on": typed.get("closes_on", ""),
        "document": typed.get("document", ""),
        "hints": topics or [_NO_TOPIC],
    }
    wrong: dict[str, str] = {}
    try:
        command = CallForProposals.model_validate(fields)
    except ValidationError as error:
        for part in error.errors():
            name = str(part["loc"][0]) if part["loc"] else "hints"
            wrong["opens_on" if name == "year" else name] = _MISSING.get(name, "请核对后重新提交。")
    if problems or wrong:
        raise Invalid(
            errors=[*(FieldProblem(field=name, message=said) for name, said in wrong.items()), *problems]
        )
    return command


async def _hint(visit: Visit, hint_id: UUID) -> HintRow:
    for one in await open_calls(visit):
        for hint in one.hints:
            if hint.hint_id == hint_id:
                return hint
    raise NotFound("这个选题的征集已经截止；仍可自拟题目撰写提案")


async def _show(
    visit: Visit, typed: dict[str, str] | None = None, refusal: Refusal | None = None
) -> Response:
    found = await visit.ask(CallsAnswer, CallsForProposals(committee=visit.committee))
    view = CallsView(
        calls=found.calls,
        may_call=visit.may("proposals.call_for_proposals"),
        may_write=visit.may("proposals.save_draft"),
        earliest=local_date(visit.portal.clock.now()) + _A_MONTH,
        typed=typed or {},
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
    )
    return await visit.page(view, status=refusal.status if refusal else 200)
