"""Strike a day off the calendar before it was held; whoever was on duty is told."""

from chassis.work import Work
from services.members import tables
from services.members.duty_days import check_planned, people_on_duty
from tongxin_contracts.members.duty_days import CancelDutyDay, DutyDayCancelled
from tongxin_contracts.message import Done
from tongxin_contracts.words import DutyDayState


async def cancel_duty_day(command: CancelDutyDay, work: Work) -> Done:
    """Cancel it; it stays on the list as cancelled."""
    day = await work.load(tables.duty_day, command.day_id)
    check_planned(day)
    people = await people_on_duty(work, day.id)
    day.change(state=DutyDayState.CANCELLED)
    day.state(
        DutyDayCancelled(
            day_id=day.id,
            name=day["name"],
            form=day["form"],
            on=day["on_day"],
            people=tuple(people.values()),
            reason=command.reason,
        )
    )
    day.note("cancel_duty_day", reason=command.reason)
    return Done(id=day.id, version=day.version)
