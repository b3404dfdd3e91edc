"""Process templates as data: read from JSON, checked as a whole, refused with a sentence for each fault (decision 23).

Always holds for a template that was loaded: every name in it is of a closed list, every branch leads to a step or to the
end, every step can be reached from the first one and the end from every step, each kind of step has exactly the
outcomes it can have, and what ends without consensus is never handed to a unit without a decision (row 09).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from tongxin_contracts.consultation.templates import (
    END,
    NEED_FITS,
    OUTCOMES,
    Branch,
    Need,
    Step,
    StepActor,
    Template,
)
from tongxin_contracts.plain_text import tidy, tidy_line, visible_length
from tongxin_contracts.refusals import FieldError, FieldsRefused
from tongxin_contracts.words import Majority, NeedKind, StepKind, StepOutcome, Word

W = TypeVar("W", bound=Word)

STEPS_MAX: Final = 20
NEEDS_MAX: Final = 8
FIELDS_MAX: Final = 20
NAME_MAX: Final = 20
"""Characters of a step's name: it stands in a box of the chart."""
TEXT_MAX: Final = 500
DAYS_MAX: Final = 250
_CODE: Final = re.compile(r"^[a-z][a-z0-9_]{0,38}$")
_SHOWN: Final = 40
"""How much of a wrong value is repeated to whoever wrote it."""

_KEYS: Final = {
    "template": {"code", "name", "summary", "steps"},
    "step": {"code", "name", "who", "kind", "hint", "needs", "days", "next"},
    "need": {"kind", "fields", "document", "count", "percent", "majority", "days", "fixed", "invited"},
    "branch": {"outcome", "to"},
}


@dataclass(slots=True)
class _Reading:
    """The faults found so far."""

    errors: list[FieldError]

    def fault(self, field: str, message: str) -> None:
        self.errors.append(FieldError(field, message))


def load_template(data: Mapping[str, Any]) -> Template:
    """The template, checked; raises FieldsRefused with every fault at once."""
    template, errors = read_template(data)
    if errors or template is None:
        raise FieldsRefused("流程模板有问题，请按提示修改后再采用", tuple(errors))
    return template


def read_template(data: Mapping[str, Any]) -> tuple[Template | None, list[FieldError]]:
    """The template where it can be read, and everything that is wrong with it."""
    reading = _Reading([])
    template = _template(data, reading)
    if not reading.errors:
        reading.errors += _outcome_faults(template)
        reading.errors += _need_faults(template)
        reading.errors += _way_faults(template)
    return (None if reading.errors else template), reading.errors


# --- reading --------------------------------------------------------------------------------------------------------------


def _template(data: Mapping[str, Any], reading: _Reading) -> Template:
    _known_keys(data, "template", "", reading)
    code = _text(data.get("code"), "code", "模板代号", 40, reading, required=True)
    if code and not _CODE.match(code):
        reading.fault("code", "模板代号只能用小写字母、数字和下划线，以字母开头，最多 39 个字符。")
    name = _text(data.get("name"), "name", "模板名称", 40, reading, required=True)
    raw = data.get("steps")
    steps: list[Step] = []
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
        reading.fault("steps", "模板至少要有一个步骤。")
    elif len(raw) > STEPS_MAX:
        reading.fault("steps", f"步骤最多 {STEPS_MAX} 个，现有 {len(raw)} 个。")
    else:
        steps = [_step(one, f"steps.{place}", place, reading) for place, one in enumerate(raw)]
    seen: dict[str, int] = {}
    for place, step in enumerate(steps):
        if step.code == END:
            reading.fault(f"steps.{place}.code", "“end”表示流程结束，不能用作步骤代号。")
        elif step.code in seen:
            first = seen[step.code] + 1
            reading.fault(
                f"steps.{place}.code", f"第 {place + 1} 步与第 {first} 步的代号相同（{step.code}）。"
            )
        seen.setdefault(step.code, place)
    for place, step in enumerate(steps):
        for number, branch in enumerate(step.next):
            if branch.to != END and branch.to not in seen:
                message = f"{called(place, step)}的下一步“{_short(branch.to)}”不存在。"
                reading.fault(f"steps.{place}.next.{number}.to", message)
    summary = _text(data.get("summary"), "summary", "说明", TEXT_MAX, reading, lines=True)
    return Template(code=code, name=name, summary=summary, steps=tuple(steps))


def _step(raw: object, at: str, place: int, reading: _Reading) -> Step:
    if not isinstance(raw, Mapping):
        reading.fault(at, f"第 {place + 1} 步应为一个对象。")
        return Step(code=f"_{place}", name="", who=StepActor.COMMITTEE_OFFICE, kind=StepKind.FORM, next=())
    called_ = f"第 {place + 1} 步"
    _known_keys(raw, "step", at, reading)
    name = _text(raw.get("name"), f"{at}.name", f"{called_}的名称", NAME_MAX, reading, required=True)
    if name:
        called_ = f"{called_}“{name}”"
    code = _text(raw.get("code"), f"{at}.code", f"{called_}的代号", 40, reading, required=True)
    if code and not _CODE.match(code):
        reading.fault(f"{at}.code", f"{called_}的代号只能用小写字母、数字和下划线，以字母开头。")
    who = _word(raw.get("who"), StepActor, f"{at}.who", f"{called_}的办理人", reading)
    kind = _word(raw.get("kind"), StepKind, f"{at}.kind", f"{called_}的类型", reading)
    needs = [
        _need(one, f"{at}.needs.{number}", called_, reading)
        for number, one in enumerate(_many(raw.get("needs"), f"{at}.needs", f"{called_}的条件", reading))
    ]
    if len(needs) > NEEDS_MAX:
        reading.fault(f"{at}.needs", f"{called_}的条件最多 {NEEDS_MAX} 项。")
    branches = [
        _branch(one, f"{at}.next.{number}", called_, reading)
        for number, one in enumerate(_many(raw.get("next"), f"{at}.next", f"{called_}的下一步", reading))
    ]
    if not branches:
        reading.fault(f"{at}.next", f"{called_}没有下一步，流程到这里走不下去；请选择下一步或“结束”。")
    return Step(
        code=code or f"_{place}",
        name=name,
        who=who or StepActor.COMMITTEE_OFFICE,
        kind=kind or StepKind.FORM,
        hint=_text(raw.get("hint"), f"{at}.hint", f"{called_}的说明", TEXT_MAX, reading, lines=True),
        needs=tuple(need for need in needs if need is not None),
        days=_number(raw.get("days"), f"{at}.days", f"{called_}的期限（工作日）", 1, DAYS_MAX, reading),
        next=tuple(branches),
    )


def _need(raw: object, at: str, step: str, reading: _Reading) -> Need | None:
    if not isinstance(raw, Mapping):
        reading.fault(at, f"{step}的条件应为一个对象。")
        return None
    _known_keys(raw, "need", at, reading)
    kind = _word(raw.get("kind"), NeedKind, f"{at}.kind", f"{step}的条件", reading)
    if kind is None:
        return None

    def number(name: str, otherwise: int, what: str, most: int) -> int:
        return _number(raw.get(name, otherwise), f"{at}.{name}", what, 1, most, reading) or otherwise

    match kind:
        case NeedKind.FIELDS:
            found = Need(kind=kind, fields=_fields(raw, at, step, reading))
        case NeedKind.DOCUMENTS:
            what = f"{step}要上传的材料名称"
            document = _text(raw.get("document"), f"{at}.document", what, 30, reading, required=True)
            found = Need(kind=kind, document=document, count=number("count", 1, f"{step}要上传的份数", 10))
        case NeedKind.STAKEHOLDERS:
            found = Need(kind=kind, percent=number("percent", 50, f"{step}的利益相关方比例（%）", 100))
        case NeedKind.MAJORITY:
            rule = raw.get("majority", Majority.SIMPLE.value)
            majority = _word(rule, Majority, f"{at}.majority", f"{step}的表决规则", reading)
            found = Need(kind=kind, majority=majority or Majority.SIMPLE)
        case NeedKind.NOTICE:
            found = Need(kind=kind, days=number("days", 15, f"{step}的通知提前工作日数", 60))
        case NeedKind.SURVEY_FINISHED:
            found = Need(kind=kind)
        case NeedKind.TEAM:
            found = Need(
                kind=kind,
                fixed=number("fixed", 6, f"{step}的固定成员人数", 50),
                invited=number("invited", 1, f"{step}的邀请人数", 50),
            )
    return found


def _fields(raw: Mapping[str, Any], at: str, step: str, reading: _Reading) -> tuple[str, ...]:
    what = f"{step}要填写的内容"
    given = _many(raw.get("fields"), f"{at}.fields", what, reading)
    names = tuple(
        _text(one, f"{at}.fields.{n}", what, 30, reading, required=True) for n, one in enumerate(given)
    )
    if not names:
        reading.fault(f"{at}.fields", f"{step}要求填写内容，请写明要填哪几项。")
    if len(set(names)) < len(names):
        reading.fault(f"{at}.fields", f"{what}有重名。")
    if len(names) > FIELDS_MAX:
        reading.fault(f"{at}.fields", f"{what}最多 {FIELDS_MAX} 项。")
    return names


def _branch(raw: object, at: str, step: str, reading: _Reading) -> Branch:
    if not isinstance(raw, Mapping):
        reading.fault(at, f"{step}的下一步应为一个对象。")
        return Branch()
    _known_keys(raw, "branch", at, reading)
    outcome = _word(
        raw.get("outcome", StepOutcome.DONE.value), StepOutcome, f"{at}.outcome", f"{step}的结果", reading
    )
    to = _text(raw.get("to"), f"{at}.to", f"{step}的下一步", 40, reading, required=True)
    return Branch(outcome=outcome or StepOutcome.DONE, to=to or END)


def _known_keys(raw: Mapping[str, Any], what: str, at: str, reading: _Reading) -> None:
    for key in raw:
        if key not in _KEYS[what]:
            path = f"{at}.{key}" if at else str(key)
            reading.fault(path, f"没有“{_short(key)}”这一项，请去掉或改正。")


def _text(
    raw: object,
    at: str,
    what: str,
    limit: int,
    reading: _Reading,
    *,
    required: bool = False,
    lines: bool = False,
) -> str:
    if raw is not None and not isinstance(raw, str):
        reading.fault(at, f"{what}应为文字。")
        return ""
    text = (tidy if lines else tidy_line)(raw or "")
    if required and not text:
        reading.fault(at, f"{what}没有填写。")
    if visible_length(text) > limit:
        reading.fault(at, f"{what}最多 {limit} 个字，现有 {visible_length(text)} 个。")
    return text


def _number(raw: object, at: str, what: str, least: int, most: int, reading: _Reading) -> int | None:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int) or not least <= raw <= most:
        reading.fault(at, f"{what}应为 {least} 到 {most} 的整数。")
        return None
    return raw


def _word(raw: object, words: type[W], at: str, what: str, reading: _Reading) -> W | None:
    found = next((word for word in words if word.value == raw), None)
    if found is None:
        if raw in (None, ""):
            reading.fault(at, f"{what}没有选择。")
        else:
            known = "、".join(f"{word.value}（{word.label}）" for word in words)
            reading.fault(at, f"{what}“{_short(raw)}”不认识；可用的有：{known}。")
    return found


def _many(raw: object, at: str, what: str, reading: _Reading) -> Sequence[Any]:
    if raw is None:
        return ()
    if isinstance(raw, str) or not isinstance(raw, Sequence):
        reading.fault(at, f"{what}应为一个列表。")
        return ()
    return raw


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


# --- the whole ------------------------------------------------------------------------------------------------------------


def called(place: int, step: Step) -> str:
    """第 3 步“解单”."""
    return f"第 {place + 1} 步“{step.name}”"


def _outcome_faults(template: Template) -> Iterator[FieldError]:
    for place, step in enumerate(template.steps):
        has = [branch.outcome for branch in step.next]
        if len(set(has)) < len(has):
            double = next(outcome for outcome in has if has.count(outcome) > 1)
            yield FieldError(
                f"steps.{place}.next",
                f"{called(place, step)}的结果“{double.label}”写了两个下一步，只能有一个。",
            )
            continue
        if frozenset(has) not in OUTCOMES[step.kind]:
            sets = "，或者".join(_labels(one) for one in OUTCOMES[step.kind])
            yield FieldError(
                f"steps.{place}.next",
                f"{called(place, step)}是“{step.kind.label}”，每一种结果都要有下一步：{sets}；"
                f"现在写的是{_labels(frozenset(has))}。",
            )
        for number, branch in enumerate(step.next):
            if branch.outcome is StepOutcome.NO_CONSENSUS and branch.to != END:
                follows = template.step(branch.to)
                if follows.kind is StepKind.HANDLING:
                    yield FieldError(
                        f"steps.{place}.next.{number}.to",
                        f"{called(place, step)}未达成共识时不能直接转“{follows.name}”办理，应先报送研究决定或结束。",
                    )


def _need_faults(template: Template) -> Iterator[FieldError]:
    surveys = any(step.kind is StepKind.SURVEY for step in template.steps)
    for place, step in enumerate(template.steps):
        kinds = [need.kind for need in step.needs]
        for number, need in enumerate(step.needs):
            at = f"steps.{place}.needs.{number}"
            if step.kind not in NEED_FITS[need.kind]:
                fits = _listed(kind.label for kind in StepKind if kind in NEED_FITS[need.kind])
                yield FieldError(
                    at, f"{called(place, step)}不能要求“{need.kind.label}”，它只用于{fits}的步骤。"
                )
            if need.kind is NeedKind.SURVEY_FINISHED and not surveys:
                yield FieldError(
                    at, f"{called(place, step)}要求先完成调研，但流程里没有“调研”步骤，永远无法满足。"
                )
        for kind in dict.fromkeys(kinds):
            if kind is not NeedKind.DOCUMENTS and kinds.count(kind) > 1:
                yield FieldError(
                    f"steps.{place}.needs", f"{called(place, step)}的条件“{kind.label}”写了两次。"
                )
        names = [need.document for need in step.needs if need.kind is NeedKind.DOCUMENTS]
        if len(set(names)) < len(names):
            yield FieldError(f"steps.{place}.needs", f"{called(place, step)}要上传的材料有重名，请合并份数。")
        if step.kind is StepKind.VOTE and NeedKind.MAJORITY not in kinds:
            yield FieldError(
                f"steps.{place}.needs", f"{called(place, step)}是表决，要写明怎样算通过（条件“表决通过”）。"
            )


def _way_faults(template: Template) -> Iterator[FieldError]:
    reached, ends = _reached(template), _ending(template)
    surveys = frozenset(step.code for step in template.steps if step.kind is StepKind.SURVEY)
    unsurveyed = _reached(template, without=surveys)
    for place, step in enumerate(template.steps):
        if step.code not in reached:
            yield FieldError(
                f"steps.{place}", f"{called(place, step)}走不到：没有任何步骤以它为下一步，请接上或删去。"
            )
        if step.code not in ends:
            yield FieldError(
                f"steps.{place}.next",
                f"{called(place, step)}以后永远走不到结束：步骤之间在循环，请给一个出口。",
            )
        wants = any(need.kind is NeedKind.SURVEY_FINISHED for need in step.needs)
        if wants and surveys and step.code in unsurveyed:
            yield FieldError(
                f"steps.{place}.needs",
                f"{called(place, step)}要求先完成调研，但有一条路不经过“调研”步骤就到了这里，会卡住。",
            )


def _reached(template: Template, without: frozenset[str] = frozenset()) -> set[str]:
    """Every step one can come to from the first one, not going through those in `without`."""
    known: set[str] = set()
    front = {template.steps[0].code} - without
    while front:
        known |= front
        front = {branch.to for code in front for branch in template.step(code).next} - known - without - {END}
    return known


def _ending(template: Template) -> set[str]:
    """Every step from which one can come to the end."""
    known, front = {END}, {END}
    while front:
        front = {step.code for step in template.steps if {branch.to for branch in step.next} & front} - known
        known |= front
    return known


def _labels(outcomes: frozenset[StepOutcome]) -> str:
    return _listed(outcome.label for outcome in StepOutcome if outcome in outcomes)


def _listed(labels: Iterator[str]) -> str:
    return "、".join(f"“{label}”" for label in labels)
