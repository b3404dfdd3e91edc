"""The yearly consultation plan."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.calendar import local_date
from chassis.problems import Malformed, Refusal, field_problems
from services.portal.pages.topics import typed
from services.portal.views.consultation import PlanView
from services.portal.visit import Visit, Visiting, command_id
from tongxin_contracts.consultation.planning import (
    AddToPlan,
    ApprovePlan,
    DraftPlan,
    Plan,
    PlanAnswer,
    PublishPlan,
    RemoveFromPlan,
    ReturnPlan,
    SubmitPlan,
)
from tongxin_contracts.consultation.queries import Topics, TopicsAnswer
from tongxin_contracts.message import Command, Done
from tongxin_contracts.words import PlanState, TopicState

router = APIRouter()

_ACTIONS: Final[Mapping[str, tuple[type[Command], tuple[str, ...], str]]] = {
    "draft": (DraftPlan, ("max_topics",), "年度协商计划已建立，请把议题排进月份。"),
    "add": (AddToPlan, ("topic_id", "month", "form"), "议题已排入计划。"),
    "remove": (RemoveFromPlan, ("topic_id",), "议题已移出计划。"),
    "submit": (SubmitPlan, (), "已提请主席会议审议。"),
    "return": (ReturnPlan, ("reason",), "计划已退回修改。"),
    "approve": (ApprovePlan, ("approved_by", "document_number", "approved_on"), "批准已记录，可以公布。"),
    "publish": (PublishPlan, (), "年度协商计划已公布。"),
}
"""What a form may ask: the command, its fields, and what is said when it is done."""


@router.get("/plan")
async def plan(visit: Visiting) -> Response:
    """A year at a glance."""
    return await _show(visit, _year(visit, visit.request.query_params))


@router.post("/plan")
async def act(visit: Visiting) -> Response:
    """Whatever is to be done with the plan; a refusal shows the page with what was typed."""
    form = await visit.form()
    year = _year(visit, form)
    action = str(form.get("action", ""))
    try:
        if action not in _ACTIONS:
            raise Malformed("请选择要办理的事项")
        kind, names, said = _ACTIONS[action]
        given: dict[str, Any] = {name: form.get(name) or None for name in names}
        if action == "draft":
            given = {name: value for name, value in given.items() if value is not None}
        command = kind.model_validate({"committee": visit.committee, "year": year} | given)
        await visit.ask(Done, command, command_id(form))
    except ValidationError as error:
        return await _show(visit, year, form, Malformed(errors=field_problems(error)))
    except Refusal as refusal:
        return await _show(visit, year, form, refusal)
    return await visit.go(f"/plan?year={year}", said)


def _year(visit: Visit, given: Any) -> int:
    """The year asked for, else the one people plan for."""
    text = str(given.get("year", ""))
    if text.isdecimal() and 2000 <= int(text) <= 2100:
        return int(text)
    return local_date(visit.portal.clock.now()).year


async def _show(
    visit: Visit, year: int, form: FormData | None = None, refusal: Refusal | None = None
) -> Response:
    found = await visit.ask(PlanAnswer, Plan(committee=visit.committee, year=year))
    may_change = found.state is PlanState.DRAFT and visit.may("consultation.add_to_plan")
    topics = (
        (await visit.ask(TopicsAnswer, Topics(committee=visit.committee, limit=100))).topics
        if may_change
        else []
    )
    view = PlanView(
        plan=found,
        topics=[topic for topic in topics if topic.state is TopicState.TAKEN and topic.year is None],
        may_change=may_change,
        typed=typed(form),
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
    )
    return await visit.page(view, status=refusal.status if refusal else 200)
