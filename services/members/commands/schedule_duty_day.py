"""Put one day of duty on the calendar, or move it; whoever is on duty is told of the new time."""

from typing import Any

from chassis.problems import Invalid
from chassis.work import Aggregate, Work
from services.members import tables
from services.members.duty_days import (
    check_planned,
    kind_problems,
    people_on_duty,
    state_assigned,
    times_problems,
)
from tongxin_contracts.members.duty_days import ScheduleDutyDay
from tongxin_contracts.message import Done
from tongxin_contracts.words import DutyDayState

_TOLD_OF = ("on_day", "begins", "ends", "place")


async def schedule_duty_day(command: ScheduleDutyDay, work: Work) -> Done:
    """Make it or change it; raises WrongState for one that was held or cancelled."""
    errors = kind_problems(command.kind) + times_problems(command.begins, command.ends)
    if errors:
        raise Invalid(errors=errors)
    found = await work.load_many(tables.duty_day, [command.day_id])
    if not found:
        day = _create(command, work)
        state_assigned(day, (), ())
        day.note("schedule_duty_day")
        return Done(id=day.id, version=day.version)
    day = found[0]
    check_planned(day)
    day.change(**_columns(command))
    if day.changes:
        people = tuple((await people_on_duty(work, day.id)).values())
        state_assigned(day, people, people if day.changes.keys() & set(_TOLD_OF) else ())
        day.note("schedule_duty_day")
    return Done(id=day.id, version=day.version)


def _columns(command: ScheduleDutyDay) -> dict[str, Any]:
    return {
        "name": command.name,
        "form": command.form,
        "kind": command.kind,
        "on_day": command.on,
        "begins": command.begins,
        "ends": command.ends,
        "place": command.place,
    }


def _create(command: ScheduleDutyDay, work: Work) -> Aggregate:
    return work.create(
        tables.duty_day,
        command.day_id,
        plan_id=None,
        **_columns(command),
        state=DutyDayState.PLANNED,
        invited=None,
        present=None,
        residents=None,
    )
