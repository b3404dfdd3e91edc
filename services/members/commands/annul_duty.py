"""Strike out a recorded duty that was wrong; the evidence stays, the points go."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from chassis.problems import NotFound, WrongState
from chassis.work import Aggregate, Work
from services.members import tables
from services.members.corrections import reckon_again
from tongxin_contracts.members.commands import AnnulDuty
from tongxin_contracts.members.events import DutyAnnulled
from tongxin_contracts.message import Done
from tongxin_contracts.words import DutyKind


async def annul_duty(command: AnnulDuty, work: Work) -> Done:
    """Strike it out; raises NotFound for another member's, WrongState for what a proposal's event recorded."""
    member = await work.load(tables.member, command.member_id)
    fact = await standing_fact(work, member, command.fact_id)
    await strike_out(work, fact.id, command.reason)
    member.state(DutyAnnulled(member_id=member.id, fact_id=fact.id))
    member.note("annul_duty", reason=f"{fact.on_day} {DutyKind.of(fact.kind).label}：{command.reason}")
    await reckon_again([member], (fact.on_day,), work)
    return Done(id=member.id, version=member.version)


async def standing_fact(work: Work, member: Aggregate, fact_id: UUID) -> Any:
    """The member's record that may be struck out; raises NotFound or WrongState."""
    fact = (
        await work.tx.sql.execute(
            select(tables.duty_fact).where(
                tables.duty_fact.c.id == fact_id, tables.duty_fact.c.member_id == member.id
            )
        )
    ).one_or_none()
    if fact is None:
        raise NotFound
    if fact.source_event is not None:
        raise WrongState("这条记录来自提案办理，不能在这里撤销；提案更正后积分会自动更正")
    if fact.annulled_at is not None:
        raise WrongState("这条记录已经撤销过，不必重复办理")
    return fact


async def strike_out(work: Work, fact_id: UUID, reason: str) -> None:
    """Mark it as struck out; nothing is ever deleted."""
    await work.tx.sql.execute(
        update(tables.duty_fact)
        .where(tables.duty_fact.c.id == fact_id)
        .values(annulled_at=work.now, annulled_because=reason)
    )
