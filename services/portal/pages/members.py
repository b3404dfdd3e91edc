"""The roster: list, import with its report, export, and dossiers."""

from collections.abc import Mapping
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import FormData, UploadFile

from chassis import telemetry
from chassis.ids import derived_id, new_id
from chassis.problems import Malformed, Refusal
from services.portal.guards import UPLOAD_LIMIT
from services.portal.pages.fields import texts, valid
from services.portal.pages.timeline import actors, timeline
from services.portal.uploads import keep
from services.portal.views import DossierView, MembersView, RosterImportView, RosterReportView
from services.portal.visit import Visit, Visiting, command_id
from tongxin_contracts.members.commands import (
    AnnulDuty,
    DecideExit,
    ExportRoster,
    FileMade,
    ImportRoster,
    RecordDuty,
    RosterImported,
)
from tongxin_contracts.members.memberships import ChangePhone, ReadmitMember
from tongxin_contracts.members.points import Appeals, AppealsAnswer, CorrectDuty
from tongxin_contracts.members.queries import (
    Dossier,
    DossierAnswer,
    Roster,
    RosterPage,
    RosterReport,
    RosterReportAnswer,
)
from tongxin_contracts.message import Command, Done
from tongxin_contracts.words import DutyKind

PROPOSAL_KINDS = (
    DutyKind.PROPOSAL_SUBMITTED,
    DutyKind.PROPOSAL_FILED,
    DutyKind.PROPOSAL_KEY,
    DutyKind.PROPOSAL_EXCELLENT,
)
"""What is evidenced by a proposal."""

router = APIRouter()

_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MEDIA = {"xlsx": _SPREADSHEET, "csv": "text/csv; charset=utf-8"}


@router.get("/members")
async def members(visit: Visiting, search: str = "", after: str | None = None) -> Response:
    """The roster, a page at a time."""
    page = await visit.ask(RosterPage, Roster(committee=visit.committee, search=search[:50], after=after))
    return await visit.page(MembersView(page=page, search=search[:50]))


@router.get("/members/import")
async def import_page(visit: Visiting) -> Response:
    """The form."""
    return await visit.page(RosterImportView(max_bytes=UPLOAD_LIMIT))


@router.post("/members/import")
async def take_roster(visit: Visiting) -> Response:
    """Put the file into quarantine and have its owner read it; what becomes of each row is in the report."""
    form = await visit.form()
    try:
        upload = form.get("file")
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise Malformed("请选择要导入的名册文件（.xlsx 或 .csv）")
        stored = await keep(visit, await upload.read())
        id_ = command_id(form)
        command = ImportRoster(
            committee=visit.committee,
            report_id=derived_id("report", id_),
            file=stored.digest,
            filename=upload.filename[-200:],
        )
        done = await visit.ask(RosterImported, command, id_)
    except Refusal as refusal:
        view = RosterImportView(max_bytes=UPLOAD_LIMIT, problem=refusal.problem(telemetry.trace_id()))
        return await visit.page(view, status=refusal.status)
    return await visit.go(f"/members/import/{done.report_id}")


@router.get("/members/import/template.xlsx")
async def template(visit: Visiting) -> Response:
    """An empty roster with the columns that are read; made by exporting nothing."""
    return await _export(visit, "xlsx", empty=True)


@router.get("/members/import/{report_id}")
async def report(visit: Visiting, report_id: UUID) -> Response:
    """What became of a file, row by row."""
    found = await visit.ask(RosterReportAnswer, RosterReport(committee=visit.committee, report_id=report_id))
    return await visit.page(RosterReportView(report=found))


@router.get("/members/export")
async def export(visit: Visiting, format: str = "xlsx") -> Response:  # noqa: A002  (the field's name)
    """The roster as a file that can be imported again."""
    return await _export(visit, format if format in _MEDIA else "xlsx")


@router.get("/members/{member_id}")
async def dossier(visit: Visiting, member_id: UUID, year: int | None = None) -> Response:
    """Somebody's dossier."""
    return await dossier_page(visit, Dossier(committee=visit.committee, member_id=member_id, year=year))


async def own_dossier(visit: Visiting, year: int | None = None) -> Response:
    """One's own."""
    return await dossier_page(visit, Dossier(committee=visit.committee, year=year))


router.add_api_route("/members/me", own_dossier, methods=["GET"])
router.routes.insert(0, router.routes.pop())


@router.post("/members/{member_id}/duty")
async def change_duty(visit: Visiting, member_id: UUID, year: int | None = None) -> Response:
    """Record what a member did, put a record right or strike it out; another phone; a membership that goes on."""
    form = await visit.form()
    id_ = command_id(form)
    try:
        command, said = _duty_command(visit, member_id, form, id_)
        await visit.ask(Done, command, id_)
    except Refusal as refusal:
        query = Dossier(committee=visit.committee, member_id=member_id, year=year)
        return await dossier_page(visit, query, refusal, texts(form))
    return await visit.go(f"/members/{member_id}?year={year}" if year else f"/members/{member_id}", said)


def _duty_command(visit: Visit, member_id: UUID, form: FormData, id_: UUID) -> tuple[Command, str]:
    fields = {name: str(value) for name, value in form.items() if name not in ("csrf", "command_id")}
    fields |= {"committee": visit.committee, "member_id": str(member_id)}
    match fields.pop("action", ""):
        case "record":
            fields |= {"fact_id": str(derived_id("fact", id_))}
            return valid(RecordDuty, **fields), "已登记，积分已重新计算。"
        case "correct":
            fields |= {"instead": str(derived_id("fact", id_))}
            return valid(CorrectDuty, **fields), "已更正，原记录保留，积分已重新计算。"
        case "annul":
            return valid(AnnulDuty, **fields), "已撤销，积分已重新计算。"
        case "decide":
            return valid(DecideExit, **fields), "已作出决定，记入履职档案。"
        case "phone":
            return valid(ChangePhone, **fields), "手机号码已更换，请告知本人用新号码登录。"
        case "readmit":
            return valid(ReadmitMember, **fields), "已恢复委员身份。"
    raise Malformed("请选择要办理的事项")


async def dossier_page(
    visit: Visit, query: Dossier, refusal: Refusal | None = None, typed: Mapping[str, str] | None = None
) -> Response:
    """The page, after a refusal with what was typed."""
    found = await visit.ask(DossierAnswer, query)
    is_own = str(found.person_id) == visit.actor.id and visit.may("members.appeal_points")
    appeals = (await visit.ask(AppealsAnswer, Appeals(committee=visit.committee))).appeals if is_own else []
    people = {found.person_id, *actors(found.history)}
    names = await visit.portal.names(people)
    readable = (
        {line.matter for line in found.lines if line.matter and line.kind in PROPOSAL_KINDS}
        if visit.may("proposals.proposal")
        else set()
    )
    view = DossierView(
        dossier=found,
        timeline=timeline(found.history, names),
        proposals=frozenset(readable),
        appeals=tuple(appeal for appeal in appeals if appeal.person_id == found.person_id),
        is_own=is_own,
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
        typed=typed or {},
    )
    return await visit.page(view, people=people, status=refusal.status if refusal else 200)


async def _export(visit: Visit, kind: str, *, empty: bool = False) -> Response:
    command = ExportRoster(committee=visit.committee, export_id=new_id(), format=kind, empty=empty)
    made = await visit.ask(FileMade, command)
    content = await visit.portal.files.get(made.file)
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(made.filename)}"}
    return StreamingResponse(iter([content]), media_type=_MEDIA[kind], headers=headers)
