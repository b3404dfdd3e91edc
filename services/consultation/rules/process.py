"""How a process goes through its template: what a step lacks, and which step follows an outcome.

Always holds: a step ends only with everything it needs and by an outcome its template has; a vote passes by its numbers and
not by somebody's word; whoever is asked and does not rate is not satisfied; no consensus leads where the template says
and nowhere else.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tongxin_contracts.consultation.templates import END, Need, Step, Template
from tongxin_contracts.plain_text import tidy
from tongxin_contracts.refusals import FieldError, FieldsRefused, Refused
from tongxin_contracts.words import Majority, NeedKind, ProcessOutcome, StepKind, StepOutcome

WorkingDays = Callable[[date, date], int]
"""Working days after the first date up to the second one."""

WITHOUT_CONSENSUS: Final = frozenset(
    {ProcessOutcome.OPINIONS_FOR_DECISION, ProcessOutcome.MINUTES, ProcessOutcome.SPECIAL_REPORT}
)
"""What a consultation can come to that ended without consensus: opinions for whoever decides (row 09)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What somebody gave when ending a step."""

    fields: Mapping[str, str] = field(default_factory=dict)
    documents: Sequence[str] = ()
    """Kinds of the documents that are there."""
    notice_on: date | None = None
    held_on: date | None = None
    present: int | None = None
    stakeholders: int | None = None
    in_favour: int | None = None
    against: int | None = None
    fixed: int = 0
    """Members of the fixed team who take part."""
    invited: int = 0
    """People who join for this once."""


def complete(
    template: Template,
    step: Step,
    outcome: StepOutcome,
    inputs: Inputs,
    *,
    surveyed: bool,
    working_days: WorkingDays,
) -> str:
    """The code of the step that follows, or `end`; raises FieldsRefused that says everything that is missing.

    `surveyed`: whether a survey of this process is finished.
    """
    branch = next((branch for branch in step.next if branch.outcome is outcome), None)
    if branch is None:
        known = "、".join(f"“{branch.outcome.label}”" for branch in step.next)
        raise Refused(f"“{step.name}”不能以“{outcome.label}”结束，可选的结果：{known}。")
    errors = [
        error
        for need in step.needs
        for error in _lacking(need, outcome, inputs, surveyed=surveyed, working_days=working_days)
    ]
    errors += _counts(inputs)
    if errors:
        raise FieldsRefused(f"“{step.name}”还不能结束，请补齐以下内容", tuple(errors))
    if branch.to != END:
        template.step(branch.to)
    return branch.to


def still_waiting(step: Step, documents: Collection[str], *, surveyed: bool) -> list[str]:
    """What can be said to be missing before anybody fills in the form."""
    found = []
    for need in step.needs:
        if need.kind is NeedKind.DOCUMENTS:
            found += _documents_lacking(need, list(documents))
        elif need.kind is NeedKind.SURVEY_FINISHED and not surveyed:
            found.append("尚未完成调研（不调研不协商）")
    return found


def _lacking(  # noqa: PLR0911  (one for each kind of need)
    need: Need,
    outcome: StepOutcome,
    inputs: Inputs,
    *,
    surveyed: bool,
    working_days: WorkingDays,
) -> list[FieldError]:
    match need.kind:
        case NeedKind.FIELDS:
            return [
                FieldError(f"fields.{name}", f"“{name}”没有填写。")
                for name in need.fields
                if not tidy(inputs.fields.get(name, ""))
            ]
        case NeedKind.DOCUMENTS:
            return [FieldError("documents", text) for text in _documents_lacking(need, inputs.documents)]
        case NeedKind.SURVEY_FINISHED:
            return (
                [] if surveyed else [FieldError("survey", "尚未完成调研，不调研不协商；请先完成调研步骤。")]
            )
        case NeedKind.STAKEHOLDERS:
            return _stakeholders(need, inputs)
        case NeedKind.MAJORITY:
            return _majority(need, outcome, inputs)
        case NeedKind.NOTICE:
            return _notice(need, inputs, working_days)
        case NeedKind.TEAM:
            return _team(need, inputs)


def _documents_lacking(need: Need, there: Sequence[str]) -> list[str]:
    has = sum(kind == need.document for kind in there)
    if has >= need.count:
        return []
    more = f"，要 {need.count} 份，现有 {has} 份" if need.count > 1 else ""
    return [f"缺少材料“{need.document}”{more}。"]


def _stakeholders(need: Need, inputs: Inputs) -> list[FieldError]:
    if not inputs.present or inputs.stakeholders is None:
        return [FieldError("stakeholders", "请填写参会人数和其中的利益相关方人数。")]
    if inputs.stakeholders * 100 >= need.percent * inputs.present:
        return []
    least = -(-need.percent * inputs.present // 100)
    return [
        FieldError(
            "stakeholders",
            f"利益相关方代表不得少于参会人数的 {need.percent}%：{inputs.present} 人参会至少要 {least} 人，"
            f"现有 {inputs.stakeholders} 人，会议不能举行。",
        )
    ]


def _majority(need: Need, outcome: StepOutcome, inputs: Inputs) -> list[FieldError]:
    if not inputs.present or inputs.in_favour is None or inputs.against is None:
        return [FieldError("in_favour", "请填写到会人数、赞成票和反对票。")]
    if inputs.in_favour + inputs.against > inputs.present:
        return [FieldError("in_favour", "赞成票和反对票之和超过了到会人数，请核对。")]
    two_thirds = need.majority is Majority.TWO_THIRDS
    passed = (
        inputs.in_favour * 3 >= inputs.present * 2 if two_thirds else inputs.in_favour * 2 > inputs.present
    )
    if passed == (outcome is StepOutcome.PASSED):
        return []
    count = f"到会 {inputs.present} 人，赞成 {inputs.in_favour} 票，{need.majority.label}才算通过"
    said = "应选“未通过”" if not passed else "已经达到，应选“通过”"
    return [FieldError("outcome", f"{count}，{said}。")]


def _notice(need: Need, inputs: Inputs, working_days: WorkingDays) -> list[FieldError]:
    if inputs.notice_on is None or inputs.held_on is None:
        return [FieldError("notice_on", "请填写通知日期和会议日期。")]
    days = working_days(inputs.notice_on, inputs.held_on)
    if days >= need.days:
        return []
    return [
        FieldError(
            "notice_on", f"会议应提前 {need.days} 个工作日通知，现在只提前了 {max(days, 0)} 个工作日。"
        )
    ]


def _team(need: Need, inputs: Inputs) -> list[FieldError]:
    if inputs.fixed >= need.fixed and inputs.invited >= need.invited:
        return []
    return [
        FieldError(
            "team",
            f"参加协商的固定成员至少 {need.fixed} 人，现有 {inputs.fixed} 人；"
            f"另外邀请至少 {need.invited} 人，现有 {inputs.invited} 人。请先补齐人员。",
        )
    ]


def _counts(inputs: Inputs) -> list[FieldError]:
    if inputs.present is not None and (inputs.stakeholders or 0) > inputs.present:
        return [FieldError("stakeholders", "利益相关方人数超过了参会人数，请核对。")]
    return []


def is_satisfied(rating: StepOutcome | None) -> bool:
    """Only who says so is satisfied: nobody who did not rate (row 60)."""
    return rating is StepOutcome.SATISFIED


def after_silence(step: Step) -> StepOutcome | None:
    """What a step comes to when its time is over and nobody did it: a rating is unrated; nothing else ends by itself."""
    return StepOutcome.UNRATED if step.kind is StepKind.RATING else None


def require_outcome(outcome: ProcessOutcome, *, consensus: bool | None) -> None:
    """Raise Refused where a consultation without consensus is given the outcome of one with it."""
    if consensus is False and outcome not in WITHOUT_CONSENSUS:
        known = "、".join(f"“{one.label}”" for one in ProcessOutcome if one in WITHOUT_CONSENSUS)
        raise Refused(f"会议未达成共识，不能形成“{outcome.label}”；可以形成：{known}。")
