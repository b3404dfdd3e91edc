"""Writing, reading and listing proposals."""

import re
from dataclasses import replace
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.ids import derived_id, new_id
from chassis.problems import Forbidden, Malformed, NotFound, Refusal, field_problems
from services.portal.api import read_json
from services.portal.pages import handling_steps
from services.portal.pages.calls import open_calls
from services.portal.pages.feedback import feedback_section
from services.portal.pages.handling import handling_section
from services.portal.pages.problems import named
from services.portal.pages.timeline import actors, timeline
from services.portal.views import NextStep, ProposalFormView, ProposalsView, ProposalView
from services.portal.visit import Visit, Visiting, command_id, uuid_field
from tongxin_contracts.members.queries import Colleague, Colleagues, ColleaguesAnswer
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.commands import DiscardDraft, DraftSaved, SaveDraft, SubmitProposal
from tongxin_contracts.proposals.evidence import Evidence, EvidenceAnswer
from tongxin_contracts.proposals.handling_queries import HandlingAnswer
from tongxin_contracts.proposals.queries import (
    Draft,
    DraftAnswer,
    MyProposals,
    MyProposalsAnswer,
    Proposal,
    ProposalAnswer,
    ProposalPage,
    Proposals,
)
from tongxin_contracts.words import Category, ProposalState

router = APIRouter()

CATEGORIES = {category.value: category for category in Category}


@router.get("/proposals")
async def proposals(
    visit: Visiting, tab: str = "", category: str = "", search: str = "", after: str | None = None
) -> Response:
    """One's own, or what the committee filed."""
    mine, filed = visit.may("proposals.my_proposals"), visit.may("proposals.proposals")
    shown: Literal["mine", "filed"] = "mine" if mine and tab != "filed" else "filed"
    view = ProposalsView(
        tab=shown,
        may_see_mine=mine,
        may_see_filed=filed,
        category=CATEGORIES.get(category),
        search=search[:50],
    )
    if shown == "mine":
        own = await visit.ask(MyProposalsAnswer, MyProposals(committee=visit.committee))
        view = replace(view, rows=own.proposals, drafts=own.drafts, invitations=own.invitations)
    else:
        query = Proposals(committee=visit.committee, category=view.category, search=view.search, after=after)
        page = await visit.ask(ProposalPage, query)
        view = replace(view, rows=page.proposals, next=page.next)
    asking = [row.first_proposer for row in view.invitations]
    return await visit.page(view, people=[*asking, *(row.first_proposer for row in view.rows)])


@router.get("/proposals/new")
async def new_proposal(visit: Visiting) -> Response:
    """An empty form; its draft's id is made here, so that every save is of the same one."""
    if not visit.may("proposals.save_draft"):
        raise Forbidden("只有委员可以撰写提案")
    return await visit.page(ProposalFormView(draft_id=new_id(), calls=await open_calls(visit)))


@router.post("/proposals/new")
async def hand_in_new(visit: Visiting) -> Response:
    """Save or hand in what a new form holds."""
    return await _hand_in(visit, await visit.form())


@router.get("/proposals/{proposal_id}")
async def proposal(visit: Visiting, proposal_id: UUID) -> Response:
    """The proposal whole, with what happened and what happens next."""
    found = await visit.ask(ProposalAnswer, Proposal(committee=_committee_of(visit), proposal_id=proposal_id))
    filed = found.state is ProposalState.FILED
    handled = await handling_section(visit, found.committee, proposal_id) if filed else None
    people = {found.first_proposer, *found.co_proposers, *actors(found.history)}
    names = await visit.portal.names(people)
    view = ProposalView(
        proposal=found,
        timeline=timeline(found.history, names),
        next_step=_next_step(visit, found, handled),
        may_withdraw=found.state in (ProposalState.SUBMITTED, ProposalState.RETURNED)
        and found.first_proposer == visit.actor.person
        and visit.may("proposals.withdraw_proposal"),
        merged_into=await _merged_into(visit, found),
        feedback=await feedback_section(visit, found.committee, proposal_id),
        handling=handled,
        evidence=await _evidence(visit, found.committee, proposal_id) if filed else None,
        stages=handling_steps.stages(handled, found.decided_at) if handled else (),
    )
    return await visit.page(view, people=people)


@router.get("/proposals/{draft_id}/edit")
async def edit(visit: Visiting, draft_id: UUID, find: str = "") -> Response:
    """A draft as it was last saved; `find` looks for colleagues where there is no script."""
    found = await visit.ask(DraftAnswer, Draft(committee=visit.committee, draft_id=draft_id))
    colleagues: list[Colleague] = []
    if find.strip():
        query = Colleagues(committee=visit.committee, search=find.strip()[:20])
        colleagues = (await visit.ask(ColleaguesAnswer, query)).members
    return await visit.page(
        ProposalFormView(
            find=find[:20],
            colleagues=colleagues,
            invitations=found.invitations,
            attachments=found.attachments,
            draft_id=draft_id,
            revision=found.revision,
            is_new=False,
            title=found.title,
            facts=found.facts,
            analysis=found.analysis,
            suggestions=found.suggestions,
            category=found.category,
            saved_at=found.saved_at,
            returned_because=found.returned_because,
            hint=found.hint,
        ),
        people=[row.person for row in found.invitations],
    )


@router.put("/proposals/{draft_id}/edit")
async def autosave(visit: Visiting, request: Request, draft_id: UUID) -> Response:
    """Keep what was typed so far; the same save sent again is the same save."""
    visit.check_csrf(request.headers.get("x-csrf-token"))
    body = read_json(await request.body())
    try:
        save_id = UUID(request.headers.get("x-command-id", ""))
        command = SaveDraft(committee=visit.committee, draft_id=draft_id, **_typed(body))
    except ValidationError as error:
        raise Malformed(errors=field_problems(error)) from error
    except ValueError as error:
        raise Malformed("缺少提交编号，请刷新页面后重试") from error
    saved = await visit.ask(DraftSaved, command, save_id)
    return JSONResponse(saved.model_dump(mode="json"))


@router.post("/proposals/{draft_id}/edit")
async def hand_in(visit: Visiting, draft_id: UUID) -> Response:
    """Save, discard or hand in a draft."""
    form = await visit.form()
    if form.get("action") == "discard":
        await visit.ask(Done, DiscardDraft(committee=visit.committee, draft_id=draft_id), command_id(form))
        return await visit.go("/proposals", "草稿已删除。")
    return await _hand_in(visit, form)


async def _hand_in(visit: Visit, form: FormData) -> Response:
    """Save first, so that whatever is refused afterwards is kept; a refusal shows the form as it was typed."""
    draft_id = uuid_field(form, "draft_id")
    typed = {
        "revision": form.get("revision", "0"),
        "title": form.get("title", ""),
        "facts": _lines(form.get("facts", "")),
        "analysis": _lines(form.get("analysis", "")),
        "suggestions": [_lines(part) for part in form.getlist("suggestions") if str(part).strip()],
        "category": CATEGORIES.get(str(form.get("category", ""))),
    }
    view = ProposalFormView(draft_id=draft_id, is_new=False, **_shown(typed))
    try:
        command = SaveDraft(committee=visit.committee, draft_id=draft_id, **_typed(typed))
        saved = await visit.ask(DraftSaved, command, derived_id("save", command_id(form)))
        view = replace(view, revision=saved.revision, saved_at=saved.saved_at)
        if form.get("action") == "save":
            return await visit.go(f"/proposals/{draft_id}/edit", "草稿已保存。")
        submit = SubmitProposal(committee=visit.committee, draft_id=draft_id, revision=saved.revision)
        await visit.ask(Done, submit, command_id(form))
    except ValidationError as error:
        return await _refused(visit, view, Malformed(errors=field_problems(error)))
    except Refusal as refusal:
        return await _refused(visit, view, refusal)
    return await visit.go(f"/proposals/{draft_id}", "提案已提交，提案委员会将在 10 个工作日内完成审查。")


async def _evidence(visit: Visit, committee: str, proposal_id: UUID) -> EvidenceAnswer | None:
    """What consultations on it came to; None where the reader may not know."""
    if not visit.may("proposals.evidence"):
        return None
    try:
        return await visit.ask(EvidenceAnswer, Evidence(committee=committee, proposal_id=proposal_id))
    except (NotFound, Forbidden):
        return None


async def _merged_into(visit: Visit, found: ProposalAnswer) -> ProposalAnswer | None:
    """The proposal this one goes on in; None where the viewer may not see that one."""
    if found.merged_into is None:
        return None
    try:
        return await visit.ask(
            ProposalAnswer, Proposal(committee=found.committee, proposal_id=found.merged_into)
        )
    except Refusal:
        return None


async def _refused(visit: Visit, view: ProposalFormView, refusal: Refusal) -> Response:
    """The form as it was typed, with its co-proposers and files; without those where they cannot be had now."""
    refusal = await named(visit, refusal)
    try:
        draft = await visit.ask(DraftAnswer, Draft(committee=visit.committee, draft_id=view.draft_id))
        view = replace(
            view,
            invitations=draft.invitations,
            attachments=draft.attachments,
            returned_because=draft.returned_because,
            hint=draft.hint,
        )
    except Refusal as also:
        telemetry.keep_failure("draft_parts", also)
    view = replace(view, problem=refusal.problem(telemetry.trace_id()))
    return await visit.page(view, people=[row.person for row in view.invitations], status=refusal.status)


def _committee_of(visit: Visit) -> str:
    """Proposals of committees below are asked for with `?committee=`; otherwise it is the acting one."""
    return visit.request.query_params.get("committee", visit.committee)


def _next_step(visit: Visit, found: ProposalAnswer, handled: HandlingAnswer | None) -> NextStep | None:
    is_author = visit.actor.person == found.first_proposer
    if found.state is ProposalState.SUBMITTED:
        may_review = visit.may("proposals.review_desk") and found.committee == visit.committee
        return NextStep(
            title="等待审查",
            detail=f"正在{found.round_name}，审查结果会通知全体提案人。"
            if found.round_name
            else "提案委员会审查后会通知提案人。",
            due_at=found.review_due_at,
            url=f"/review?proposal={found.proposal_id}" if may_review else None,
            action="去审查" if may_review else None,
            who=None if may_review else "提案委员会",
        )
    if found.state is ProposalState.RETURNED:
        return NextStep(
            title="请修改后重新提交" if is_author else "等待提案人修改",
            detail=found.explanation or "",
            url=f"/proposals/{found.proposal_id}/edit" if is_author else None,
            action="去修改" if is_author else None,
            who=None if is_author else "提案人",
        )
    if handled is not None:
        now, own = visit.portal.clock.now(), found.committee == visit.committee
        held = visit.session.permissions() if own else frozenset[str]()
        may = handling_steps.actions(handled, held, visit.actor.person, now)
        return handling_steps.next_step(handled, may, now, f"/handling/{found.proposal_id}")
    if found.state is ProposalState.FILED:
        return NextStep(
            title="已立案，等待交办", detail="将交承办单位办理，进展会显示在这里。", who="提案委员会"
        )
    return None


def _typed(body: dict[str, Any]) -> dict[str, Any]:
    """What a form or an autosave may say; anything else it says is refused by the command's own fields."""
    names = ("revision", "title", "facts", "analysis", "suggestions", "category")
    return {"revision": 0} | {name: body[name] for name in names if body.get(name) not in ("", None)}


def _shown(typed: dict[str, Any]) -> dict[str, Any]:
    revision = str(typed["revision"])
    return {**typed, "revision": int(revision) if re.fullmatch(r"[0-9]{1,9}", revision) else 0}


def _lines(text: Any) -> str:
    """A textarea's text with the line ends people mean."""
    return str(text).replace("\r\n", "\n")
