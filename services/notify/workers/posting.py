"""Decides for each new notice whether it is mailed, and writes the mail; the notice itself stands in the portal already.

It reads the table of notices, so whoever tells somebody something need not know of mail. Always holds: each notice is
decided once (`posted_at`); the mail's id is made from the notice's, so that it is one mail whatever happens.
"""

import json
from datetime import timedelta
from typing import Any, Final

from chassis import telemetry
from chassis.ids import derived_id
from chassis.work import Work
from services.notify.rules.mail_texts import Content
from services.notify.rules.mail_times import after_quiet
from services.notify.rules.reminders import URGENT
from tongxin_contracts.words import Digest, NoticeKind

AT_ONCE: Final = 500
OLD: Final = timedelta(days=2)
"""What was told longer ago than this is not mailed any more: imported, restored, or held for days."""

_NEW = """
select n.id, n.committee, n.person, n.kind, n.title, n.matter, n.task, n.task_id, n.about, n.at, n.read_at,
       p.email is not null as has_address, p.digest, p.without_mail, p.quiet_from, p.quiet_to
from notice n left join preference p using (committee, person)
where n.posted_at is null order by n.at limit $1 for update of n skip locked
"""
_POSTED = "update notice set posted_at = $2 where id = any($1)"
WRITE_MAILS: Final = """
insert into mail (id, committee, person, kind, subject, content, task_id, made_at, next_at)
select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[],
                     $8::timestamptz[], $9::timestamptz[])
on conflict do nothing
"""


async def post(work: Work) -> int:
    """Decide for up to 500 notices; three statements, whatever their number. Returns how many."""
    rows = await work.tx.raw.fetch(_NEW, AT_ONCE)
    if not rows:
        return 0
    mails = []
    for row in rows:
        outcome = _outcome(row, work)
        telemetry.NOTICES.labels("portal", "shown").inc()
        telemetry.NOTICES.labels("email", outcome).inc()
        if outcome == "mailed":
            mails.append(_mail(row, work))
    if mails:
        await work.tx.raw.execute(WRITE_MAILS, *(list(column) for column in zip(*mails, strict=True)))
    await work.tx.raw.execute(_POSTED, [row["id"] for row in rows], work.now)
    return len(rows)


def _outcome(row: Any, work: Work) -> str:
    """Why a notice is mailed or not, in a word for the metric."""
    if not row["has_address"]:
        return "no_address"
    if row["kind"] in row["without_mail"]:
        return "switched_off"
    if row["read_at"] is not None:
        return "read"
    if row["at"] < work.now - OLD:
        return "old"
    if row["digest"] != Digest.OFF and row["kind"] not in URGENT:
        return "digest"
    return "mailed"


def _mail(row: Any, work: Work) -> tuple[Any, ...]:
    kind = NoticeKind.of(row["kind"])
    content = Content(
        heading=row["title"],
        paragraphs=[f"{kind.label}。详情请登录平台查看。"],
        path=notice_path(row),
        button="查看详情",
    )
    return (
        derived_id("mail", row["id"]),
        row["committee"],
        row["person"],
        "notice",
        row["title"],
        json.dumps(content.stored(), ensure_ascii=False),
        row["task_id"],
        work.now,
        after_quiet(work.now, row["quiet_from"], row["quiet_to"]),
    )


def notice_path(row: Any) -> str:
    """The portal finds the page by kind; for a reminder, by the kind of work."""
    if row["task"]:
        return task_path(row["task"], row["matter"], row["about"])
    return f"/open/notice/{row['kind']}/{row['matter']}"


def task_path(kind: str, matter: Any, about: Any) -> str:
    """The portal finds the page where work of this kind is done."""
    return f"/open/task/{kind}/{matter}" + (f"?about={about}" if about else "")
