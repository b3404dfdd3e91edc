"""Begin a year's consultation plan."""

from sqlalchemy import select

from chassis.problems import WrongState
from chassis.work import Work
from services.consultation import tables
from services.consultation.plans import plan_id
from tongxin_contracts.consultation.planning import DraftPlan, PlanDrafted
from tongxin_contracts.message import Done
from tongxin_contracts.words import PlanState


async def draft_plan(command: DraftPlan, work: Work) -> Done:
    """One plan a year; raises WrongState for a second one."""
    id_ = plan_id(work.committee, command.year)
    if await work.tx.sql.scalar(select(tables.plan.c.id).where(tables.plan.c.id == id_)):
        raise WrongState(f"{command.year} 年度协商计划已经有了")
    plan = work.create(
        tables.plan,
        id_,
        year=command.year,
        state=PlanState.DRAFT.value,
        max_topics=command.max_topics,
        approved_by=None,
        document_number=None,
        approved_on=None,
        published_at=None,
        returned_because=None,
    )
    plan.state(PlanDrafted(plan_id=plan.id, year=command.year))
    plan.note("draft_plan", reason=f"{command.year} 年度，最多 {command.max_topics} 个议题")
    return Done(id=plan.id, version=plan.version)
