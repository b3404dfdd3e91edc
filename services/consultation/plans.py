"""A year's plan as commands find it: its row locked, and what stands in it."""

from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from chassis.ids import derived_id
from chassis.problems import NotFound
from chassis.work import Aggregate, Work
from services.consultation import tables
from services.consultation.rules.planning import PlanStep, after_plan_step
from tongxin_contracts.words import PlanState, TopicState

PLAN_STATES: Final = {state.value: state for state in PlanState}
TOPIC_STATES: Final = {state.value: state for state in TopicState}


def plan_id(committee: str, year: int) -> UUID:
    """The one plan a committee has for a year."""
    return derived_id("plan", committee, year)


async def plan_to(step: PlanStep, year: int, work: Work) -> Aggregate:
    """The plan, moved on by a step; raises NotFound where nobody began one."""
    try:
        plan = await work.load(tables.plan, plan_id(work.committee, year))
    except NotFound as missing:
        raise NotFound(f"{year} 年度还没有协商计划，请先新建") from missing
    plan.change(state=after_plan_step(PLAN_STATES[plan["state"]], step).value)
    return plan


async def planned(plan: UUID, work: Work) -> int:
    """How many topics are in it."""
    count = select(func.count()).select_from(tables.plan_item).where(tables.plan_item.c.plan_id == plan)
    return int(await work.tx.sql.scalar(count) or 0)
