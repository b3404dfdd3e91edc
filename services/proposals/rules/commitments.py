"""The way of a promise as a graph, and what promises do to the handling they belong to.

Always holds: a promise gets a new date once at most and never an earlier one; what is due stays due until it is
settled; a handling has promises to settle exactly while one of them is due or reported.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import unique
from types import MappingProxyType
from typing import Final

from tongxin_contracts.refusals import FieldError, FieldsRefused, Refused
from tongxin_contracts.words import CommitmentState, ReplyClass, Word

COMMENT_WORKING_DAYS: Final = 5
"""Working days the proposer has for a word on the unit's report before the office may settle without it."""
REPORT_DAYS: Final = timedelta(days=15)
"""Days the unit has to report after a promise came due."""


@unique
class CommitmentStep(Word):
    """What can happen to a promise."""

    FALL_DUE = "fall_due", "到期"
    REPORT = "report", "报告落实情况"
    KEEP = "keep", "核定为已兑现"
    POSTPONE = "postpone", "改期"
    BREAK = "break", "核定为未兑现"
    REPLACE = "replace", "由重新答复代替"


_S: Final = CommitmentState
_T: Final = CommitmentStep

GRAPH: Final[Mapping[CommitmentState, Mapping[CommitmentStep, CommitmentState]]] = MappingProxyType(
    {
        _S.OPEN: {_T.FALL_DUE: _S.DUE, _T.REPLACE: _S.REPLACED},
        _S.DUE: {_T.REPORT: _S.REPORTED, _T.REPLACE: _S.REPLACED},
        _S.REPORTED: {
            _T.REPORT: _S.REPORTED,
            _T.KEEP: _S.KEPT,
            _T.POSTPONE: _S.OPEN,
            _T.BREAK: _S.BROKEN,
            _T.REPLACE: _S.REPLACED,
        },
        _S.KEPT: {},
        _S.BROKEN: {},
        _S.REPLACED: {},
    }
)

_WHY_NOT: Final[Mapping[CommitmentState, str]] = MappingProxyType(
    {
        _S.OPEN: "承诺还没有到期。",
        _S.DUE: "承诺已到期，请承办单位先报告落实情况。",
        _S.REPORTED: "单位已经报告，正在核对。",
        _S.KEPT: "承诺已经核定为兑现。",
        _S.BROKEN: "承诺已经核定为未兑现。",
        _S.REPLACED: "这项承诺已由重新答复代替。",
    }
)


class CommitmentStepRefused(Refused):
    """The step does not lead anywhere from this state."""

    def __init__(self, state: CommitmentState, step: CommitmentStep) -> None:
        super().__init__(f"现在不能“{step.label}”：{_WHY_NOT[state]}")


def after(state: CommitmentState, step: CommitmentStep) -> CommitmentState:
    """The state the step leads to; raises CommitmentStepRefused where there is no such step."""
    if step not in GRAPH[state]:
        raise CommitmentStepRefused(state, step)
    return GRAPH[state][step]


def is_promise(reply_class: ReplyClass, promised_by: date | None) -> bool:
    """Whether a line of a reply has to be looked at again: B and C with a date; what is solved promises nothing."""
    return promised_by is not None and reply_class is not ReplyClass.A


def to_settle(states: Iterable[CommitmentState]) -> bool:
    """Whether any of a handling's promises keeps it open."""
    return any(state in (_S.DUE, _S.REPORTED) for state in states)


def check_new_date(new_date: date, due_on: date, today: date, *, postponed: bool) -> None:
    """Raise FieldsRefused unless a promise may get this date."""
    if postponed:
        raise FieldsRefused(
            "这项承诺已经改过一次期限",
            (FieldError("new_date", "期限只能改一次，请核定为兑现或未兑现。"),),
        )
    if new_date <= max(today, due_on):
        raise FieldsRefused(
            "新的期限太早", (FieldError("new_date", "请填写今天以后、并且晚于原期限的日期。"),)
        )
