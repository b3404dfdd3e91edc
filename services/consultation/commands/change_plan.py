"""Put a topic into a month of the plan, or take it out."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from chassis.problems import NotFound, WrongState
from chassis.work import Aggregate, Work
from services.consultation import tables
from services.consultation.plans import TOPIC_STATES, plan_to, planned
from services.consultation.rules.planning import PlanStep, require_plannable, require_room
from tongxin_contracts.consultation.planning import AddToPlan, PlanChanged, RemoveFromPlan, Study
from tongxin_contracts.message import Done


async def add_to_plan(command: AddToPlan, work: Work) -> Done:
    """Only a taken topic with all five fields; one that is in this plan already moves."""
    plan = await plan_to(PlanStep.CHANGE, command.year, work)
    topic = await work.load(tables.topic, command.topic_id)
    require_plannable(TOPIC_STATES[topic["state"]], Study.model_validate(topic["study"]))
    item = tables.plan_item
    there = await work.tx.sql.scalar(select(item.c.plan_id).where(item.c.topic_id == topic.id))
    if there is not None and there != plan.id:
        raise WrongState("这个议题已经在另一年度的计划里")
    count = await planned(plan.id, work)
    if there is None:
        require_room(count, plan["max_topics"])
    values = {
        "topic_id": topic.id,
        "committee": work.committee,
        "plan_id": plan.id,
        "month": command.month,
        "form": command.form.value,
    }
    await work.tx.sql.execute(
        insert(item)
        .values(values)
        .on_conflict_do_update(
            index_elements=["topic_id"], set_={"month": command.month, "form": command.form.value}
        )
    )
    said = f"《{topic['title']}》列入 {command.month} 月，{command.form.label}"
    return _changed(plan, count + (there is None), "add_to_plan", said)


async def remove_from_plan(command: RemoveFromPlan, work: Work) -> Done:
    """Take it out; raises NotFound for a topic that is not in it."""
    plan = await plan_to(PlanStep.CHANGE, command.year, work)
    item = tables.plan_item
    gone = await work.tx.sql.scalar(
        delete(item)
        .where(item.c.topic_id == command.topic_id, item.c.plan_id == plan.id)
        .returning(item.c.topic_id)
    )
    if gone is None:
        raise NotFound("这个议题不在本年度计划里")
    title = await work.tx.sql.scalar(select(tables.topic.c.title).where(tables.topic.c.id == gone))
    return _changed(plan, await planned(plan.id, work), "remove_from_plan", f"移出《{title}》")


def _changed(plan: Aggregate, topics: int, action: str, said: str) -> Done:
    plan.state(PlanChanged(plan_id=plan.id, year=plan["year"], topics=topics))
    plan.note(action, reason=said)
    return Done(id=plan.id, version=plan.version)
