"""Ranking, a scheme tried on last year, and appeals against points."""

import json
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import FormData, UploadFile

from chassis import telemetry
from chassis.ids import derived_id, new_id
from chassis.problems import Malformed, Refusal
from services.portal.pages.fields import texts, valid
from services.portal.pages.members import dossier_page
from services.portal.views import AppealsView, RankingView, SimulationView
from services.portal.visit import Visit, Visiting, command_id, uuid_field
from tongxin_contracts.members.commands import CloseDutyYear, FileMade, YearClosed
from tongxin_contracts.members.points import (
    AnswerAppeal,
    AppealPoints,
    Appeals,
    AppealsAnswer,
    DutyRanking,
    ExportRanking,
    RankingAnswer,
    SimulateScheme,
    SimulationAnswer,
)
from tongxin_contracts.members.queries import Dossier
from tongxin_contracts.message import Done

router = APIRouter()

SCHEME_MAX = 200_000
"""Bytes; the bundled schemes are a hundredth of it."""
_MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@router.get("/ranking")
async def ranking(
    visit: Visiting, year: int | None = None, group: str = "", after: str | None = None
) -> Response:
    """Who stands where."""
    query = valid(
        DutyRanking, committee=visit.committee, year=year, liaison_group=group.strip() or None, after=after
    )
    return await _ranking(visit, query)


@router.post("/ranking")
async def close_year(visit: Visiting) -> Response:
    """Write down how the year ended for everybody it is not written down for yet."""
    form = await visit.form()
    id_ = command_id(form)
    year = _year(str(form.get("year", "")))
    try:
        command = valid(
            CloseDutyYear, committee=visit.committee, closing_id=derived_id("closing", id_), year=year or 0
        )
        closed = await visit.ask(YearClosed, command, id_)
    except Refusal as refusal:
        return await _ranking(visit, valid(DutyRanking, committee=visit.committee, year=year), refusal)
    said = f"{closed.year} 年度已结算：{closed.passed} 人达标，{len(closed.below)} 人未达标。"
    return await visit.go(f"/ranking?year={closed.year}", said)


async def _ranking(visit: Visit, query: DutyRanking, refusal: Refusal | None = None) -> Response:
    view = RankingView(
        ranking=await visit.ask(RankingAnswer, query),
        group=query.liaison_group or "",
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
    )
    return await visit.page(view, status=refusal.status if refusal else 200)


@router.get("/ranking/export")
async def export(
    visit: Visiting,
    format: str = "xlsx",  # noqa: A002  (the field's name)
    year: int | None = None,
    group: str = "",
) -> Response:
    """The ranking as a file."""
    kind = format if format in _MEDIA else "xlsx"
    command = valid(
        ExportRanking,
        committee=visit.committee,
        export_id=new_id(),
        year=year,
        liaison_group=group.strip() or None,
        format=kind,
    )
    made = await visit.ask(FileMade, command)
    content = await visit.portal.files.get(made.file)
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(made.filename)}"}
    return StreamingResponse(iter([content]), media_type=_MEDIA[kind], headers=headers)


@router.get("/ranking/simulation")
async def simulation_form(visit: Visiting) -> Response:
    """The form."""
    return await visit.page(SimulationView())


@router.post("/ranking/simulation")
async def simulate(visit: Visiting) -> Response:
    """Try a scheme on a year that is over; nothing is changed."""
    form = await visit.form()
    try:
        query = valid(SimulateScheme, committee=visit.committee, scheme=await _scheme(form))
        return await visit.page(SimulationView(found=await visit.ask(SimulationAnswer, query)))
    except Refusal as refusal:
        view = SimulationView(problem=refusal.problem(telemetry.trace_id()))
        return await visit.page(view, status=refusal.status)


@router.get("/appeals")
async def appeals(visit: Visiting) -> Response:
    """Appeals of the committee's members, or one's own."""
    return await _appeals(visit)


@router.post("/appeals")
async def answer(visit: Visiting) -> Response:
    """Answer one."""
    form = await visit.form()
    id_ = command_id(form)
    try:
        command = valid(
            AnswerAppeal,
            committee=visit.committee,
            appeal_id=uuid_field(form, "appeal_id"),
            granted=form.get("granted") == "yes",
            text=str(form.get("text", "")),
        )
        await visit.ask(Done, command, id_)
    except Refusal as refusal:
        return await _appeals(visit, refusal, texts(form))
    return await visit.go("/appeals", "答复已发送给委员本人。")


@router.post("/appeals/new")
async def appeal(visit: Visiting) -> Response:
    """Say that one's own points are wrong; a refusal brings the dossier back with what was typed."""
    form = await visit.form()
    id_ = command_id(form)
    typed = texts(form)
    try:
        command = valid(
            AppealPoints,
            committee=visit.committee,
            appeal_id=derived_id("appeal", id_),
            year=typed.get("year", ""),
            fact_id=typed.get("fact_id") or None,
            text=typed.get("text", ""),
        )
        await visit.ask(Done, command, id_)
    except Refusal as refusal:
        query = Dossier(committee=visit.committee, year=_year(typed.get("year", "")))
        return await dossier_page(visit, query, refusal, typed | {"action": "appeal"})
    return await visit.go("/members/me#appeals", "申诉已提交，委员联络室答复后会通知您。")


async def _scheme(form: FormData) -> dict[str, object]:
    upload = form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise Malformed("请选择要试算的积分办法文件（.json）")
    content = await upload.read(SCHEME_MAX + 1)
    try:
        data = json.loads(content.decode("utf-8-sig")) if len(content) <= SCHEME_MAX else None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise Malformed("文件不是积分办法，请选择按说明写成的 .json 文件")
    return data


async def _appeals(
    visit: Visit, refusal: Refusal | None = None, typed: dict[str, str] | None = None
) -> Response:
    found = await visit.ask(AppealsAnswer, Appeals(committee=visit.committee))
    problem = refusal.problem(telemetry.trace_id()) if refusal else None
    view = AppealsView(appeals=found, problem=problem, typed=typed or {})
    return await visit.page(view, status=refusal.status if refusal else 200)


def _year(typed: str) -> int | None:
    """The dossier's year that the form came from; None for the current one where that is no year."""
    return int(typed) if typed.isascii() and typed.isdigit() and 2000 <= int(typed[:5]) <= 2100 else None
