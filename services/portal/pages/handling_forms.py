"""What the forms of a handling's page say, as commands; and back again as they were typed, when one was refused."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from starlette.datastructures import FormData

from chassis.ids import derived_id
from chassis.problems import Malformed, field_problems
from services.portal.pages.handling_steps import current_reply
from services.portal.views.handling import LineTyped, ReplyLineTyped, ReplyTyped
from services.portal.visit import command_id
from tongxin_contracts.message import Command
from tongxin_contracts.proposals import handling_commands as commands
from tongxin_contracts.proposals.handling_queries import HandlingAnswer

OPENING: Final = "您提出的《{title}》（{number}）收悉。经研究办理，现答复如下："
CLOSING: Final = "感谢您对我们工作的关心和支持。"
Told = tuple[Command, str]
"""A command, and what is said when it was done."""


def decided(form: FormData, what: Mapping[str, Any]) -> Told:
    """The command of a form other than the reply's; raises Malformed for what no form says."""
    action = str(form.get("action", ""))
    make = _FORMS.get(action)
    if make is None:
        raise Malformed("请选择要办理的事项")
    try:
        return make(form, dict(what))
    except ValidationError as error:
        raise Malformed(errors=field_problems(error)) from error


def text(form: FormData, name: str) -> str:
    """A field's text with the line ends people mean."""
    return str(form.get(name, "")).replace("\r\n", "\n")


def _accept(_form: FormData, what: dict[str, Any]) -> Told:
    return commands.AcceptAllocation.model_validate(what), "已接受预交办，等待正式交办。"


def _return(form: FormData, what: dict[str, Any]) -> Told:
    suggested = {"suggested_unit": form.get("suggested_unit")} if form.get("suggested_unit") else {}
    command = commands.ReturnAllocation.model_validate(what | suggested | {"reason": text(form, "reason")})
    return command, "已退回，提案委员会办公室将在规定时间内答复。"


def _sign_receipt(_form: FormData, what: dict[str, Any]) -> Told:
    return commands.SignReceipt.model_validate(what), "已签收，承办人已收到待办。"


def _lines(form: FormData, what: dict[str, Any]) -> Told:
    command = commands.SetResponsibilities.model_validate(what | {"lines": sent_lines(form)})
    return command, f"责任清单已保存，未完成的共 {len(command.lines)} 项。"


def _result(form: FormData, what: dict[str, Any]) -> Told:
    typed = {"line_id": form.get("line_id"), "evidence": text(form, "evidence")}
    return commands.ReportResult.model_validate(what | typed), "已销号，提案人可以看到。"


def _talk(form: FormData, what: dict[str, Any]) -> Told:
    typed = {
        "talk_id": derived_id("talk", command_id(form)),
        "form": form.get("form"),
        "on": form.get("on"),
        "with_whom": text(form, "with_whom"),
        "summary": text(form, "summary"),
    }
    return commands.RecordTalk.model_validate(what | typed), "沟通情况已记录。"


def _extension(form: FormData, what: dict[str, Any]) -> Told:
    typed = {"until": form.get("until"), "reason": text(form, "reason")}
    return commands.AskExtension.model_validate(what | typed), "已申请延期，等待提案委员会办公室审批。"


def _opinion(form: FormData, what: dict[str, Any]) -> Told:
    command = commands.GiveOpinion.model_validate(what | {"text": text(form, "text")})
    return command, "会办意见已送主办单位，答复签发以前可以修改。"


def _check(form: FormData, what: dict[str, Any]) -> Told:
    passed = form.get("action") == "pass"
    command = commands.CheckReply.model_validate(what | {"passed": passed, "remarks": text(form, "remarks")})
    return command, "核稿通过，已送签发领导。" if passed else "已退回承办人修改。"


def _sign(_form: FormData, what: dict[str, Any]) -> Told:
    return commands.SignReply.model_validate(what), "答复已签发并送达提案人。"


def _unsigned(form: FormData, what: dict[str, Any]) -> Told:
    command = commands.ReturnToDrafting.model_validate(what | {"remarks": text(form, "remarks")})
    return command, "已退回承办人修改。"


def _answer_return(form: FormData, what: dict[str, Any]) -> Told:
    typed = {"unit_id": form.get("unit_id"), "answer_text": text(form, "answer_text")}
    if form.get("action") == "keep":
        return commands.Reallocate.model_validate(what | typed), "已维持原承办单位，单位已收到答复。"
    # Empty is no unit here: it is refused as one, and not taken for keeping the old one.
    typed["new_unit"] = str(form.get("new_unit", ""))
    return commands.Reallocate.model_validate(what | typed), "已改由新的单位承办，已向其预交办。"


def _decide(form: FormData, what: dict[str, Any]) -> Told:
    granted = form.get("action") == "grant"
    typed = {"granted": granted, "reason": text(form, "reason")}
    command = commands.DecideExtension.model_validate(what | typed)
    return command, "已批准延期，期限已改。" if granted else "未批准延期，期限不变。"


_FORMS: Final[Mapping[str, Callable[[FormData, dict[str, Any]], Told]]] = {
    "accept": _accept,
    "return": _return,
    "sign_receipt": _sign_receipt,
    "lines": _lines,
    "result": _result,
    "talk": _talk,
    "extension": _extension,
    "opinion": _opinion,
    "pass": _check,
    "send_back": _check,
    "sign": _sign,
    "unsigned": _unsigned,
    "keep": _answer_return,
    "move": _answer_return,
    "grant": _decide,
    "refuse": _decide,
}


# -- the responsibility list -------------------------------------------------------------------------------------------


def sent_lines(form: FormData) -> list[dict[str, str]]:
    """The lines somebody wrote; those left empty are no lines."""
    names = ("suggestion", "what", "who", "due_on")
    columns = [[str(value).strip() for value in form.getlist(name)] for name in names]
    if len({len(column) for column in columns}) > 1:
        raise Malformed("表单不完整，请刷新页面后重试")
    rows = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
    return [row for row in rows if row["what"] or row["who"]]


def lines_shown(found: HandlingAnswer, form: FormData | None) -> tuple[LineTyped, ...]:
    """Open lines by suggestion, as sent or as they stand, with an empty one where a suggestion has none."""
    if form is not None and form.get("action") == "lines":
        shown = [_sent(place, row) for place, row in enumerate(sent_lines(form))]
    else:
        shown = [
            LineTyped(
                place=None,
                suggestion=line.suggestion,
                what=line.what,
                who=line.who,
                due_on=line.due_on.isoformat(),
            )
            for line in found.responsibilities
            if line.done_at is None
        ]
    has = {line.suggestion for line in shown} | {line.suggestion for line in found.responsibilities}
    for place in range(len(found.suggestions)):
        if place not in has:
            shown.append(LineTyped(place=None, suggestion=place))
    return tuple(sorted(shown, key=lambda line: line.suggestion))


def _sent(place: int, row: Mapping[str, str]) -> LineTyped:
    suggestion = int(row["suggestion"]) if row["suggestion"].isascii() and row["suggestion"].isdigit() else 0
    return LineTyped(
        place=place, suggestion=suggestion, what=row["what"], who=row["who"], due_on=row["due_on"]
    )


# -- the reply ---------------------------------------------------------------------------------------------------------


def reply_shown(found: HandlingAnswer, form: FormData | None, saved: int | None = None) -> ReplyTyped:
    """The reply as sent, as saved, or with the words every letter begins and ends with.

    What was sent keeps the revision it was written on, or has that of its own save (`saved`).
    """
    if form is not None and form.get("action") in ("save", "submit"):
        sent = _reply_sent(form)
        return sent if saved is None else replace(sent, revision=saved)
    reply = current_reply(found)
    written = {line.suggestion: line for line in reply.lines} if reply else {}
    lines = []
    for place in range(len(found.suggestions)):
        line = written.get(place)
        lines.append(
            ReplyLineTyped(
                text=line.text,
                reply_class=line.reply_class.value if line.reply_class else "",
                promised_by=line.promised_by.isoformat() if line.promised_by else "",
            )
            if line
            else ReplyLineTyped()
        )
    opening = OPENING.format(title=found.title, number=found.number)
    return ReplyTyped(
        opening=reply.opening if reply else opening,
        closing=reply.closing if reply else CLOSING,
        lines=tuple(lines),
        revision=(reply.revision or 0) if reply else 0,
    )


def _reply_sent(form: FormData) -> ReplyTyped:
    texts = [str(value).replace("\r\n", "\n") for value in form.getlist("text")]
    return ReplyTyped(
        opening=text(form, "opening"),
        closing=text(form, "closing"),
        lines=tuple(
            ReplyLineTyped(
                text=written,
                reply_class=str(form.get(f"reply_class_{place}", "")),
                promised_by=str(form.get(f"promised_by_{place}", "")),
            )
            for place, written in enumerate(texts)
        ),
        revision=_revision(form.get("compared") or form.get("revision", "0")),
    )


def drafted(form: FormData, what: Mapping[str, Any]) -> commands.DraftReply:
    """The reply of the form, to be kept; raises Malformed."""
    typed = _reply_sent(form)
    lines = [
        {"text": line.text, "reply_class": line.reply_class, "promised_by": line.promised_by}
        for line in typed.lines
    ]
    return draft(
        {"revision": typed.revision, "opening": typed.opening, "closing": typed.closing, "lines": lines}, what
    )


def draft(body: Mapping[str, Any], what: Mapping[str, Any]) -> commands.DraftReply:
    """The reply of a form or of an autosave; a date belongs to a promise only. Raises Malformed."""
    lines = body.get("lines", [])
    if not isinstance(lines, Sequence) or not all(isinstance(line, Mapping) for line in lines):
        raise Malformed("提交的内容格式不正确，请刷新页面后重试")
    try:
        return commands.DraftReply.model_validate(
            dict(what)
            | {"opening": body.get("opening", ""), "closing": body.get("closing", "")}
            | {"revision": body.get("revision")}
            | {"lines": [_line(place, line) for place, line in enumerate(lines)]}
        )
    except ValidationError as error:
        raise Malformed(errors=field_problems(error)) from error


def _revision(typed: Any) -> int:
    """What the page had put into its form; what is none is taken for a new draft, which clashes with any other."""
    text_ = str(typed)
    return int(text_) if text_.isascii() and text_.isdigit() and len(text_) < 10 else 0


def _line(place: int, line: Mapping[str, Any]) -> dict[str, Any]:
    kind = line.get("reply_class") or None
    return {
        "suggestion": place,
        "text": line.get("text", ""),
        "reply_class": kind,
        "promised_by": (line.get("promised_by") or None) if kind == "b" else None,
    }


def dispatched(proposal_id: UUID, form: FormData, committee: str) -> commands.Dispatch:
    """The one proposal of this page, sent out; raises Malformed."""
    try:
        item = {"proposal_id": proposal_id, "expected_version": form.get("expected_version")}
        return commands.Dispatch.model_validate({"committee": committee, "items": [item]})
    except ValidationError as error:
        raise Malformed(errors=field_problems(error)) from error
