"""Puts a person's open work and unread notices into one mail a day or a week.

Always holds: it is made from what is open and unread at that moment, so it names nothing that is done; with nothing to say
there is no mail; one person has one digest for one morning.
"""

import json
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, Final

from chassis.calendar import is_working_day, local_date
from chassis.ids import derived_id
from chassis.work import Work
from services.notify.rules.mail_texts import Content, Group, Line
from services.notify.rules.mail_times import after_quiet, next_digest
from services.notify.workers.posting import WRITE_MAILS, notice_path, task_path
from services.notify.workers.reminding import SEEN_WITHIN
from tongxin_contracts.words import Digest, NoticeKind, TaskKind

AT_ONCE: Final = 100
_LINES: Final = 30
_REACH: Final = timedelta(days=31)

_DUE = """
select committee, person, digest, digest_at, quiet_from, quiet_to, without_mail, email is not null as has_address
from preference where digest_at <= $1 order by digest_at limit $2 for update skip locked
"""
_WORK = """
select * from (
    select w.committee, w.person, t.kind, t.title, t.matter, t.about, t.due_at,
        row_number() over (partition by w.committee, w.person order by t.due_at nulls last, t.opened_at) as place
    from unnest($1::text[], $2::uuid[]) as w (committee, person)
    join todo t on t.committee = w.committee and t.closed_at is null and (
        t.person = w.person
        or (t.person is null and t.unit is null and exists (
            select from role_holder h
            where h.committee = w.committee and h.role = t.role and h.person = w.person and h.seen_at > $3))
        or (t.person is null and t.unit is not null and exists (
            select from unit_post u
            where u.unit_id = t.unit and u.person_id = w.person and 'unit_' || u.duty = t.role)))
) as found where place <= $4
"""
_UNREAD = """
select * from (
    select n.committee, n.person, n.kind, n.title, n.matter, n.task, n.about, n.at,
        row_number() over (partition by n.committee, n.person order by n.at desc) as place
    from unnest($1::text[], $2::uuid[]) as w (committee, person)
    join notice n using (committee, person)
    where n.read_at is null and n.at > $3
) as found where place <= $4
"""
_NEXT = """
update preference p set digest_at = n.at
from unnest($1::text[], $2::uuid[], $3::timestamptz[]) as n (committee, person, at)
where (p.committee, p.person) = (n.committee, n.person)
"""


async def put_together(work: Work) -> int:
    """Write the digests that are due; five statements, whatever their number. Returns how many persons' turn it was."""
    due = await work.tx.raw.fetch(_DUE, work.now, AT_ONCE)
    if not due:
        return 0
    committees, persons = [row["committee"] for row in due], [row["person"] for row in due]
    todos = _by_person(await work.tx.raw.fetch(_WORK, committees, persons, work.now - SEEN_WITHIN, _LINES))
    unread = _by_person(await work.tx.raw.fetch(_UNREAD, committees, persons, work.now - _REACH, _LINES))
    mails = []
    for row in due:
        key = row["committee"], row["person"]
        wanted = [notice for notice in unread[key] if notice["kind"] not in row["without_mail"]]
        if row["has_address"] and (todos[key] or wanted):
            mails.append(_mail(row, todos[key], wanted, work))
    if mails:
        await work.tx.raw.execute(WRITE_MAILS, *(list(column) for column in zip(*mails, strict=True)))
    following = [next_turn(work.now, row) for row in due]
    await work.tx.raw.execute(_NEXT, committees, persons, following)
    return len(due)


def _by_person(rows: list[Any]) -> dict[tuple[Any, Any], list[Any]]:
    found: dict[tuple[Any, Any], list[Any]] = defaultdict(list)
    for row in rows:
        found[row["committee"], row["person"]].append(row)
    return found


def _mail(row: Any, todos: list[Any], unread: list[Any], work: Work) -> tuple[Any, ...]:
    subject = f"同心摘要：{len(todos)} 件待办，{len(unread)} 条未读通知"
    groups = [
        Group("待办", [_todo(todo, work) for todo in todos]),
        Group("未读通知", [Line(n["title"], NoticeKind(n["kind"]).label, notice_path(n)) for n in unread]),
    ]
    content = Content(
        heading=subject,
        groups=[group for group in groups if group.lines],
        path="/work",
        button="打开我的工作",
    )
    return (
        derived_id("digest", row["committee"], row["person"], row["digest_at"].isoformat()),
        row["committee"],
        row["person"],
        "digest",
        subject,
        json.dumps(content.stored(), ensure_ascii=False),
        None,
        work.now,
        work.now,
    )


def next_turn(now: datetime, preference: Any) -> datetime | None:
    """When a person's next digest is put together: at its hour, or when their quiet hours end, so that it is not stale."""
    at = next_digest(now, Digest(preference["digest"]), is_working_day)
    return at and after_quiet(at, preference["quiet_from"], preference["quiet_to"])


def _todo(row: Any, work: Work) -> Line:
    words = TaskKind(row["kind"]).label
    if row["due_at"]:
        day = local_date(row["due_at"])
        words += f"，{day.month}月{day.day}日到期" + ("，已逾期" if row["due_at"] < work.now else "")
    return Line(row["title"], words, task_path(row["kind"], row["matter"], row["about"]))
