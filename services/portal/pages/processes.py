"""Processes: the list, a new one, and one with its chart, the form of the step under way and its documents."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from chassis import telemetry
from chassis.ids import derived_id
from chassis.problems import Invalid, Malformed, Refusal, field_problems
from services.portal import flow
from services.portal.pages.process_team import as_typed, people, team
from services.portal.pages.timeline import actors, timeline
from services.portal.pages.topics import typed
from services.portal.uploads import keep
from services.portal.views.consultation import ProcessesView, ProcessStartView, ProcessView
from services.portal.visit import Visit, Visiting, command_id, uuid_field
from tongxin_contracts.consultation.processes import (
    AddDocument,
    AssignUnit,
    CompleteStep,
    ConcludeProcess,
    DocumentFile,
    DocumentFileAnswer,
    Process,
    ProcessAnswer,
    Processes,
    ProcessPage,
    ProcessUnits,
    RemoveDocument,
    StartProcess,
    UnitRow,
    UnitsToName,
)
from tongxin_contracts.consultation.queries import Topic, Topics, TopicsAnswer
from tongxin_contracts.consultation.teams import ProcessStatistics, ProcessStatisticsAnswer, SetTeam
from tongxin_contracts.consultation.templates import Step, StepActor, Templates, TemplatesAnswer
from tongxin_contracts.message import Command, Done
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.words import NeedKind, ProcessOutcome, ProcessState, TopicState

router = APIRouter()

OFFICE: Final = "consultation.assign_unit"
"""Who begins any process, for anybody; a member begins only what is their own."""
_STATES: Final = {state.value: state for state in ProcessState}
_NUMBERS: Final = ("present", "stakeholders", "in_favour", "against")
_DATES: Final = ("notice_on", "held_on")
_SHOWN_IN_BROWSER: Final = frozenset({"application/pdf", "image/png", "image/jpeg"})


@router.get("/processes")
async def processes(visit: Visiting, after: str | None = None) -> Response:
    """The list."""
    given = visit.request.query_params
    state, mine = _STATES.get(given.get("state", "")), given.get("mine") == "1"
    query = Processes(committee=visit.committee, state=state, mine=mine, after=after)
    page = await visit.ask(ProcessPage, query)
    may_start = visit.may("consultation.start_process")
    statistics = None
    if visit.may("consultation.process_statistics"):
        asked = ProcessStatistics(committee=visit.committee)
        statistics = await visit.ask(ProcessStatisticsAnswer, asked)
    view = ProcessesView(page=page, state=state, mine=mine, may_start=may_start, statistics=statistics)
    return await visit.page(view)


@router.get("/processes/new")
async def new_process(visit: Visiting) -> Response:
    """Choose a template, then say what about."""
    return await _start_form(visit, dict(visit.request.query_params))


@router.post("/processes/new")
async def start(visit: Visiting) -> Response:
    """Begin; a refusal shows the form as it was typed."""
    form = await visit.form()
    id_ = command_id(form)
    process_id = derived_id("process", id_)
    try:
        named = await people(visit, str(form.get("brought_by", ""))) if visit.may(OFFICE) else []
        command = StartProcess.model_validate(
            {
                "committee": visit.committee,
                "process_id": process_id,
                "template": form.get("template", ""),
                "topic_id": form.get("topic") or None,
                "title": form.get("title", ""),
                "matter": str(form.get("matter", "")).replace("\r\n", "\n"),
                "brought_by": [person for _, person in named],
                "entry": form.get("entry") or None,
                "party": form.get("party", ""),
                "place": form.get("place", ""),
                "venue": form.get("venue", ""),
                "team": await team(visit, form) if visit.may(OFFICE) else [],
                "unit_id": form.get("unit_id") or None,
            }
        )
        await visit.ask(Done, command, id_)
    except ValidationError as error:
        return await _start_form(visit, typed(form), Malformed(errors=field_problems(error)))
    except Refusal as refusal:
        return await _start_form(visit, typed(form), refusal)
    return await visit.go(f"/processes/{process_id}", "协商已开始，第一步的办理人已收到待办。")


async def _start_form(visit: Visit, given: Mapping[str, str], refusal: Refusal | None = None) -> Response:
    found = await visit.ask(TemplatesAnswer, Templates(committee=visit.committee))
    office = visit.may(OFFICE)
    offered = [row for row in found.adopted if office or row.template.steps[0].who is StepActor.PROPOSER]
    if len(offered) == 1 and not office:
        given = {"template": offered[0].template.code, **given}
    chosen = next((row for row in offered if row.template.code == given.get("template")), None)
    topics: list[Topic] = []
    if chosen and office:
        answer = await visit.ask(TopicsAnswer, Topics(committee=visit.committee, limit=100))
        topics = [topic for topic in answer.topics if topic.state is TopicState.TAKEN]
    view = ProcessStartView(
        templates=offered,
        chosen=chosen,
        charts=flow.charts(chosen.template.steps) if chosen else None,
        topics=topics,
        office=office,
        units=await _units(visit) if chosen else [],
        typed=given,
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
    )
    return await visit.page(view, status=refusal.status if refusal else 200)


async def _units(visit: Visit) -> list[UnitRow]:
    if not visit.may("consultation.process_units"):
        return []
    return (await visit.ask(UnitsToName, ProcessUnits(committee=visit.committee))).units


@router.get("/processes/{process_id}")
async def process(visit: Visiting, process_id: UUID) -> Response:
    """One process."""
    return await _show(visit, process_id)


@router.post("/processes/{process_id}")
async def act(visit: Visiting, process_id: UUID) -> Response:
    """End the step, or whatever else is to be done; a refusal shows the page with what was typed."""
    form = await visit.form()
    try:
        command, said = await _command(visit, process_id, form)
        await visit.ask(Done, command, command_id(form))
    except ValidationError as error:
        return await _show(visit, process_id, form, Malformed(errors=field_problems(error)))
    except Refusal as refusal:
        return await _show(visit, process_id, form, refusal)
    return await visit.go(f"/processes/{process_id}", said)


@router.post("/processes/{process_id}/files")
async def attach(visit: Visiting, process_id: UUID) -> Response:
    """Put a file into quarantine and have the owner look at it."""
    form = await visit.form()
    upload = form.get("file")
    try:
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise Invalid(errors=[FieldProblem(field="file", message="请先选择要上传的文件。")])
        id_ = command_id(form)
        stored = await keep(visit, await upload.read())
        command = AddDocument(
            committee=visit.committee,
            process_id=process_id,
            document_id=derived_id("document", id_),
            kind=str(form.get("kind") or "其他材料")[:200],
            file=stored.digest,
            filename=upload.filename[-200:],
        )
        await visit.ask(Done, command, id_)
    except Refusal as refusal:
        return await _show(visit, process_id, None, refusal)
    return await visit.go(f"/processes/{process_id}#step", "材料已上传。")


@router.get("/processes/{process_id}/files/{document_id}")
async def document(visit: Visiting, process_id: UUID, document_id: UUID) -> Response:
    """A file, after its owner was asked whether the reader may see it."""
    query = DocumentFile(committee=visit.committee, process_id=process_id, document_id=document_id)
    found = await visit.ask(DocumentFileAnswer, query)
    content = await visit.portal.files.get(found.file)
    how = "inline" if found.media_type in _SHOWN_IN_BROWSER else "attachment"
    headers = {"content-disposition": f"{how}; filename*=UTF-8''{quote(found.filename)}"}
    return Response(content, media_type=found.media_type, headers=headers)


async def _command(visit: Visit, process_id: UUID, form: FormData) -> tuple[Command, str]:
    what: dict[str, Any] = {"committee": visit.committee, "process_id": process_id}
    match form.get("action"):
        case "complete":
            step = await _step(visit, process_id, str(form.get("step", "")))
            what |= {
                "expected_version": form.get("version"),
                "step": form.get("step"),
                "outcome": form.get("outcome") or None,
                "fields": _fields(step, form),
                "note": str(form.get("note", "")),
            } | {name: value for name in (*_NUMBERS, *_DATES) if (value := str(form.get(name, "")).strip())}
            if what["outcome"] is None:
                raise Invalid(errors=[FieldProblem(field="outcome", message="请选择这一步的结果。")])
            return CompleteStep.model_validate(what), "这一步已办结。"
        case "remove":
            what |= {"document_id": uuid_field(form, "document_id")}
            return RemoveDocument.model_validate(what), "材料已删除。"
        case "unit":
            what |= {"unit_id": uuid_field(form, "unit_id")}
            return AssignUnit.model_validate(what), "承办单位已指定。"
        case "team":
            what |= {
                "expected_version": form.get("version"),
                "place": form.get("place", ""),
                "venue": form.get("venue", ""),
                "team": await team(visit, form),
            }
            return SetTeam.model_validate(what), "地点和参加人员已保存。"
        case "conclude":
            what |= {
                "expected_version": form.get("version"),
                "outcome": form.get("outcome"),
                "summary": str(form.get("summary", "")).replace("\r\n", "\n"),
            }
            return ConcludeProcess.model_validate(what), "协商结果已形成，相关提案会附上这份结果。"
    raise Malformed("请选择要办理的事项")


async def _step(visit: Visit, process_id: UUID, code: str) -> Step | None:
    found = await visit.ask(ProcessAnswer, Process(committee=visit.committee, process_id=process_id))
    return next((step for step in found.template.steps if step.code == code), None)


def field_names(step: Step | None) -> list[str]:
    """What the step wants written down, in the order of its form."""
    needs = step.needs if step else ()
    return [name for need in needs if need.kind is NeedKind.FIELDS for name in need.fields]


def _fields(step: Step | None, form: FormData) -> dict[str, str]:
    return {
        name: str(form.get(f"field_{place}", "")).replace("\r\n", "\n")
        for place, name in enumerate(field_names(step))
    }


async def _show(
    visit: Visit, process_id: UUID, form: FormData | None = None, refusal: Refusal | None = None
) -> Response:
    found = await visit.ask(ProcessAnswer, Process(committee=visit.committee, process_id=process_id))
    step = found.template.step(found.step) if found.step else None
    ended = frozenset(run.step for run in found.runs if run.done_at) - {found.step}
    mentioned = actors(found.history) | set(found.proposers) | set(found.doers)
    mentioned |= {UUID(run.done_by) for run in found.runs if run.done_by and ":" not in run.done_by}
    names = await visit.portal.names(actors(found.history))
    problem = refusal.problem(telemetry.trace_id()) if refusal else None
    view = ProcessView(
        process=found,
        step=step,
        charts=flow.charts(found.template.steps, now=found.step, done=ended),
        done=ended,
        outcomes=tuple(ProcessOutcome),
        units=await _units(visit) if found.step else [],
        timeline=timeline(found.history, names),
        typed=as_typed(found.team) | {"place": found.place, "venue": found.venue} | typed(form),
        problem=problem,
    )
    if problem is not None and step is not None:
        view = replace(view, problem=_at_fields(view, field_names(step)))
    return await visit.page(view, people=mentioned, status=refusal.status if refusal else 200)


def _at_fields(view: ProcessView, names: list[str]) -> Any:
    """The problem with each written field by the name its input has."""
    inputs = {f"fields.{name}": f"field_{place}" for place, name in enumerate(names)}
    assert view.problem is not None
    errors = [
        error.model_copy(update={"field": inputs.get(error.field, error.field)})
        for error in view.problem.errors
    ]
    return view.problem.model_copy(update={"errors": errors})
