"""The office's dispatch desk: ask units, dispatch many at once, watch what is open; and the committee's times."""

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.problems import Malformed, NotFound, Refusal, field_problems
from services.portal.views.handling import (
    DispatchDeskView,
    DispatchOutcome,
    DispatchRulesView,
    DispatchTab,
)
from services.portal.visit import Visit, Visiting, command_id, uuid_field
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.handling_commands import (
    AdoptDispatchRules,
    Dispatch,
    Dispatched,
    PreDispatch,
)
from tongxin_contracts.proposals.handling_queries import (
    CurrentDispatchRules,
    DispatchDesk,
    DispatchRulesAnswer,
    HandlingPage,
    HandlingRow,
    HandlingUnits,
    HandlingUnitsAnswer,
)
from tongxin_contracts.proposals.queries import Proposal, ProposalAnswer
from tongxin_contracts.words import HandlingState

router = APIRouter()

TABS: Final[dict[str, DispatchTab]] = {
    "waiting": "waiting",
    "asked": "asked",
    "returned": "returned",
    "working": "working",
    "overdue": "overdue",
}
WORKING: Final = {
    state.value: state
    for state in (HandlingState.DISPATCHED, HandlingState.IN_HAND, HandlingState.REHANDLING)
}
RULE_FIELDS: Final = ("object_days", "answer_days", "lead_months", "co_months")


@router.get("/dispatch")
async def dispatch_desk(
    visit: Visiting,
    tab: str = "waiting",
    state: str = "",
    search: str = "",
    after: str | None = None,
    proposal: UUID | None = None,
) -> Response:
    """What waits, by where it stands; with one proposal in hand on the first tab."""
    view = await _desk(visit, TABS.get(tab, "waiting"), state, search[:50], after)
    return await _show(visit, view, proposal)


@router.post("/dispatch")
async def decide(visit: Visiting) -> Response:
    """Ask units about one proposal, or dispatch those that were ticked; a refusal shows the desk as it was typed."""
    form = await visit.form()
    match form.get("action"):
        case "ask":
            return await _ask_units(visit, form)
        case "dispatch":
            return await _dispatch(visit, form)
    raise Malformed("请选择要办理的事项")


async def _ask_units(visit: Visit, form: FormData) -> Response:
    proposal_id = uuid_field(form, "proposal_id")
    others = [str(unit) for unit in form.getlist("co_units")]
    typed = {
        "committee": visit.committee,
        "proposal_id": proposal_id,
        "lead_unit": form.get("lead_unit"),
        "co_units": others,
        "separate": form.get("separate") == "1",
    }
    try:
        await visit.ask(Done, PreDispatch.model_validate(typed), command_id(form))
    except (ValidationError, Refusal) as error:
        refusal = Malformed(errors=field_problems(error)) if isinstance(error, ValidationError) else error
        view = await _desk(visit, "waiting", "", "", None)
        view = replace(
            view,
            lead=str(form.get("lead_unit", "")),
            co=frozenset(others),
            separate=bool(typed["separate"]),
            problem=refusal.problem(telemetry.trace_id()),
        )
        return await _show(visit, view, proposal_id, status=refusal.status)
    return await visit.go("/dispatch", "已预交办，承办单位联络员已收到待办。")


async def _dispatch(visit: Visit, form: FormData) -> Response:
    """What became of each is shown at once; sent again, the same form says the same."""
    ticked = [str(item).partition(":") for item in form.getlist("items")]
    before = await _desk(visit, "asked", "", "", None)
    if not ticked:
        problem = Malformed("请先勾选要正式交办的提案").problem(telemetry.trace_id())
        return await _show(visit, replace(before, problem=problem), None, status=400)
    items = [{"proposal_id": id_, "expected_version": version or None} for id_, _, version in ticked]
    try:
        command = Dispatch.model_validate({"committee": visit.committee, "items": items})
    except ValidationError as error:
        raise Malformed("表单不完整，请刷新页面后重试") from error
    answer = await visit.ask(Dispatched, command, command_id(form))
    known = {row.proposal_id: row for row in before.rows}
    outcomes = tuple(
        _outcome(known.get(result.proposal_id), result.dispatched, result.reason) for result in answer.results
    )
    view = await _desk(visit, "asked", "", "", None)
    return await _show(visit, replace(view, outcomes=outcomes), None)


def _outcome(row: HandlingRow | None, good: bool, reason: str | None) -> DispatchOutcome:
    return DispatchOutcome(
        title=row.title if row else "提案", number=row.number if row else "", good=good, reason=reason or ""
    )


async def _desk(
    visit: Visit, tab: DispatchTab, state: str, search: str, after: str | None
) -> DispatchDeskView:
    chosen = WORKING.get(state, HandlingState.IN_HAND)
    query: dict[str, Any] = {"committee": visit.committee, "search": search, "after": after}
    match tab:
        case "asked":
            query["state"] = HandlingState.PRE_DISPATCHED
        case "returned":
            query["returned_only"] = True
        case "working":
            query["state"] = chosen
        case "overdue":
            query["overdue_only"] = True
    page = await visit.ask(HandlingPage, DispatchDesk.model_validate(query))
    return DispatchDeskView(
        tab=tab,
        state=chosen.value,
        rows=page.rows,
        next=page.next,
        search=search,
        may_act=visit.may("proposals.pre_dispatch"),
        may_adopt=visit.may("proposals.adopt_dispatch_rules"),
    )


async def _show(
    visit: Visit, view: DispatchDeskView, proposal_id: UUID | None, *, status: int = 200
) -> Response:
    """The desk; on the first tab with the proposal asked for, or the first one, in hand."""
    wanted = proposal_id or (view.rows[0].proposal_id if view.rows else None)
    people: list[UUID] = []
    if view.tab == "waiting" and wanted is not None:
        current = await _in_hand(visit, wanted)
        if current is not None:
            people = [current.first_proposer, *current.co_proposers]
        units = await visit.ask(HandlingUnitsAnswer, HandlingUnits(committee=visit.committee))
        view = replace(view, current=current, units=units.units, rules=await _rules(visit))
    return await visit.page(view, people=people, status=status)


async def _in_hand(visit: Visit, proposal_id: UUID) -> ProposalAnswer | None:
    """The proposal; None when it is gone from under the desk."""
    try:
        return await visit.ask(ProposalAnswer, Proposal(committee=visit.committee, proposal_id=proposal_id))
    except NotFound:
        return None


async def _rules(visit: Visit) -> DispatchRulesAnswer:
    return await visit.ask(DispatchRulesAnswer, CurrentDispatchRules(committee=visit.committee))


@router.get("/dispatch/rules")
async def dispatch_rules(visit: Visiting) -> Response:
    """The times that hold now."""
    rules = await _rules(visit)
    return await visit.page(_rules_view(visit, rules, _given(rules)))


@router.post("/dispatch/rules")
async def adopt(visit: Visiting) -> Response:
    """Adopt other times; a refusal shows them as typed."""
    form = await visit.form()
    typed = {name: str(form.get(name, "")).strip() for name in (*RULE_FIELDS, "source")}
    try:
        command = AdoptDispatchRules.model_validate({"committee": visit.committee, **typed})
        await visit.ask(Done, command, command_id(form))
    except (ValidationError, Refusal) as error:
        refusal = Malformed(errors=field_problems(error)) if isinstance(error, ValidationError) else error
        view = _rules_view(visit, await _rules(visit), typed)
        shown = replace(view, problem=refusal.problem(telemetry.trace_id()))
        return await visit.page(shown, status=refusal.status)
    return await visit.go("/dispatch/rules", "已采用，今后交办的提案按新的时限办理。")


def _rules_view(visit: Visit, rules: DispatchRulesAnswer, typed: dict[str, str]) -> DispatchRulesView:
    return DispatchRulesView(rules=rules, may_adopt=visit.may("proposals.adopt_dispatch_rules"), typed=typed)


def _given(rules: DispatchRulesAnswer) -> dict[str, str]:
    given = {name: str(getattr(rules, name)) for name in RULE_FIELDS}
    return given | {"source": rules.source or ""}
