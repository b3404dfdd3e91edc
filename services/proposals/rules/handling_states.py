"""The way of a filed proposal through its handling as a graph: which step leads from where to where, nothing else does.

Always holds: no reply is sent from a state nobody signed for; a handling is repeated at most once (its `round` says
which it is); a closed one opens again only by a commitment that has come due.
"""

from collections.abc import Mapping
from enum import unique
from types import MappingProxyType
from typing import Final

from tongxin_contracts.refusals import Refused
from tongxin_contracts.words import HandlingState, Word


@unique
class HandlingStep(Word):
    """What can be done in handling."""

    PRE_DISPATCH = "pre_dispatch", "预交办"
    REALLOCATE = "reallocate", "调整承办单位"
    DISPATCH = "dispatch", "正式交办"
    SIGN = "sign", "签收"
    WORK = "work", "办理"
    REPLY = "reply", "答复"
    REHANDLE = "rehandle", "重新办理"
    CLOSE = "close", "办结"
    COMMITMENT_DUE = "commitment_due", "承诺到期"
    COMMITMENT_SETTLED = "commitment_settled", "承诺核销"


_S: Final = HandlingState
_T: Final = HandlingStep

GRAPH: Final[Mapping[HandlingState | None, Mapping[HandlingStep, HandlingState]]] = MappingProxyType(
    {
        None: {_T.PRE_DISPATCH: _S.PRE_DISPATCHED},
        _S.PRE_DISPATCHED: {_T.REALLOCATE: _S.PRE_DISPATCHED, _T.DISPATCH: _S.DISPATCHED},
        _S.DISPATCHED: {_T.SIGN: _S.IN_HAND},
        _S.IN_HAND: {_T.WORK: _S.IN_HAND, _T.REPLY: _S.REPLIED},
        _S.REPLIED: {_T.REHANDLE: _S.REHANDLING, _T.CLOSE: _S.CLOSED},
        _S.REHANDLING: {_T.WORK: _S.REHANDLING, _T.REPLY: _S.REPLIED},
        _S.CLOSED: {_T.COMMITMENT_DUE: _S.TRACKED},
        _S.TRACKED: {_T.COMMITMENT_DUE: _S.TRACKED, _T.COMMITMENT_SETTLED: _S.CLOSED},
    }
)
"""SIGN is the lead unit's; co-handlers sign without moving the handling."""

_WHY_NOT: Final[Mapping[HandlingState | None, str]] = MappingProxyType(
    {
        None: "提案还没有预交办，请先确定主办和会办单位。",
        _S.PRE_DISPATCHED: "提案还在预交办，等待单位确认和正式交办。",
        _S.DISPATCHED: "提案已正式交办，请主办单位先签收。",
        _S.IN_HAND: "提案正在办理，答复以后才能进行这一步。",
        _S.REPLIED: "提案已经答复，正在征求提案人意见。",
        _S.REHANDLING: "提案正在重新办理，重新答复以后才能进行这一步。",
        _S.CLOSED: "提案已经办结。",
        _S.TRACKED: "提案已经办结，正在核对到期的承诺。",
    }
)


class HandlingStepRefused(Refused):
    """The step does not lead anywhere from this state."""

    def __init__(self, state: HandlingState | None, step: HandlingStep) -> None:
        super().__init__(f"现在不能“{step.label}”：{_WHY_NOT[state]}")
        self.state = state
        self.step = step


def allowed(state: HandlingState | None, step: HandlingStep) -> bool:
    """Whether the graph has this step."""
    return step in GRAPH[state]


def after(state: HandlingState | None, step: HandlingStep) -> HandlingState:
    """The state the step leads to; raises HandlingStepRefused where the graph has no such step."""
    if not allowed(state, step):
        raise HandlingStepRefused(state, step)
    return GRAPH[state][step]
