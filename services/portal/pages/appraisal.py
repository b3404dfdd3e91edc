"""The appraisal of lead units: open, score, count, vote, publish, rectify."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.calendar import local_date
from chassis.ids import derived_id
from chassis.problems import Malformed, Refusal, field_problems
from services.portal.views.feedback import AppraisalsView, AppraisalView
from services.portal.visit import Visit, Visiting, command_id
from tongxin_contracts.message import Command, Done
from tongxin_contracts.proposals.feedback_commands import (
    AcceptRectification,
    AnswerRectification,
    CloseScoring,
    OpenAppraisal,
    PublishAppraisal,
    RecordVote,
    ScoreProposal,
    ScoreUnit,
)
from tongxin_contracts.proposals.feedback_queries import (
    Appraisal,
    AppraisalAnswer,
    AppraisalList,
    Appraisals,
)
from tongxin_contracts.words import AppraisalItem, AppraisalState, ScoreSide

router = APIRouter()

ITEMS: Final = {item.value: item.label for item in AppraisalItem}
WEIGHTS: Final = {
    "on_time": 30,
    "feedback_work": 20,
    "feedback_result": 20,
    "commitments": 10,
    "member_scores": 20,
}
"""What the form offers; the committee's own document says what holds."""
UNIT_MARKS: Final = ("leadership", "consultation", "adoption", "effect")
PROPOSAL_MARKS: Final = ("accuracy", "foresight", "practicability", "soundness")
MARK_LABELS: Final = {
    ScoreSide.UNIT.value: ("领导重视", "协商沟通", "采纳意见", "办理成效"),
    ScoreSide.PROPOSAL.value: ("问题准确性", "分析前瞻性", "建议可操作性", "科学可行性"),
}
_ACTIONS: Final[Mapping[str, tuple[type[Command], str]]] = {
    "score_unit": (ScoreUnit, "评分已保存，截止以前可以修改。"),
    "score_proposal": (ScoreProposal, "评分已保存，截止以前可以修改。"),
    "close_scoring": (CloseScoring, "评分已汇总，请常委会表决。"),
    "vote": (RecordVote, "表决结果已记录。"),
    "publish": (PublishAppraisal, "评议结果已公布，整改单位已收到限期整改待办。"),
    "rectify": (AnswerRectification, "整改情况已书面答复。"),
    "accept": (AcceptRectification, "整改情况已核收。"),
}
RULE: Final = (
    "各项得分＝该项比例×权重；没有可统计内容的项目不计，其余权重按比例折算为 100 分；未反馈的计入分母，不算满意。"
    "总分相同名次并列；末位先看总分，再看超期件数，再看承办件数，仍相同的一并整改；整改单位不超过参评单位的一半。"
)


@router.get("/appraisal")
async def appraisals(visit: Visiting) -> Response:
    """The years."""
    return await _list(visit)


@router.post("/appraisal")
async def open_appraisal(visit: Visiting) -> Response:
    """Open a year's appraisal; a refusal shows the form again."""
    form = await visit.form()
    id_ = derived_id("appraisal", command_id(form))
    try:
        items = [
            {"item": item, "weight": weight}
            for item in ITEMS
            if (weight := str(form.get(f"weight_{item}", "")).strip()) not in ("", "0")
        ]
        command = OpenAppraisal.model_validate(
            {
                "committee": visit.committee,
                "appraisal_id": id_,
                "year": form.get("year"),
                "items": items,
                "scoring_until": form.get("scoring_until"),
                "source": str(form.get("source", "")),
                "rectify_days": form.get("rectify_days") or 30,
            }
        )
        await visit.ask(Done, command, command_id(form))
    except ValidationError as error:
        return await _list(visit, form, Malformed(errors=field_problems(error)))
    except Refusal as refusal:
        return await _list(visit, form, refusal)
    return await visit.go(f"/appraisal/{id_}", "评议已开始，提案人和主办单位已收到评分待办。")


async def _list(visit: Visit, form: FormData | None = None, refusal: Refusal | None = None) -> Response:
    found = await visit.ask(AppraisalList, Appraisals(committee=visit.committee))
    today = local_date(visit.portal.clock.now())
    typed = _typed(form) if form else {f"weight_{item}": str(weight) for item, weight in WEIGHTS.items()}
    view = AppraisalsView(
        rows=found.appraisals,
        items=ITEMS,
        may_open=visit.may("proposals.open_appraisal"),
        year=today.year,
        typed=typed,
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
    )
    return await visit.page(view, status=refusal.status if refusal else 200)


@router.get("/appraisal/{appraisal_id}")
async def appraisal(visit: Visiting, appraisal_id: UUID) -> Response:
    """One appraisal."""
    return await _show(visit, appraisal_id)


@router.post("/appraisal/{appraisal_id}")
async def act(visit: Visiting, appraisal_id: UUID) -> Response:
    """Whatever is to be done on it; a refusal shows the page with what was typed."""
    form = await visit.form()
    try:
        command, said = _command(visit, appraisal_id, form)
        await visit.ask(Done, command, command_id(form))
    except ValidationError as error:
        return await _show(visit, appraisal_id, form, Malformed(errors=field_problems(error)))
    except Refusal as refusal:
        return await _show(visit, appraisal_id, form, refusal)
    return await visit.go(f"/appraisal/{appraisal_id}", said)


def _command(visit: Visit, appraisal_id: UUID, form: FormData) -> tuple[Command, str]:
    what: dict[str, Any] = {"committee": visit.committee, "appraisal_id": appraisal_id}
    action = str(form.get("action", ""))
    match action:
        case "score_unit":
            what |= _marks(form, UNIT_MARKS)
        case "score_proposal":
            what |= _marks(form, PROPOSAL_MARKS)
        case "vote":
            what |= {name: form.get(name) or 0 for name in ("in_favour", "against", "abstained")}
        case "rectify":
            what |= {"text": str(form.get("text", "")).replace("\r\n", "\n")}
        case "accept":
            what |= {"unit_id": form.get("unit_id")}
    if action not in _ACTIONS:
        raise Malformed("请选择要办理的事项")
    kind, said = _ACTIONS[action]
    return kind.model_validate(what), said


def _marks(form: FormData, names: tuple[str, ...]) -> dict[str, Any]:
    given = {name: form.get(f"mark_{place}") for place, name in enumerate(names, 1)}
    return given | {"proposal_id": form.get("proposal_id")}


async def _show(
    visit: Visit, appraisal_id: UUID, form: FormData | None = None, refusal: Refusal | None = None
) -> Response:
    query = Appraisal(committee=visit.committee, appraisal_id=appraisal_id)
    found = await visit.ask(AppraisalAnswer, query)
    view = AppraisalView(
        appraisal=found,
        rule=RULE,
        items=ITEMS,
        marks=MARK_LABELS,
        may_close=found.state is AppraisalState.SCORING and visit.may("proposals.close_scoring"),
        may_vote=found.state is AppraisalState.SCORED and visit.may("proposals.record_vote"),
        may_publish=found.state is AppraisalState.APPROVED and visit.may("proposals.publish_appraisal"),
        may_accept=visit.may("proposals.accept_rectification"),
        typed=_typed(form) if form else {},
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
    )
    return await visit.page(view, status=refusal.status if refusal else 200)


def _typed(form: FormData) -> dict[str, str]:
    return {name: str(value) for name, value in form.items() if name not in ("csrf", "command_id")}
