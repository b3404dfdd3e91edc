"""Writing together: co-proposers and files of a draft, the invitation as the invited sees it, taking a proposal back.

Every form works without script; with it, the part of the page that changed is put in place and what was typed stays.
"""

from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from chassis import telemetry
from chassis.ids import derived_id
from chassis.problems import Invalid, Malformed, Refusal, VersionClash
from services.portal.pages.problems import named
from services.portal.uploads import keep
from services.portal.views.joint import InvitationView
from services.portal.visit import Visit, Visiting, command_id, uuid_field
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.joint_commands import (
    AnswerInvitation,
    Attached,
    AttachFile,
    CancelInvitation,
    InviteCoProposers,
    Invited,
    RemoveAttachment,
    WithdrawProposal,
)
from tongxin_contracts.proposals.joint_queries import (
    Attachment,
    AttachmentAnswer,
    Invitation,
    InvitationAnswer,
)

router = APIRouter()

_SHOWN_IN_BROWSER = ("image/jpeg", "image/png", "application/pdf")


@router.post("/proposals/{draft_id}/together")
async def together(visit: Visiting, draft_id: UUID) -> Response:
    """Invite, ask again, cancel an invitation, or remove a file; then the form again."""
    form = await visit.form()
    said = await _do(visit, draft_id, form)
    return await visit.go(f"/proposals/{draft_id}/edit#together", said)


async def _do(visit: Visit, draft_id: UUID, form: FormData) -> str:
    committee = visit.committee
    match form.get("action"):
        case "invite" | "ask_again":
            persons = [_person(value) for value in form.getlist("persons")]
            if not persons:
                raise Invalid(errors=[FieldProblem(field="persons", message="请先选择要邀请的委员。")])
            command = InviteCoProposers(committee=committee, draft_id=draft_id, persons=persons)
            try:
                await visit.ask(Invited, command, command_id(form))
            except Refusal as refusal:
                raise await named(visit, refusal) from refusal
            return "已发出联名邀请，对方会收到通知和待办。"
        case "cancel":
            cancel = CancelInvitation(committee=committee, invitation_id=uuid_field(form, "invitation_id"))
            await visit.ask(Done, cancel, command_id(form))
            return "已取消邀请。"
        case "remove":
            remove = RemoveAttachment(
                committee=committee, draft_id=draft_id, attachment_id=uuid_field(form, "attachment_id")
            )
            await visit.ask(Done, remove, command_id(form))
            return "附件已删除。"
    raise Malformed("请刷新页面后重试")


@router.post("/proposals/{draft_id}/files")
async def attach(visit: Visiting, draft_id: UUID) -> Response:
    """Put a file into quarantine and have the owner look at it."""
    form = await visit.form()
    upload = form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise Invalid(errors=[FieldProblem(field="file", message="请先选择要添加的文件。")])
    id_ = command_id(form)
    stored = await keep(visit, await upload.read())
    command = AttachFile(
        committee=visit.committee,
        draft_id=draft_id,
        attachment_id=derived_id("attachment", id_),
        file=stored.digest,
        filename=upload.filename[-200:],
    )
    await visit.ask(Attached, command, id_)
    return await visit.go(f"/proposals/{draft_id}/edit#together", "附件已添加。")


@router.get("/proposals/{proposal_id}/files/{attachment_id}")
async def file(visit: Visiting, proposal_id: UUID, attachment_id: UUID) -> Response:
    """A file, after its owner was asked whether the reader may see it."""
    query = Attachment(
        committee=visit.request.query_params.get("committee", visit.committee),
        proposal_id=proposal_id,
        attachment_id=attachment_id,
    )
    found = await visit.ask(AttachmentAnswer, query)
    content = await visit.portal.files.get(found.file)
    how = "inline" if found.media_type in _SHOWN_IN_BROWSER else "attachment"
    headers = {"content-disposition": f"{how}; filename*=UTF-8''{quote(found.filename)}"}
    return Response(content, media_type=found.media_type, headers=headers)


@router.get("/invitations/{invitation_id}")
async def invitation(visit: Visiting, invitation_id: UUID) -> Response:
    """The text to be confirmed; the first proposer is sent to the form, a signed proposal to its own page."""
    found = await _found(visit, invitation_id)
    if found.handed_in:
        return await visit.go(f"/proposals/{found.draft_id}")
    if found.first_proposer == visit.actor.person:
        return await visit.go(f"/proposals/{found.draft_id}/edit#together")
    return await _show(visit, found)


@router.post("/invitations/{invitation_id}")
async def answer(visit: Visiting, invitation_id: UUID) -> Response:
    """Confirm or decline; a text that changed meanwhile is shown anew."""
    form = await visit.form()
    accept = form.get("answer") == "accept"
    revision = str(form.get("revision", ""))
    if form.get("answer") not in ("accept", "decline") or not revision.isdigit():
        raise Malformed("请刷新页面后重试")
    command = AnswerInvitation(
        committee=visit.committee, invitation_id=invitation_id, accept=accept, revision=int(revision[:9])
    )
    try:
        await visit.ask(Done, command, command_id(form))
    except VersionClash as refusal:
        return await _show(visit, await _found(visit, invitation_id), refusal)
    said = "已确认联名，第一提案人会收到通知。" if accept else "已回复不参加联名。"
    return await visit.go(f"/invitations/{invitation_id}" if accept else "/proposals", said)


@router.post("/proposals/{proposal_id}/withdraw")
async def withdraw(visit: Visiting, proposal_id: UUID) -> Response:
    """Take a proposal back, with the reason."""
    form = await visit.form()
    reason, version = str(form.get("reason", "")).strip(), str(form.get("expected_version", ""))
    if not reason or not version.isdigit():
        raise Invalid(errors=[FieldProblem(field="reason", message="请写明撤回的理由。")])
    command = WithdrawProposal(
        committee=visit.committee,
        proposal_id=proposal_id,
        expected_version=int(version[:9]),
        reason=reason[:200],
    )
    await visit.ask(Done, command, command_id(form))
    return await visit.go(f"/proposals/{proposal_id}", "提案已撤回，联名人会收到通知。")


async def _found(visit: Visit, invitation_id: UUID) -> InvitationAnswer:
    return await visit.ask(
        InvitationAnswer, Invitation(committee=visit.committee, invitation_id=invitation_id)
    )


async def _show(visit: Visit, found: InvitationAnswer, refusal: Refusal | None = None) -> Response:
    view = InvitationView(
        invitation=found, problem=refusal.problem(telemetry.trace_id()) if refusal else None
    )
    people = [found.first_proposer, found.person, *found.co_proposers]
    return await visit.page(view, people=people, status=refusal.status if refusal else 200)


def _person(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as error:
        raise Malformed("请刷新页面后重试") from error
