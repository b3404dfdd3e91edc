"""Say which duty recurs on which day of the month (row 08: reception on the 8th, in the morning)."""

from chassis.problems import Invalid
from chassis.work import Work
from services.members import tables
from services.members.duty_days import kind_problems
from tongxin_contracts.members.duty_days import DutyPlanSet, SetDutyPlan
from tongxin_contracts.message import Done


async def set_duty_plan(command: SetDutyPlan, work: Work) -> Done:
    """Make the plan or change it; the same said again changes nothing. Days planned already stay."""
    errors = kind_problems(command.kind)
    if errors:
        raise Invalid(errors=errors)
    columns = command.model_dump(exclude={"committee", "plan_id"})
    found = await work.load_many(tables.duty_plan, [command.plan_id])
    if found:
        plan = found[0]
        plan.change(**columns)
        if not plan.changes:
            return Done(id=plan.id, version=plan.version)
    else:
        plan = work.create(tables.duty_plan, command.plan_id, **columns)
    plan.state(
        DutyPlanSet(
            plan_id=plan.id,
            name=command.name,
            form=command.form,
            day_of_month=command.day_of_month,
            half=command.half,
            shift=command.shift,
            active=command.active,
        )
    )
    plan.note(
        "set_duty_plan", reason=f"每月 {command.day_of_month} 日{command.half.label}，{command.shift.label}"
    )
    return Done(id=plan.id, version=plan.version)
