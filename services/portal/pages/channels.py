"""How one is reached, what offices tell everybody, and what became of the mail."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.problems import Invalid, Malformed, NotFound, Refusal
from services.portal.matters import notice_page, task_page
from services.portal.views import CircularsView, MailsView, PreferencesView
from services.portal.visit import Visit, Visiting, command_id, uuid_field
from tongxin_contracts.notify.channels import (
    ConfirmEmail,
    EmailConfirmed,
    Mails,
    MailsAnswer,
    MailsRetried,
    Preferences,
    PreferencesAnswer,
    PreferencesSet,
    RetryMails,
    SetPreferences,
)
from tongxin_contracts.notify.circulars import Circulars, CircularsAnswer, SendCircular, SentCircular
from tongxin_contracts.problems import FieldProblem, Problem
from tongxin_contracts.words import MailState, NoticeKind, TaskKind

router = APIRouter()


@router.get("/preferences")
async def preferences(visit: Visiting, code: str = "") -> Response:
    """As they stand; a link in a mail fills in its code."""
    now = await visit.ask(PreferencesAnswer, Preferences(committee=visit.committee))
    return await visit.page(
        PreferencesView(preferences=now, email=now.pending or now.email or "", code=code[:40])
    )


@router.post("/preferences")
async def set_preferences(visit: Visiting) -> Response:
    """Save them, or give back a code; what was refused is shown with what was typed."""
    form = await visit.form()
    try:
        if form.get("action") == "confirm":
            return await _confirm(visit, form)
        return await _save(visit, form)
    except Refusal as refusal:
        now = await visit.ask(PreferencesAnswer, Preferences(committee=visit.committee))
        view = PreferencesView(
            preferences=now,
            email=str(form.get("email", now.pending or now.email or ""))[:200],
            code=str(form.get("code", ""))[:40],
            problem=refusal.problem(telemetry.trace_id()),
        )
        return await visit.page(view, status=refusal.status)


async def _save(visit: Visit, form: FormData) -> Response:
    wanted = {str(kind) for kind in form.getlist("with_mail")}
    given: dict[str, Any] = {
        "committee": visit.committee,
        "email": str(form.get("email", "")).strip() or None,
        "digest": str(form.get("digest", "off")),
        "without_mail": [kind.value for kind in NoticeKind if kind.value not in wanted],
        "quiet_from": str(form.get("quiet_from", "")) or None,
        "quiet_to": str(form.get("quiet_to", "")) or None,
    }
    try:
        command = SetPreferences.model_validate(given)
    except ValidationError as error:
        fields = {str(part["loc"][0]) for part in error.errors()}
        message = "请填写有效的邮箱地址，例如 name@example.cn" if "email" in fields else "请检查所选的内容"
        raise Invalid(errors=[FieldProblem(field=min(fields), message=message)]) from error
    saved = await visit.ask(PreferencesSet, command, command_id(form))
    said = (
        "已保存。验证码已发往您填写的邮箱，请在 24 小时内确认。" if saved.to_confirm else "接收方式已保存。"
    )
    return await visit.go("/preferences", said)


async def _confirm(visit: Visit, form: FormData) -> Response:
    try:
        command = ConfirmEmail(committee=visit.committee, code=str(form.get("code", "")))
    except ValidationError as error:
        raise Invalid(errors=[FieldProblem(field="code", message="请填写邮件中的 8 位验证码")]) from error
    answer = await visit.ask(EmailConfirmed, command, command_id(form))
    if not answer.confirmed:
        message = f"验证码不正确，还可以再试 {answer.tries_left} 次"
        raise Invalid(errors=[FieldProblem(field="code", message=message)])
    return await visit.go("/preferences", "邮箱已确认，今后的通知会发到这个邮箱。")


@router.get("/circulars")
async def circulars(visit: Visiting, after: str | None = None) -> Response:
    """What was told, and how many have read it."""
    return await _circulars(visit, after=after)


@router.post("/circulars")
async def send_circular(visit: Visiting) -> Response:
    """Tell many people one thing."""
    form = await visit.form()
    typed = {name: str(form.get(name, "")) for name in ("title", "text", "among")}
    audience, _, among = typed["among"].partition(":")
    try:
        command = SendCircular.model_validate(
            {
                "committee": visit.committee,
                "circular_id": uuid_field(form, "circular_id"),
                "title": typed["title"],
                "text": typed["text"],
                "audience": audience,
                "among": among or None,
            }
        )
        sent = await visit.ask(SentCircular, command, command_id(form))
    except ValidationError as error:
        words = {"title": "请填写标题（2 至 80 字）", "text": "请填写正文（不超过 5000 字）"}
        fields = {str(part["loc"][0]) if part["loc"] else "among" for part in error.errors()}
        errors = [
            FieldProblem(field=name, message=words.get(name, "请选择发送范围")) for name in sorted(fields)
        ]
        refused = Invalid(errors=errors)
        return await _circulars(visit, problem=refused.problem(telemetry.trace_id()), status=422, **typed)
    except Refusal as refusal:
        return await _circulars(
            visit, problem=refusal.problem(telemetry.trace_id()), status=refusal.status, **typed
        )
    return await visit.go("/circulars", f"已发送给 {sent.told} 人。")


async def _circulars(
    visit: Visit,
    *,
    after: str | None = None,
    problem: Problem | None = None,
    status: int = 200,
    **typed: str,
) -> Response:
    page = await visit.ask(CircularsAnswer, Circulars(committee=visit.committee, after=after))
    view = CircularsView(
        page=page,
        may_send=visit.may("notify.send_circular"),
        problem=problem,
        title=typed.get("title", ""),
        text=typed.get("text", ""),
        among=typed.get("among", "members"),
    )
    return await visit.page(view, people=[circular.sent_by for circular in page.circulars], status=status)


@router.get("/mails")
async def mails(visit: Visiting, state: str = "") -> Response:
    """What became of the mail, what failed on top."""
    chosen = MailState(state) if state in {known.value for known in MailState} else None
    answer = await visit.ask(MailsAnswer, Mails(committee=visit.committee, state=chosen))
    return await visit.page(
        MailsView(answer=answer, state=chosen), people=[mail.person for mail in answer.mails]
    )


@router.post("/mails")
async def retry_mails(visit: Visiting) -> Response:
    """Try these again."""
    form = await visit.form()
    try:
        ids = [UUID(str(value)) for value in form.getlist("mails")]
        command = RetryMails(committee=visit.committee, mails=ids)
    except ValueError as error:
        raise Malformed("请先选择要重发的邮件") from error
    done = await visit.ask(MailsRetried, command, command_id(form))
    return await visit.go("/mails", f"{done.retried} 封邮件将重新发送。")


@router.get("/open/task/{kind}/{matter}")
async def open_task(kind: str, matter: UUID, about: UUID | None = None) -> Response:
    """Where a link in a mail leads: the page where work of this kind is done."""
    if kind not in {known.value for known in TaskKind}:
        raise NotFound
    return RedirectResponse(task_page(TaskKind(kind)).url(matter, about), 303)


@router.get("/open/notice/{kind}/{matter}")
async def open_notice(kind: str, matter: UUID) -> Response:
    """The page a notice of this kind is about."""
    if kind not in {known.value for known in NoticeKind}:
        raise NotFound
    return RedirectResponse(notice_page(NoticeKind(kind)).url(matter), 303)
