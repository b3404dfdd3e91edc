"""The working days for feedback have passed: the window closes with whatever was answered."""

from sqlalchemy import select

from chassis.deadlines import Deadline
from chassis.work import Work
from services.proposals import feedback_tables, tables
from services.proposals.commitments import proposal_of
from services.proposals.feedback import close_window


async def on_feedback_closes(deadline: Deadline, work: Work) -> None:
    """Close it, unless everybody answered before."""
    window = feedback_tables.window
    found = (
        await work.tx.sql.execute(select(window.c.handling_id).where(window.c.id == deadline.matter))
    ).one()
    handling = await work.load(tables.handling, found.handling_id)
    closed_at = await work.tx.sql.scalar(select(window.c.closed_at).where(window.c.id == deadline.matter))
    if closed_at is None:
        await close_window(handling, await proposal_of(handling, work), work)
