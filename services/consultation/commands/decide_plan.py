"""The way of a plan from draft to public: submitted, given back, approved, published."""

from sqlalchemy import select

from chassis.calendar import local_date
from chassis.problems import Invalid, WrongState
from chassis.tasks import Opened
from chassis.work import Work
from services.consultation import tables
from services.consultation.plans import plan_to, planned
from services.consultation.rules.planning import PlanStep
from tongxin_contracts.consultation.planning import (
    ApprovePlan,
    PlanApproved,
    PlanItem,
    PlanPublished,
    PlanReturned,
    PlanSubmitted,
    PublishPlan,
    ReturnPlan,
    SubmitPlan,
)
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.words import ConsultationForm, TaskKind


async def submit_plan(command: SubmitPlan, work: Work) -> Done:
    """Ask the chairs' meeting; an empty plan is refused."""
    plan = await plan_to(PlanStep.SUBMIT, command.year, work)
    if not await planned(plan.id, work):
        raise WrongState("计划里还没有议题，请先把议题排进月份")
    plan.change(returned_because=None)
    plan.state(PlanSubmitted(plan_id=plan.id, year=command.year))
    plan.note("submit_plan")
    await work.open_task(
        Opened(
            kind=TaskKind.APPROVE_PLAN,
            matter=plan.id,
            title=f"{command.year} 年度协商计划",
            role=Role.CHAIRS_MEETING.value,
        )
    )
    return Done(id=plan.id, version=plan.version)


async def return_plan(command: ReturnPlan, work: Work) -> Done:
    """Give it back with a reason."""
    plan = await plan_to(PlanStep.RETURN, command.year, work)
    plan.change(returned_because=command.reason)
    plan.state(PlanReturned(plan_id=plan.id, year=command.year, reason=command.reason))
    plan.note("return_plan", reason=command.reason)
    await work.close_tasks(plan.id, kinds=[TaskKind.APPROVE_PLAN])
    return Done(id=plan.id, version=plan.version)


async def approve_plan(command: ApprovePlan, work: Work) -> Done:
    """Record the party committee's approval, then the office publishes."""
    if command.approved_on > local_date(work.now):
        message = "批准日期不能晚于今天。"
        raise Invalid(errors=[FieldProblem(field="approved_on", message=message)])
    plan = await plan_to(PlanStep.APPROVE, command.year, work)
    plan.change(
        approved_by=command.approved_by,
        document_number=command.document_number,
        approved_on=command.approved_on,
    )
    plan.state(
        PlanApproved(
            plan_id=plan.id,
            year=command.year,
            approved_by=command.approved_by,
            document_number=command.document_number,
            approved_on=command.approved_on,
        )
    )
    plan.note("approve_plan", reason=f"{command.approved_by}，{command.document_number}")
    await work.close_tasks(plan.id, kinds=[TaskKind.APPROVE_PLAN])
    await work.open_task(
        Opened(
            kind=TaskKind.PUBLISH_PLAN,
            matter=plan.id,
            title=f"{command.year} 年度协商计划",
            role=Role.COMMITTEE_OFFICE.value,
        )
    )
    return Done(id=plan.id, version=plan.version)


async def publish_plan(command: PublishPlan, work: Work) -> Done:
    """Say it to everybody."""
    plan = await plan_to(PlanStep.PUBLISH, command.year, work)
    item, topic = tables.plan_item, tables.topic
    rows = await work.tx.sql.execute(
        select(item.c.topic_id, topic.c.title, item.c.month, item.c.form)
        .join(topic, topic.c.id == item.c.topic_id)
        .where(item.c.plan_id == plan.id)
        .order_by(item.c.month, topic.c.title)
    )
    items = tuple(
        PlanItem(topic_id=row.topic_id, title=row.title, month=row.month, form=ConsultationForm.of(row.form))
        for row in rows
    )
    plan.change(published_at=work.now)
    plan.state(
        PlanPublished(
            plan_id=plan.id, year=command.year, document_number=plan["document_number"], items=items
        )
    )
    plan.note("publish_plan", reason=f"{len(items)} 个议题")
    await work.close_tasks(plan.id, kinds=[TaskKind.PUBLISH_PLAN])
    return Done(id=plan.id, version=plan.version)
