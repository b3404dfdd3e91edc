"""Times of dispatch and handling: how long a unit may object, until when it has to answer, how far a date may move.

Always holds: a date is never moved earlier; the last day is a working day; no handling takes longer than six months
(domain: usually 3 months from dispatch, hard limit 6; a co-handler 1 or 2; a return within N working days).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.proposals.rules.feedback import months_after
from tongxin_contracts.refusals import FieldError, FieldsRefused, Refused
from tongxin_contracts.words import AllocationPart, AllocationState

HARD_LIMIT_MONTHS: Final = 6
SIGN_WORKING_DAYS: Final = 5
"""Working days a unit has to sign for what was dispatched to it."""

NextWorkingDay = Callable[[date], date]


@dataclass(frozen=True, slots=True)
class DispatchRules:
    """A committee's own times."""

    object_days: int = 5
    """Working days a unit has to return a wrong allocation."""
    answer_days: int = 7
    """Days the office has to answer a return."""
    lead_months: int = 3
    co_months: int = 1
    source: str | None = None

    @property
    def object_rule(self) -> str:
        """As a deadline stores it."""
        return f"预交办后 {self.object_days} 个工作日内可退回，逾期视为接受"

    def due_rule(self, part: AllocationPart) -> str:
        """As a deadline stores it."""
        if part is AllocationPart.CO:
            return f"正式交办后 {self.co_months} 个月内向主办单位提出会办意见"
        return f"正式交办后 {self.lead_months} 个月内答复提案人"

    def due_on(self, dispatched: date, part: AllocationPart, working: NextWorkingDay) -> date:
        """The last day of a unit's part; a day that is no working day moves to the next one."""
        months = self.co_months if part is AllocationPart.CO else self.lead_months
        return working(months_after(dispatched, months))


DEFAULT_RULES: Final = DispatchRules()


def check_units(lead: object, others: Sequence[object]) -> None:
    """Raise FieldsRefused when a unit is named twice."""
    if lead in others:
        raise FieldsRefused(
            "承办单位有重复，请修改。", (FieldError("co_units", "主办单位不能同时是会办单位，请去掉一个。"),)
        )
    if len(set(others)) != len(others):
        raise FieldsRefused(
            "承办单位有重复，请修改。", (FieldError("co_units", "同一个会办单位选了两次，请去掉一个。"),)
        )


def may_return(state: AllocationState, object_by: datetime, now: datetime) -> None:
    """Raise Refused when the unit cannot return it any more."""
    if state not in (AllocationState.PROPOSED, AllocationState.ACCEPTED):
        raise Refused(f"现在是“{state.label}”，不能退回；如确有困难，请与提案委员会办公室联系。")
    if now > object_by:
        raise Refused("已过退回期限，视为接受交办；如确有困难，请与提案委员会办公室联系调整。")


def why_not_dispatched(states: Sequence[AllocationState], object_by: datetime, now: datetime) -> str | None:
    """Why it cannot go out yet, in Chinese; None when it can."""
    if AllocationState.RETURNED in states:
        return "有单位退回，还没有答复；请先调整承办单位或维持原交办。"
    if AllocationState.PROPOSED in states and now <= object_by:
        return "还有单位没有确认，退回期限也没有到。"
    return None


def check_extension(until: date, *, due: date, dispatched: date, today: date, asked_before: bool) -> None:
    """Raise Refused when more time cannot be asked for like this."""
    limit = months_after(dispatched, HARD_LIMIT_MONTHS)
    if asked_before:
        raise Refused("这一轮办理已经申请过延期，不能再次申请。")
    if today > due:
        raise Refused("已经超过办理期限，不能再申请延期；请尽快答复，并向提案委员会办公室说明原因。")
    if until <= due:
        raise Refused(f"延期日期应晚于现在的期限（{due:%Y年%-m月%-d日}）。")
    if until > limit:
        raise Refused(f"办理时间最长 {HARD_LIMIT_MONTHS} 个月，延期不能超过{limit:%Y年%-m月%-d日}。")
