"""What became of the committee's mail: subjects and answers of the server, never an address."""

from typing import cast

from sqlalchemy import case, func, select

from chassis.work import Work
from services.notify import tables
from services.notify.settings import NotifySettings
from tongxin_contracts.notify.channels import Mail, Mails, MailsAnswer
from tongxin_contracts.words import MailState


async def mails(query: Mails, work: Work) -> MailsAnswer:
    """Failed on top, then waiting, then the newest; two statements."""
    columns = tables.mail.c
    counts = await work.tx.sql.execute(
        select(columns.state, func.count())
        .where(columns.committee == query.committee)
        .group_by(columns.state)
    )
    order = case({MailState.FAILED.value: 0, MailState.WAITING.value: 1}, value=columns.state, else_=2)
    statement = (
        select(tables.mail)
        .where(columns.committee == query.committee)
        .order_by(order, columns.made_at.desc())
        .limit(query.limit)
    )
    if query.state is not None:
        statement = statement.where(columns.state == query.state.value)
    rows = await work.tx.sql.execute(statement)
    settings = cast("NotifySettings", work.tools.settings)
    return MailsAnswer(
        server_set=bool(settings and settings.smtp_host),
        counts={MailState(state): number for state, number in counts},
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
