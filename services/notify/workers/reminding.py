"""Reminds of open work before and after its deadline, and tells who leads when it stays undone.

It reads the one table of open work, so nobody is reminded of what is done (decision 20). Always holds: one step of one
task with one due date reminds once; an extended date is a new date and has steps of its own; constant statements.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from chassis import telemetry
from chassis.calendar import add_working_days, local_date
from chassis.ids import derived_id
from chassis.work import Work
from services.notify.rules import texts
from services.notify.rules.reminders import BY_NAME, LEADERS, Turn, turns
from tongxin_contracts.words import TaskKind

AT_ONCE: Final = 500
SEEN_WITHIN: Final = timedelta(days=120)
"""Who has not acted in a role for longer than this is not told of its work."""

for _outcome in ("in_time", "late"):
    telemetry.REMINDERS.labels(_outcome)  # shown at zero, so that the first late one is a rise

_TAKE = """
insert into reminder (task_id, step, due_at, committee, at)
select t.task_id, s.step, t.due_at, t.committee, $6
from todo t join unnest($1::date[], $2::text[], $3::timestamptz[]) as s (due_on, step, at)
    on (t.due_at at time zone 'Asia/Shanghai')::date = s.due_on and t.opened_at < s.at
where t.closed_at is null and t.due_at between $4 and $5
    and not exists (select from reminder r where (r.task_id, r.step, r.due_at) = (t.task_id, s.step, t.due_at))
limit $7
on conflict do nothing returning task_id, step, due_at
"""
_WHOM = """
select t.task_id, r.step, t.committee, t.kind, t.title, t.matter, t.about, t.due_at, p.person
from unnest($1::uuid[], $2::text[], $3::boolean[]) as r (task_id, step, to_leader)
join todo t using (task_id)
cross join lateral (
    select t.person where t.person is not null and not r.to_leader
    union
    select u.person_id from unit_post u
    where not r.to_leader and t.person is null and u.unit_id = t.unit and 'unit_' || u.duty = t.role
    union
    select h.person from role_holder h
    where not r.to_leader and t.person is null and t.unit is null and h.committee = t.committee and h.role = t.role
        and h.seen_at > $6
    union
    select u.person_id from unit_post u
    where r.to_leader and u.unit_id = t.unit and u.duty = 'signer' and t.role is distinct from 'unit_signer'
    union
    select h.person from role_holder h
    join unnest($4::text[], $5::text[]) as l (role, leader) on l.role = t.role and l.leader = h.role
    where r.to_leader and (t.unit is null or t.role = 'unit_signer') and h.committee = t.committee and h.seen_at > $6
) as p (person)
"""
_TELL = """
insert into notice (id, committee, person, kind, title, body, matter, task, task_id, about, at)
select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[],
                     $9::uuid[], $10::uuid[], $11::timestamptz[])
on conflict do nothing
"""


async def remind(work: Work) -> int:
    """Take what has come due and tell those concerned; three statements. Returns how many reminders were due."""
    due = turns(work.now, add_working_days)
    if not due:
        return 0
    taken = await _take(due, work)
    if not taken:
        return 0
    _measure(taken, due, work.now)
    steps = [BY_NAME[row["step"]] for row in taken]
    rows = await work.tx.raw.fetch(
        _WHOM,
        [row["task_id"] for row in taken],
        [step.name for step in steps],
        [step.to_leader for step in steps],
        [role.value for role in LEADERS],
        [leader.value for leader in LEADERS.values()],
        work.now - SEEN_WITHIN,
    )
    if rows:
        notices = [_notice(row, work.now) for row in rows]
        await work.tx.raw.execute(_TELL, *(list(column) for column in zip(*notices, strict=True)))
        for row in rows:
            work.hint("notice", row["committee"])
    return len(taken)


def _measure(taken: list[Any], due: list[Turn], now: datetime) -> None:
    """Count each reminder as sent in time or late, against the hour its step fell."""
    fell = {(turn.step.name, turn.due_on): turn.at for turn in due}
    for row in taken:
        late_by = (now - fell[row["step"], local_date(row["due_at"])]).total_seconds()
        outcome = "late" if late_by > telemetry.REMINDER_IN_TIME_SECONDS else "in_time"
        telemetry.REMINDERS.labels(outcome).inc()


async def _take(due: list[Turn], work: Work) -> list[Any]:
    first, last = min(turn.due_on for turn in due), max(turn.due_on for turn in due)
    margin = timedelta(days=2)
    midnight = datetime.min.time()
    found: list[Any] = await work.tx.raw.fetch(
        _TAKE,
        [turn.due_on for turn in due],
        [turn.step.name for turn in due],
        [turn.at for turn in due],
        datetime.combine(first, midnight, work.now.tzinfo) - margin,
        datetime.combine(last, midnight, work.now.tzinfo) + margin,
        work.now,
        AT_ONCE,
    )
    return found


def _notice(row: Any, now: datetime) -> tuple[Any, ...]:
    text = texts.reminder(
        BY_NAME[row["step"]].kind, TaskKind.of(row["kind"]), row["title"], local_date(row["due_at"])
    )
    return (
        derived_id("reminder", row["task_id"], row["step"], row["due_at"].isoformat(), row["person"]),
        row["committee"],
        row["person"],
        text.kind.value,
        text.title,
        text.body,
        row["matter"],
        row["kind"],
        row["task_id"],
        row["about"],
        now,
    )
