"""Say who is on duty on a day, or invited to it; whoever is new is told."""

from chassis.work import Work
from services.members import tables
from services.members.duty_days import (
    check_planned,
    people_on_duty,
    serving_people,
    state_assigned,
    write_posts,
)
from tongxin_contracts.members.duty_days import AssignDuty
from tongxin_contracts.message import Done


async def assign_duty(command: AssignDuty, work: Work) -> Done:
    """Replace who was on duty; the same people again change nothing."""
    day = await work.load(tables.duty_day, command.day_id)
    day.expect(command.expected_version)
    check_planned(day)
    before = await people_on_duty(work, day.id)
    people = await serving_people(work, command.members, "members")
    if list(before) == list(people):
        return Done(id=day.id, version=day.version)
    await write_posts(work, [(day.id, list(people))])
    state_assigned(
        day, people.values(), [person for member, person in people.items() if member not in before]
    )
    day.note("assign_duty", reason=f"共 {len(people)} 人")
    return Done(id=day.id, version=day.version)
