"""The way of a proposal as a graph: which step leads from where to where, and nothing else does.

Always holds: a proposal is in exactly one state of `GRAPH`; all but submitted and returned are ends of this graph, what follows
filing is handling, which has a graph of its own. A draft is no proposal yet: its state is None.
"""

from collections.abc import Mapping
from enum import unique
from types import MappingProxyType
from typing import Final

from tongxin_contracts.refusals import Refused
from tongxin_contracts.words import ProposalState, Word


@unique
class Step(Word):
    """What can be done to a proposal."""

    SUBMIT = "submit", "提交"
    FILE = "file", "立案"
    RETURN = "return", "退回修改"
    NOT_FILE = "not_file", "不予立案"
    MERGE = "merge", "并案"
    CONVERT = "convert", "转为其他件"
    WITHDRAW = "withdraw", "撤回"


GRAPH: Final[Mapping[ProposalState | None, Mapping[Step, ProposalState]]] = MappingProxyType(
    {
        None: {Step.SUBMIT: ProposalState.SUBMITTED},
        ProposalState.SUBMITTED: {
            Step.FILE: ProposalState.FILED,
            Step.RETURN: ProposalState.RETURNED,
            Step.NOT_FILE: ProposalState.NOT_FILED,
            Step.MERGE: ProposalState.MERGED,
            Step.CONVERT: ProposalState.CONVERTED,
            Step.WITHDRAW: ProposalState.WITHDRAWN,
        },
        ProposalState.RETURNED: {
            Step.SUBMIT: ProposalState.SUBMITTED,
            Step.WITHDRAW: ProposalState.WITHDRAWN,
        },
        ProposalState.FILED: {},
        ProposalState.NOT_FILED: {},
        ProposalState.WITHDRAWN: {},
        ProposalState.MERGED: {},
        ProposalState.CONVERTED: {},
    }
)

_WHAT_NEXT: Final[Mapping[ProposalState | None, str]] = MappingProxyType(
    {
        None: "写完后提交，提案委员会办公室即开始审查。",
        ProposalState.SUBMITTED: "等待提案委员会办公室审查，审查结果会及时通知您。",
        ProposalState.RETURNED: "请按退回意见修改后重新提交。",
        ProposalState.FILED: "提案已立案，等待交办承办单位。",
        ProposalState.NOT_FILED: "提案未予立案，可参考未立案原因另行提交新的提案。",
        ProposalState.WITHDRAWN: "提案已由提案人撤回，可另行提交新的提案。",
        ProposalState.MERGED: "提案已并入另一件提案一并办理，全体提案人都保留为联名人。",
        ProposalState.CONVERTED: "提案已转为其他件办理，不再作为提案审查。",
    }
)

_WHY_NOT: Final[Mapping[ProposalState | None, str]] = MappingProxyType(
    {
        None: "提案还没有提交，请先提交。",
        ProposalState.SUBMITTED: "提案正在审查，不能重复提交；如需修改，请联系提案委员会办公室退回。",
        ProposalState.RETURNED: "提案已退回提案人修改，请等待重新提交后再审查。",
        ProposalState.FILED: "提案已经立案，审查已结束，不能再次审查或修改。",
        ProposalState.NOT_FILED: "提案已决定不予立案，不能再次审查或提交；可另行提交新的提案。",
        ProposalState.WITHDRAWN: "提案人已撤回这件提案，审查已结束；提案人可另行提交新的提案。",
        ProposalState.MERGED: "提案已并入另一件提案，请到那一件上办理。",
        ProposalState.CONVERTED: "提案已转为其他件，不能再按提案审查；可另行提交新的提案。",
    }
)


class StepRefused(Refused):
    """The step does not lead anywhere from this state."""

    def __init__(self, state: ProposalState | None, step: Step) -> None:
        super().__init__(f"不能“{step.label}”：{_WHY_NOT[state]}")
        self.state = state
        self.step = step


def allowed(state: ProposalState | None, step: Step) -> bool:
    """Whether the graph has this step."""
    return step in GRAPH[state]


def after(state: ProposalState | None, step: Step) -> ProposalState:
    """The state the step leads to; raises StepRefused where the graph has no such step."""
    if not allowed(state, step):
        raise StepRefused(state, step)
    return GRAPH[state][step]


def steps_from(state: ProposalState | None) -> tuple[Step, ...]:
    """What can be done now, in the order a page offers it."""
    return tuple(GRAPH[state])


def what_next(state: ProposalState | None) -> str:
    """One Chinese sentence on what happens next and who has to act."""
    return _WHAT_NEXT[state]
