"""Record what a day of duty came to; everybody's duty is credited in the same transaction, set by set."""

from collections.abc import Sequence

from sqlalchemy import insert

from chassis.calendar import local_date
from chassis.ids import derived_id
from chassis.problems import Invalid
from chassis.work import Aggregate, Work
from services.members import tables
from services.members.corrections import reckon_again
from services.members.duty_days import check_planned, serving_people, write_posts
from tongxin_contracts.members.duty_days import DutyDayRecorded, RecordDutyDay
from tongxin_contracts.members.events import DutyRecorded
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.words import Attendance, Authorship, DutyDayState, DutyKind, MatterOutcome


async def record_duty_day(command: RecordDutyDay, work: Work) -> Done:
    """Record it once; raises WrongState for a day that was recorded or cancelled, Invalid for numbers that cannot be."""
    day = await work.load(tables.duty_day, command.day_id)
    day.expect(command.expected_version)
    check_planned(day)
    invited, present = _counts(command)
    _check(command, day, work, invited, present)
    await serving_people(work, [one.member_id for one in command.took], "took")
    members = await work.load_many(tables.member, [one.member_id for one in command.took])
    await _credit(command, day, members, work)
    await _write_posts(command, day, work)
    await _write_matters(command, day, work)
    day.change(state=DutyDayState.RECORDED, invited=invited, present=present, residents=command.residents)
    solved = sum(matter.outcome is MatterOutcome.SOLVED for matter in command.matters)
    day.state(
        DutyDayRecorded(
            day_id=day.id,
            form=day["form"],
            on=day["on_day"],
            invited=invited,
            present=present,
            residents=command.residents,
            matters=len(command.matters),
            solved=solved,
        )
    )
    day.note("record_duty_day", reason=f"应到 {invited} 人，实到 {present} 人，群众 {command.residents} 人次")
    await reckon_again(members, (day["on_day"],), work)
    return Done(id=day.id, version=day.version)


def _counts(command: RecordDutyDay) -> tuple[int, int]:
    came = sum(one.attendance is Attendance.PRESENT for one in command.took)
    invited = len(command.took) if command.invited is None else command.invited
    return invited, came if command.present is None else command.present


def _check(command: RecordDutyDay, day: Aggregate, work: Work, invited: int, present: int) -> None:
    errors = []
    if day["on_day"] > local_date(work.now):
        errors.append(FieldProblem(field="day_id", message="这一天还没有到，请在活动结束后登记。"))
    if present > invited:
        errors.append(FieldProblem(field="present", message="实到人数不能多于应到人数，请核对。"))
    if len({one.member_id for one in command.took}) < len(command.took):
        errors.append(FieldProblem(field="took", message="同一名委员登记了两次，请核对。"))
    if len({one.matter_id for one in command.matters}) < len(command.matters):
        errors.append(FieldProblem(field="matters", message="同一件事登记了两次，请核对。"))
    if errors:
        raise Invalid(errors=errors)


async def _credit(command: RecordDutyDay, day: Aggregate, members: Sequence[Aggregate], work: Work) -> None:
    """One fact for each member, present or not: schemes deduct for absence; one statement."""
    if not members:
        return
    attendance = {one.member_id: one.attendance for one in command.took}
    kind = DutyKind.of(day["kind"])
    facts = []
    for member in members:
        fact_id = derived_id("fact", day.id, member.id)
        met = attendance[member.id]
        facts.append(
            {
                "id": fact_id,
                "committee": work.committee,
                "member_id": member.id,
                "kind": kind,
                "on_day": day["on_day"],
                "quantity": 1,
                "attendance": met,
                "authors": 1,
                "position": 1,
                "share_role": Authorship.SOLE,
                "evidence": day["name"],
                "matter": day.id,
                "recorded_at": work.now,
                "recorded_by": work.actor.id,
            }
        )
        member.state(
            DutyRecorded(
                member_id=member.id,
                fact_id=fact_id,
                kind=kind,
                on=day["on_day"],
                quantity=1,
                attendance=met,
            )
        )
        member.note("record_duty", reason=f"{day['on_day']} {kind.label}（{met.label}）：{day['name']}")
    await work.tx.sql.execute(insert(tables.duty_fact), facts)


async def _write_posts(command: RecordDutyDay, day: Aggregate, work: Work) -> None:
    await write_posts(
        work,
        [(day.id, [one.member_id for one in command.took])],
        {one.member_id: one.attendance for one in command.took},
    )


async def _write_matters(command: RecordDutyDay, day: Aggregate, work: Work) -> None:
    if command.matters:
        await work.tx.sql.execute(
            insert(tables.heard_matter),
            [
                {
                    "id": matter.matter_id,
                    "committee": work.committee,
                    "day_id": day.id,
                    "place": place,
                    "text": matter.text,
                    "outcome": matter.outcome,
                    "became": matter.became,
                }
                for place, matter in enumerate(command.matters, 1)
            ],
        )
