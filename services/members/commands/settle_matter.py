"""Say what became of a matter that residents brought forward; it may be said again when more is known."""

from sqlalchemy import select, update

from chassis.problems import NotFound
from chassis.work import Work
from services.members import tables
from tongxin_contracts.members.duty_days import MatterSettled, SettleMatter
from tongxin_contracts.message import Done


async def settle_matter(command: SettleMatter, work: Work) -> Done:
    """Write it; raises NotFound for a matter of another day."""
    day = await work.load(tables.duty_day, command.day_id)
    matter = tables.heard_matter.c
    here = (matter.id == command.matter_id) & (matter.day_id == day.id)
    text = await work.tx.sql.scalar(select(matter.text).where(here))
    if text is None:
        raise NotFound
    await work.tx.sql.execute(
        update(tables.heard_matter).where(here).values(outcome=command.outcome, became=command.became)
    )
    day.state(MatterSettled(day_id=day.id, matter_id=command.matter_id, outcome=command.outcome))
    day.note("settle_matter", reason=f"{text[:50]}：{command.outcome.label}。{command.became}")
    return Done(id=day.id, version=day.version)
