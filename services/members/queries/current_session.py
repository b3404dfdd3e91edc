"""Which session the committee is in."""

from typing import Any

from sqlalchemy import select

from chassis.work import Work
from services.members import tables
from tongxin_contracts.members.queries import CommitteeAnswer, CurrentSession


async def current_session(query: CurrentSession, work: Work) -> CommitteeAnswer:
    """The latest session opened; empty where none was."""
    found = await latest_session(work)
    return CommitteeAnswer(
        code=query.committee,
        name=found.committee_name if found else None,
        term=found.term if found else None,
        session=found.session if found else None,
    )


async def latest_session(work: Work) -> Any:
    """The latest session's row, or None."""
    columns = tables.session.c
    return (
        await work.tx.sql.execute(
            select(tables.session)
            .where(columns.committee == work.committee)
            .order_by(columns.term.desc(), columns.session.desc())
            .limit(1)
        )
    ).one_or_none()
