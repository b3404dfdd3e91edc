"""One proposal on its way through its units: what the reader has to do now, and everything that was done."""

from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.calendar import local_date
from chassis.ids import derived_id
from chassis.problems import Forbidden, Malformed, NotFound, Refusal, WrongState
from services.portal import letters
from services.portal.api import read_json
from services.portal.pages import handling_forms as forms
from services.portal.pages import handling_steps as steps
from services.portal.pages.timeline import actors, timeline
from services.portal.views.handling import HandlingView
from services.portal.visit import Visit, Visiting, command_id
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.handling_commands import (
    Dispatched,
    ReplyDrafted,
    ReplySigned,
    SignReply,
    SubmitReply,
)
from tongxin_contracts.proposals.handling_queries import (
    Handling,
    HandlingAnswer,
    HandlingUnit,
    HandlingUnits,
    HandlingUnitsAnswer,
)

router = APIRouter()

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@router.get("/handling/{proposal_id}")
async def handling(visit: Visiting, proposal_id: UUID) -> Response:
    """Where it stands, and the form the reader's duty needs now."""
    return await _show(visit, proposal_id)


@router.post("/handling/{proposal_id}")
async def act(visit: Visiting, proposal_id: UUID) -> Response:
    """Do what a form says; a refusal shows the page with what was typed."""
    form = await visit.form()
    saved: int | None = None
    try:
        if form.get("action") in ("save", "submit"):
            # Saved first, so that what is refused afterwards is kept.
            saved = await _save(visit, proposal_id, form)
        said = await _act(visit, proposal_id, form)
    except Refusal as refusal:
        return await _show(visit, proposal_id, form, refusal, saved)
    return await visit.go(f"/handling/{proposal_id}", said)


async def _save(visit: Visit, proposal_id: UUID, form: FormData) -> int:
    command = forms.drafted(form, {"committee": visit.committee, "proposal_id": proposal_id})
    return (await visit.ask(ReplyDrafted, command, derived_id("save", command_id(form)))).revision


async def _act(visit: Visit, proposal_id: UUID, form: FormData) -> str:
    what = {"committee": visit.committee, "proposal_id": proposal_id}
    action = form.get("action")
    if action == "save":
        return "答复稿已保存。"
    if action == "submit":
        await visit.ask(Done, SubmitReply.model_validate(what), command_id(form))
        return "已送核稿人核稿。"
    if action == "dispatch":
        command = forms.dispatched(proposal_id, form, visit.committee)
        (result,) = (await visit.ask(Dispatched, command, command_id(form))).results
        if not result.dispatched:
            raise WrongState(result.reason or "现在不能正式交办")
        return "已正式交办，承办单位已收到签收待办。"
    decided, said = forms.decided(form, what)
    if isinstance(decided, SignReply):
        signed = await visit.ask(ReplySigned, decided, command_id(form))
        return f"已签发，文号 {signed.letter_number}，已送达提案人。"
    await visit.ask(Done, decided, command_id(form))
    return said


@router.put("/handling/{proposal_id}/reply")
async def autosave(visit: Visiting, request: Request, proposal_id: UUID) -> Response:
    """Keep the reply as typed so far; the same save sent again is the same save."""
    visit.check_csrf(request.headers.get("x-csrf-token"))
    body = read_json(await request.body())
    try:
        save_id = UUID(request.headers.get("x-command-id", ""))
    except ValueError as error:
        raise Malformed("缺少提交编号，请刷新页面后重试") from error
    command = forms.draft(body, {"committee": visit.committee, "proposal_id": proposal_id})
    saved = await visit.ask(ReplyDrafted, command, save_id)
    return JSONResponse({"revision": saved.revision, "saved_at": visit.portal.clock.now().isoformat()})


@router.get("/handling/{proposal_id}/letter.docx")
async def letter(visit: Visiting, proposal_id: UUID, round: int = 1) -> Response:  # noqa: A002  (as people read the address)
    """The reply of a round as a letter; one that is not signed says that it is a draft."""
    found = await _ask(visit, proposal_id)
    if not any(reply.round == round for reply in found.replies):
        raise NotFound
    names = await visit.portal.names({found.first_proposer, *found.co_proposers})
    content = letters.reply_letter(found, round, names, local_date(visit.portal.clock.now()))
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(letters.filename(found, round))}",
        "cache-control": "private, no-store",
    }
    return Response(content, media_type=DOCX, headers=headers)


async def handling_section(visit: Visit, committee: str, proposal_id: UUID) -> HandlingAnswer | None:
    """How it is handled, for the proposal's page; None where it is not yet, or the reader may not know."""
    if not visit.may("proposals.handling"):
        return None
    try:
        return await visit.ask(HandlingAnswer, Handling(committee=committee, proposal_id=proposal_id))
    except (NotFound, Forbidden):
        return None


async def _ask(visit: Visit, proposal_id: UUID) -> HandlingAnswer:
    """Handlings of committees below are asked for with `?committee=`; otherwise it is the acting one."""
    committee = visit.request.query_params.get("committee", visit.committee)
    return await visit.ask(HandlingAnswer, Handling(committee=committee, proposal_id=proposal_id))


async def _show(
    visit: Visit,
    proposal_id: UUID,
    form: FormData | None = None,
    refusal: Refusal | None = None,
    saved: int | None = None,
) -> Response:
    found = await _ask(visit, proposal_id)
    now = visit.portal.clock.now()
    may = _may(visit, found)
    people = {found.first_proposer, *found.co_proposers, *actors(found.history), *_writers(found)}
    names = await visit.portal.names(people)
    typed = {name: str(value) for name, value in form.items()} if form else {}
    view = HandlingView(
        handling=found,
        stages=steps.stages(found),
        step=steps.next_step(found, may, now),
        may=may,
        jobs=steps.jobs(found) if "lines" in may else (),
        units=await _units(visit) if may & {"return", "move"} else (),
        timeline=timeline(found.history, names),
        mine=steps.my_part(found),
        lines=forms.lines_shown(found, form) if "lines" in may else (),
        reply=forms.reply_shown(found, form, saved) if "save" in may else None,
        current_reply=steps.current_reply(found),
        letters=steps.letters(found, may),
        talk_first=names.get(found.first_proposer, ""),
        today=local_date(now),
        returned=steps.returned_parts(found) if "keep" in may else (),
        action=typed.get("action", ""),
        typed=typed,
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
    )
    return await visit.page(view, people=people, status=refusal.status if refusal else 200)


def _may(visit: Visit, found: HandlingAnswer) -> frozenset[str]:
    if found.committee != visit.committee:
        return frozenset()
    held = visit.session.permissions()
    return steps.actions(found, held, visit.actor.person, visit.portal.clock.now())


def _writers(found: HandlingAnswer) -> set[UUID]:
    who = [(reply.drafted_by, reply.checked_by, reply.signed_by) for reply in found.replies]
    return {person for three in who for person in three if person is not None}


async def _units(visit: Visit) -> list[HandlingUnit]:
    """The committee's units; a list to choose from is no reason to show no page."""
    query: Any = HandlingUnits(committee=visit.committee)
    try:
        return (await visit.ask(HandlingUnitsAnswer, query)).units
    except Refusal as refusal:
        telemetry.keep_failure("handling_units", refusal)
        return []
