"""Make a year's days of a recurring duty, with who takes which turn; what is there already stays as it is."""

from uuid import UUID

from sqlalchemy import select

from chassis.calendar import is_working_day
from chassis.ids import derived_id
from chassis.problems import WrongState
from chassis.work import Aggregate, Work
from services.members import tables
from services.members.duty_days import serving_people, state_assigned, write_posts
from services.members.rules.duty_days import TIMES, days_of_year, turns
from tongxin_contracts.members.duty_days import DutyDaysPlanned, PlanDutyDays
from tongxin_contracts.message import Done
from tongxin_contracts.words import DayShift, DutyDayState, HalfDay


async def plan_duty_days(command: PlanDutyDays, work: Work) -> Done:
    """Plan the year; raises WrongState for a plan that is out of use or a year that is planned already."""
    plan = await work.load(tables.duty_plan, command.plan_id)
    if not plan["active"]:
        raise WrongState("这项安排已停用，请先恢复使用")
    people = await serving_people(work, command.rotation, "rotation")
    wanted = {
        derived_id("duty_day", plan.id, str(command.year), str(month)): day
        for month, day in days_of_year(
            command.year, plan["day_of_month"], DayShift.of(plan["shift"]), is_working_day
        )
    }
    known = set(
        await work.tx.sql.scalars(select(tables.duty_day.c.id).where(tables.duty_day.c.id.in_(wanted)))
    )
    missing = [day_id for day_id in wanted if day_id not in known]
    if not missing:
        raise WrongState(f"{command.year} 年的日期已经全部排好，可以逐日调整")
    posts: list[tuple[UUID, tuple[UUID, ...]]] = []
    rota = turns(list(people), command.per_day, len(wanted))
    for day_id, members in zip(wanted, rota, strict=True):
        if day_id in known:
            continue
        day = _create(plan, day_id, wanted[day_id], work)
        on_duty = [people[member] for member in members]
        state_assigned(day, on_duty, on_duty)
        day.note("plan_duty_days")
        posts.append((day_id, members))
    await write_posts(work, posts)
    plan.state(
        DutyDaysPlanned(
            plan_id=plan.id,
            name=plan["name"],
            year=command.year,
            days=tuple(wanted[day_id] for day_id in missing),
        )
    )
    plan.note("plan_duty_days", reason=f"{command.year} 年，共 {len(missing)} 次")
    return Done(id=plan.id, version=plan.version)


def _create(plan: Aggregate, day_id: UUID, on: object, work: Work) -> Aggregate:
    begins, ends = TIMES[HalfDay.of(plan["half"])]
    return work.create(
        tables.duty_day,
        day_id,
        plan_id=plan.id,
        name=plan["name"],
        form=plan["form"],
        kind=plan["kind"],
        on_day=on,
        begins=begins,
        ends=ends,
        place=plan["place"],
        state=DutyDayState.PLANNED,
        invited=None,
        present=None,
        residents=None,
    )
