"""A process template as a form that somebody without a programmer fills in, and back to data.

Always holds: what was typed is kept as it was typed, however wrong; codes are made here and never asked for; the JSON and
the form say the same.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

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
from tongxin_contracts.words import Majority, NeedKind, StepKind, StepOutcome

IN_ORDER: Final = "+"
"""As the next step: whatever comes next in the list."""
_COUNTED: Final = re.compile(r"^(.*?)\s*[×xX*]\s*([0-9]{1,2})$")
_KINDS: Final = {kind.value: kind for kind in StepKind}
_ACTORS: Final = {actor.value: actor for actor in StepActor}
STEPS_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StepForm:
    """One step as it is typed."""

    code: str
    name: str = ""
    who: str = StepActor.COMMITTEE_OFFICE.value
    kind: str = StepKind.FORM.value
    days: str = ""
    hint: str = ""
    fields: str = ""
    """One on a line."""
    documents: str = ""
    """One on a line; 「调研报告 ×2」 for two."""
    stakeholders: str = ""
    """Percent."""
    majority: str = ""
    survey: bool = False
    notice: str = ""
    fixed: str = ""
    invited: str = ""
    """Working days."""
    next: Mapping[str, str] = field(default_factory=dict)
    """Outcome -> code, `end`, IN_ORDER, or nothing."""

    @property
    def kind_word(self) -> StepKind:
        """The kind; a form for anything else."""
        return _KINDS.get(self.kind, StepKind.FORM)

    @property
    def outcomes(self) -> tuple[StepOutcome, ...]:
        """Every outcome a step of its kind may have, plain completion first."""
        possible = frozenset[StepOutcome]().union(*OUTCOMES[self.kind_word])
        return tuple(outcome for outcome in StepOutcome if outcome in possible)

    def wants(self, need: NeedKind) -> bool:
        """Whether its kind can have this need."""
        return self.kind_word in NEED_FITS[need]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateForm:
    """A template as it is typed."""

    code: str
    name: str = ""
    summary: str = ""
    source: str = ""
    steps: tuple[StepForm, ...] = ()

    def data(self) -> dict[str, Any]:
        """The template's JSON, right or wrong."""
        return {
            "code": self.code,
            "name": self.name,
            "summary": self.summary,
            "steps": [self._step(place) for place in range(len(self.steps))],
        }

    def json(self) -> str:
        """The same as text."""
        return json.dumps(self.data(), ensure_ascii=False, indent=2)

    def _step(self, place: int) -> dict[str, Any]:
        step = self.steps[place]
        made: dict[str, Any] = {"code": step.code, "name": step.name, "who": step.who, "kind": step.kind}
        if step.hint:
            made["hint"] = step.hint
        needs = _needs(step)
        if needs:
            made["needs"] = needs
        if step.days:
            made["days"] = _number(step.days)
        made["next"] = [
            {"outcome": outcome.value, "to": self._after(place) if to == IN_ORDER else to}
            for outcome in step.outcomes
            if (to := step.next.get(outcome.value, ""))
        ]
        return made

    def _after(self, place: int) -> str:
        return self.steps[place + 1].code if place + 1 < len(self.steps) else END

    def drawable(self) -> tuple[Step, ...]:
        """Steps for the chart and the list, however wrong the rest is."""
        return tuple(
            Step(
                code=step.code,
                name=step.name,
                who=_ACTORS.get(step.who, StepActor.COMMITTEE_OFFICE),
                kind=step.kind_word,
                days=int(step.days) if step.days.isdecimal() else None,
                next=tuple(
                    Branch(outcome=StepOutcome.of(one["outcome"]), to=one["to"])
                    for one in self._step(place)["next"]
                ),
            )
            for place, step in enumerate(self.steps)
        )

    def with_step(self) -> "TemplateForm":
        """One step more at the end."""
        if len(self.steps) >= STEPS_MAX:
            return self
        taken = {step.code for step in self.steps}
        code = next(f"s{n}" for n in range(1, STEPS_MAX + 2) if f"s{n}" not in taken)
        return replace(self, steps=(*self.steps, StepForm(code=code, next=_in_order(StepKind.FORM))))

    def without_step(self, place: int) -> "TemplateForm":
        """Without one; what led there leads to whatever comes next in the list."""
        gone = self.steps[place].code if 0 <= place < len(self.steps) else ""
        kept = [
            replace(step, next={outcome: IN_ORDER if to == gone else to for outcome, to in step.next.items()})
            for step in self.steps
            if step.code != gone
        ]
        return replace(self, steps=tuple(kept))

    def moved(self, place: int, by: int) -> "TemplateForm":
        """One step moved up or down the list."""
        steps, to = list(self.steps), place + by
        if 0 <= place < len(steps) and 0 <= to < len(steps):
            steps[place], steps[to] = steps[to], steps[place]
        return replace(self, steps=tuple(steps))


def new_code(id_: UUID) -> str:
    """A code for a template of one's own; nobody has to think of one."""
    return f"own_{id_.hex[-10:]}"


def blank(code: str) -> TemplateForm:
    """Something to begin with: three steps that already hang together."""
    names = (("提出", StepKind.FORM), ("协商", StepKind.MEETING), ("反馈", StepKind.FEEDBACK))
    steps = tuple(
        StepForm(code=f"s{place}", name=name, kind=kind.value, next=_in_order(kind))
        for place, (name, kind) in enumerate(names, 1)
    )
    return TemplateForm(code=code, steps=steps)


def _in_order(kind: StepKind) -> dict[str, str]:
    return {outcome.value: IN_ORDER for outcome in sorted(OUTCOMES[kind][0])}


def from_template(template: Template, *, code: str, name: str, source: str) -> TemplateForm:
    """The form of a template."""
    order = [step.code for step in template.steps]
    return TemplateForm(
        code=code,
        name=name,
        summary=template.summary,
        source=source,
        steps=tuple(
            _form_of(step, after) for step, after in zip(template.steps, [*order[1:], END], strict=True)
        ),
    )


def _form_of(step: Step, after: str) -> StepForm:
    by_kind = {need.kind: need for need in step.needs}

    def of(kind: NeedKind) -> Need | None:
        return by_kind.get(kind)

    fields, share, vote = of(NeedKind.FIELDS), of(NeedKind.STAKEHOLDERS), of(NeedKind.MAJORITY)
    notice, team = of(NeedKind.NOTICE), of(NeedKind.TEAM)
    documents = [need for need in step.needs if need.kind is NeedKind.DOCUMENTS]
    return StepForm(
        code=step.code,
        name=step.name,
        who=step.who.value,
        kind=step.kind.value,
        days=str(step.days or ""),
        hint=step.hint,
        fields="\n".join(fields.fields) if fields else "",
        documents="\n".join(
            need.document + (f" ×{need.count}" if need.count > 1 else "") for need in documents
        ),
        stakeholders=str(share.percent) if share else "",
        majority=vote.majority.value if vote else "",
        survey=of(NeedKind.SURVEY_FINISHED) is not None,
        notice=str(notice.days) if notice else "",
        fixed=str(team.fixed) if team else "",
        invited=str(team.invited) if team else "",
        next={branch.outcome.value: IN_ORDER if branch.to == after else branch.to for branch in step.next},
    )


def _needs(step: StepForm) -> list[dict[str, Any]]:
    """What the step asks for; what its kind cannot have is left out, since the form does not show it."""
    found: list[dict[str, Any]] = []
    if names := _lines(step.fields):
        found.append({"kind": NeedKind.FIELDS.value, "fields": names})
    if step.wants(NeedKind.DOCUMENTS):
        for line in _lines(step.documents):
            counted = _COUNTED.match(line)
            name, count = (counted[1], int(counted[2])) if counted else (line, 1)
            found.append({"kind": NeedKind.DOCUMENTS.value, "document": name, "count": count})
    if step.stakeholders and step.wants(NeedKind.STAKEHOLDERS):
        found.append({"kind": NeedKind.STAKEHOLDERS.value, "percent": _number(step.stakeholders)})
    if step.majority and step.wants(NeedKind.MAJORITY):
        found.append({"kind": NeedKind.MAJORITY.value, "majority": step.majority})
    if step.survey and step.wants(NeedKind.SURVEY_FINISHED):
        found.append({"kind": NeedKind.SURVEY_FINISHED.value})
    if step.notice and step.wants(NeedKind.NOTICE):
        found.append({"kind": NeedKind.NOTICE.value, "days": _number(step.notice)})
    if (step.fixed or step.invited) and step.wants(NeedKind.TEAM):
        given = {"fixed": step.fixed, "invited": step.invited}
        found.append(
            {"kind": NeedKind.TEAM.value} | {name: _number(text) for name, text in given.items() if text}
        )
    return found


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() and len(text) < 10 else text


def read_form(form: Mapping[str, Any], code: str) -> TemplateForm:
    """What a page sent."""
    given = str(form.get("steps", "0"))
    count = min(int(given) if given.isdecimal() else 0, STEPS_MAX)
    return TemplateForm(
        code=code,
        name=_text(form, "name"),
        summary=_text(form, "summary"),
        source=_text(form, "source"),
        steps=tuple(_read_step(form, f"s{place}") for place in range(count)),
    )


def _read_step(form: Mapping[str, Any], at: str) -> StepForm:
    step = StepForm(
        code=_text(form, f"{at}.code"),
        name=_text(form, f"{at}.name"),
        who=_text(form, f"{at}.who"),
        kind=_text(form, f"{at}.kind"),
        days=_text(form, f"{at}.days"),
        hint=_text(form, f"{at}.hint"),
        fields=_text(form, f"{at}.fields"),
        documents=_text(form, f"{at}.documents"),
        stakeholders=_text(form, f"{at}.stakeholders"),
        majority=_text(form, f"{at}.majority"),
        survey=_text(form, f"{at}.survey") == "1",
        notice=_text(form, f"{at}.notice"),
        fixed=_text(form, f"{at}.fixed"),
        invited=_text(form, f"{at}.invited"),
    )
    chosen = {outcome.value: _text(form, f"{at}.next.{outcome.value}") for outcome in StepOutcome}
    was = _text(form, f"{at}.was")
    if was and was != step.kind:
        # Another kind has other outcomes: they begin in order, and a vote begins with a plain majority.
        chosen = _in_order(step.kind_word)
        if step.kind_word is StepKind.VOTE:
            step = replace(step, majority=step.majority or Majority.SIMPLE.value)
    return replace(step, next={outcome: to for outcome, to in chosen.items() if to})


def read_json(text: str, form: TemplateForm) -> TemplateForm | None:
    """The form of a template given as JSON; None where it is not readable as one."""
    try:
        data = json.loads(text)
        template = Template.model_validate({**data, "code": form.code})
    except (ValueError, TypeError, RecursionError):
        return None
    return from_template(template, code=form.code, name=template.name, source=form.source)


def _text(form: Mapping[str, Any], name: str) -> str:
    return str(form.get(name, "")).replace("\r\n", "\n").strip()


def wanted(need: Need) -> str:  # noqa: PLR0911  (one for each kind of need)
    """A need in words, for whoever reads what a step asks for."""
    match need.kind:
        case NeedKind.FIELDS:
            return "填写：" + "、".join(need.fields)
        case NeedKind.DOCUMENTS:
            return f"上传：{need.document}" + (f"（{need.count} 份）" if need.count > 1 else "")
        case NeedKind.STAKEHOLDERS:
            return f"利益相关方不少于参会人数的 {need.percent}%"
        case NeedKind.MAJORITY:
            return f"到会人数{need.majority.label}赞成才算通过"
        case NeedKind.SURVEY_FINISHED:
            return "先完成调研（不调研不协商）"
        case NeedKind.NOTICE:
            return f"提前 {need.days} 个工作日通知"
        case NeedKind.TEAM:
            return f"固定成员至少 {need.fixed} 人，另外邀请至少 {need.invited} 人"


def follows(branches: Sequence[Branch], steps: Sequence[Step]) -> str:
    """Which step follows, in words: 「达成共识转“办理”；未达成共识转“报送”。」"""
    names = {step.code: step.name or "（未命名）" for step in steps} | {END: "结束"}
    ways = [
        ("" if branch.outcome is StepOutcome.DONE else branch.outcome.label)
        + f"转“{names.get(branch.to, '（还没有这一步）')}”"
        for branch in branches
    ]
    return "；".join(ways) + "。" if ways else "没有下一步。"
