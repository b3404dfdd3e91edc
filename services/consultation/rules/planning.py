"""Topics on their way into the yearly plan: the five fields (row 54), and how a plan goes from draft to public.

Always holds: a topic without a whole pre-feasibility is in no plan; a plan that was submitted changes only after it was
given back; it is published only with the party committee's approval on record.
"""

from collections.abc import Mapping
from enum import unique
from types import MappingProxyType
from typing import Final

from tongxin_contracts.consultation.planning import STUDY_FIELDS, Study
from tongxin_contracts.plain_text import tidy
from tongxin_contracts.refusals import FieldError, FieldsRefused, Refused
from tongxin_contracts.words import PlanState, TopicSource, TopicState, Word


@unique
class PlanStep(Word):
    """What can be done to a plan."""

    CHANGE = "change", "调整"
    SUBMIT = "submit", "提请审议"
    RETURN = "return", "退回修改"
    APPROVE = "approve", "批准"
    PUBLISH = "publish", "公布"


PLAN_GRAPH: Final[Mapping[PlanState, Mapping[PlanStep, PlanState]]] = MappingProxyType(
    {
        PlanState.DRAFT: {PlanStep.CHANGE: PlanState.DRAFT, PlanStep.SUBMIT: PlanState.SUBMITTED},
        PlanState.SUBMITTED: {PlanStep.RETURN: PlanState.DRAFT, PlanStep.APPROVE: PlanState.APPROVED},
        PlanState.APPROVED: {PlanStep.PUBLISH: PlanState.PUBLISHED},
        PlanState.PUBLISHED: {},
    }
)


def missing_fields(study: Study) -> tuple[str, ...]:
    """Names in the message of the fields that are empty."""
    return tuple(name for name in STUDY_FIELDS if not tidy(getattr(study, name)))


def require_study(study: Study) -> None:
    """Raise FieldsRefused that names each missing field."""
    missing = missing_fields(study)
    if missing:
        names = "、".join(f"“{STUDY_FIELDS[name]}”" for name in missing)
        raise FieldsRefused(
            f"选题预可研要五要素齐全，还缺{names}",
            tuple(FieldError(f"study.{name}", f"请填写“{STUDY_FIELDS[name]}”。") for name in missing),
        )


def after_plan_step(state: PlanState, step: PlanStep) -> PlanState:
    """The state a step leads to; raises Refused where the plan's state has no such step."""
    found = PLAN_GRAPH[state].get(step)
    if found is None:
        raise Refused(f"年度协商计划“{state.label}”，不能{step.label}。")
    return found


def require_room(planned: int, max_topics: int) -> None:
    """Raise Refused when the plan is full."""
    if planned >= max_topics:
        raise Refused(f"本年度计划最多 {max_topics} 个议题，已经排满；请先移出一个。")


def require_plannable(state: TopicState, study: Study) -> None:
    """Raise Refused unless the topic is taken and its pre-feasibility is whole."""
    if state is not TopicState.TAKEN:
        raise Refused(f"只有已列的议题才能进入年度计划，这个议题现在是“{state.label}”。")
    require_study(study)


def require_source(source: TopicSource) -> None:
    """Raise Refused for a proposal: it becomes a topic by being taken, so that both stay tied together."""
    if source is TopicSource.PROPOSAL:
        raise Refused("提案请在“备选提案”中列为议题，不用另外提出。")
