"""One's own notices are read."""

from sqlalchemy import update

from chassis.work import Work
from services.notify import tables
from tongxin_contracts.notify.commands import MarkNoticesRead, NoticesRead


async def mark_notices_read(command: MarkNoticesRead, work: Work) -> NoticesRead:
    """Mark them; other people's ids are passed over."""
    done = await work.tx.sql.execute(
        update(tables.notice)
        .where(
            tables.notice.c.id.in_(command.notices),
            tables.notice.c.person == work.actor.person,
            tables.notice.c.read_at.is_(None),
        )
        .values(read_at=work.now)
    )
    return NoticesRead(read=done.rowcount)
