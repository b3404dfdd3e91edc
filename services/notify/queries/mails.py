"""What became of the committee's mail: subjects and answers of the server, never an address."""

from typing import Any, cast

from sqlalchemy import Select, case, func, literal, select, union_all

from chassis.work import Work
from services.notify import tables
from services.notify.settings import NotifySettings
from tongxin_contracts.notify.channels import COUNTED, Mail, Mails, MailsAnswer
from tongxin_contracts.words import MailState


async def mails(query: Mails, work: Work) -> MailsAnswer:
    """Failed on top, then waiting, then the newest; two statements, which cost the same after years of mail."""
    states = list(MailState) if query.state is None else [query.state]
    columns = tables.mail.c
    # A state at a time, each along the index; one sort of all that was ever sent would be dear.
    newest = union_all(
        *(
            select(_of(query.committee, state).order_by(columns.made_at.desc()).limit(query.limit).subquery())
            for state in states
        )
    ).subquery()
    order = case({MailState.FAILED.value: 0, MailState.WAITING.value: 1}, value=newest.c.state, else_=2)
    rows = await work.tx.sql.execute(
        select(newest).order_by(order, newest.c.made_at.desc()).limit(query.limit)
    )
    counts = await work.tx.sql.execute(union_all(*(_counted(query.committee, state) for state in MailState)))
    settings = cast("NotifySettings", work.tools.settings)
    return MailsAnswer(
        server_set=bool(settings and settings.smtp_host),
        counts={MailState(state): number for state, number in counts if number},
        mails=[
            Mail(
                mail_id=row.id,
                person=row.person,
                subject=row.subject,
                state=MailState(row.state),
                attempts=row.attempts,
                made_at=row.made_at,
                next_at=row.next_at if row.state == MailState.WAITING else None,
                sent_at=row.sent_at,
                error=row.error,
            )
            for row in rows
        ],
    )


def _of(committee: str, state: MailState) -> Select[Any]:
    columns = tables.mail.c
    return select(tables.mail).where(columns.committee == committee, columns.state == state.value)


def _counted(committee: str, state: MailState) -> Select[str, int]:
    some = _of(committee, state).with_only_columns(tables.mail.c.state).limit(COUNTED).subquery()
    return select(literal(state.value), func.count()).select_from(some)
