"""Refusals: exceptions that carry an RFC 9457 problem in Chinese, for a person who has to act on it.

Always holds: whatever leaves a handler is either an answer or one of these; anything else is a fault of ours and
becomes `Fault`, which says nothing about the inside.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from pydantic import ValidationError

from tongxin_contracts.problems import PREFIX, FieldProblem, Problem
from tongxin_contracts.refusals import FieldsRefused, Refused


class Refusal(Exception):
    """Base of all refusals; subclasses say type, status and title."""

    kind: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "请求未被接受"

    def __init__(self, detail: str | None = None, *, errors: Iterable[FieldProblem] = ()) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = tuple(errors)

    def problem(self, trace_id: str | None = None) -> Problem:
        """As it goes over the wire."""
        return Problem(
            type=PREFIX + self.kind,
            title=self.title,
            status=self.status,
            detail=self.detail,
            errors=self.errors,
            trace_id=trace_id,
        )


class Malformed(Refusal):
    """The request is not what it should be; the fields at fault are listed."""

    kind, status, title = "malformed", 400, "提交的内容格式不正确，请检查后重新提交"


class Invalid(Refusal):
    """The request is well formed but a rule forbids its content; the fields at fault are listed."""

    kind, status, title = "invalid", 422, "有内容需要修改后才能提交"


class NotSignedIn(Refusal):
    """There is no token, or it is too old, or it is for something else."""

    kind, status, title = "not-signed-in", 401, "登录已失效，请重新登录"


class Forbidden(Refusal):
    """The actor may not do this here."""

    kind, status, title = "forbidden", 403, "您没有办理此事的权限"


class NotFound(Refusal):
    """There is no such thing, or not for this actor."""

    kind, status, title = "not-found", 404, "没有找到，或者您无权查看"


class WrongState(Refusal):
    """The thing exists but this step is not possible now."""

    kind, status, title = "wrong-state", 409, "当前状态下不能办理这一步"


class VersionClash(Refusal):
    """Somebody else changed it meanwhile; the detail says who and what."""

    kind, status, title = "version-clash", 409, "内容已被他人更新，请刷新后再办理"


class CommandReused(Refusal):
    """One command id was used for two different commands."""

    kind, status, title = "command-reused", 409, "同一提交编号不能用于不同内容，请刷新页面后重试"


class TooLarge(Refusal):
    """More than the bus or a limit takes."""

    kind, status, title = "too-large", 413, "提交的内容过大"


class Unavailable(Refusal):
    """A part of the house does not answer; nothing is lost, one may try again."""

    kind, status, title = "unavailable", 503, "系统暂时繁忙，内容未丢失，请稍后重试"


class Fault(Refusal):
    """Our own mistake; the trace id leads an operator to it."""

    kind, status, title = "fault", 500, "系统出现故障，已记录，请稍后重试或联系管理员"


def from_rule(refused: Refused) -> Refusal:
    """A rule's no as a problem: with fields it is the content that is wrong, without them the moment."""
    if isinstance(refused, FieldsRefused):
        return Invalid(
            refused.reason,
            errors=[FieldProblem(field=error.field, message=error.message) for error in refused.errors],
        )
    return WrongState(refused.reason)


_MESSAGES = {
    "missing": "必填",
    "extra_forbidden": "没有这个字段，请去掉",
    "string_too_long": "过长，最多 {max_length} 个字符",
    "string_too_short": "过短，至少 {min_length} 个字符",
    "string_pattern_mismatch": "格式不正确",
    "string_type": "应为文字",
    "uuid_parsing": "不是有效的编号",
    "uuid_type": "不是有效的编号",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "bool_parsing": "应为是或否",
    "date_from_datetime_parsing": "不是有效的日期，应为 2026-11-21 这样的格式",
    "date_parsing": "不是有效的日期，应为 2026-11-21 这样的格式",
    "enum": "不在可选范围内",
    "literal_error": "不在可选范围内",
    "list_type": "应为列表",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "json_invalid": "不是有效的 JSON",
    "model_type": "应为一个对象",
}


def field_problems(error: ValidationError) -> list[FieldProblem]:
    """pydantic's findings as fields with Chinese messages; values are not repeated, they may be personal."""
    return found_problems(error.errors(include_url=False, include_input=False))


def found_problems(findings: Iterable[Any]) -> list[FieldProblem]:
    """The same for findings that come without the error they were in."""
    return [
        FieldProblem(
            field=".".join(str(part) for part in found["loc"]) or "（全文）", message=_message(found)
        )
        for found in findings
    ]


def _message(found: Any) -> str:
    template = _MESSAGES.get(found["type"], "内容不正确")
    return template.format_map(_Missing(found.get("ctx") or {}))


class _Missing(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "规定"


REFUSALS: Sequence[type[Refusal]] = (
    Malformed,
    Invalid,
    NotSignedIn,
    Forbidden,
    NotFound,
    WrongState,
    VersionClash,
    CommandReused,
    TooLarge,
    Unavailable,
    Fault,
)
"""All of them, so that the REST description lists what can come back and the portal can raise them again."""


def raised_again(problem: Problem) -> Refusal:
    """The refusal a problem came from, for whoever got it as an answer."""
    kind = problem.type.removeprefix(PREFIX)
    found = next((refusal for refusal in REFUSALS if refusal.kind == kind), Fault)
    return found(problem.detail, errors=problem.errors)
