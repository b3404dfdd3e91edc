"""Which filed proposals can become topics of consultation, and how a topic goes on (一体两用).

Always holds: a topic stands in exactly one state of `GRAPH`; only what is filed can be taken; a committee takes a
proposal once; nobody takes what they cannot see.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import unique
from types import MappingProxyType
from typing import Final
from uuid import UUID

from tongxin_contracts.refusals import Refused
from tongxin_contracts.words import ProposalState, TopicState, Word


@unique
class TopicStep(Word):
    """What can be done to a topic."""

    TAKE = "take", "列为议题"
    SET_ASIDE = "set_aside", "暂不列入"
    RESTORE = "restore", "恢复备选"


GRAPH: Final[Mapping[TopicState, Mapping[TopicStep, TopicState]]] = MappingProxyType(
    {
        TopicState.CANDIDATE: {
            TopicStep.TAKE: TopicState.TAKEN,
            TopicStep.SET_ASIDE: TopicState.SET_ASIDE,
        },
        TopicState.SET_ASIDE: {
            TopicStep.RESTORE: TopicState.CANDIDATE,
            TopicStep.TAKE: TopicState.TAKEN,
        },
        TopicState.TAKEN: {},
        TopicState.PROPOSED: {
            TopicStep.TAKE: TopicState.TAKEN,
            TopicStep.SET_ASIDE: TopicState.SET_ASIDE,
        },
    }
)


class TopicRefused(Refused):
    """A topic cannot be made or moved."""


@dataclass(frozen=True, slots=True)
class Source:
    """The proposal a topic would come from, as its events told it."""

    proposal_id: UUID
    committee: str
    """The committee that filed it."""
    state: ProposalState


def allowed(state: TopicState, step: TopicStep) -> bool:
    """Whether the graph has this step."""
    return step in GRAPH[state]


def after(state: TopicState, step: TopicStep) -> TopicState:
    """The state the step leads to; raises TopicRefused where the graph has no such step."""
    if not allowed(state, step):
        raise TopicRefused(f"“{state.label}”不能再“{step.label}”。")
    return GRAPH[state][step]


def require_takeable(
    source: Source, committee: str, *, seen: Collection[str], taken: Collection[tuple[str, UUID]]
) -> None:
    """Raise TopicRefused unless `committee` may take the proposal as a topic.

    `seen` are the committees whose filed proposals it sees (itself, and those below); `taken` are the pairs of
    committee and proposal that are topics already.
    """
    if source.committee != committee and source.committee not in seen:
        raise TopicRefused("没有找到这件提案，或它不在本级政协可见的范围内。")
    if source.state is not ProposalState.FILED:
        raise TopicRefused(f"只有已立案的提案才能列为协商议题，这件提案现在是“{source.state.label}”。")
    if (committee, source.proposal_id) in taken:
        raise TopicRefused("这件提案已经列为本级政协的协商议题，不必重复列入。")
