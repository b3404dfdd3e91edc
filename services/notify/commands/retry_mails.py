"""Mail that was given up is tried again, from its first attempt."""

from sqlalchemy import update

from chassis.work import Work
from services.notify import tables
from tongxin_contracts.notify.channels import MailsRetried, RetryMails
from tongxin_contracts.words import MailState


async def retry_mails(command: RetryMails, work: Work) -> MailsRetried:
    """Only what failed; what waits or went out is passed over."""
    columns = tables.mail.c
    done = await work.tx.sql.execute(
        update(tables.mail)
        .where(
            columns.id.in_(command.mails),
            columns.committee == command.committee,
            columns.state == MailState.FAILED.value,
        )
        .values(state=MailState.WAITING.value, attempts=0, next_at=work.now, claimed_until=None)
    )
    return MailsRetried(retried=done.rowcount)
