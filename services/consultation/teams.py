"""The team of a process: written whole, counted, and who of it gets the credit."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select

from chassis.database import Transaction
from chassis.problems import Invalid
from chassis.work import Work
from services.consultation import tables
from tongxin_contracts.consultation.teams import TeamMember
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.words import TeamPart


def team_problems(team: Sequence[TeamMember]) -> list[FieldProblem]:
    """Whoever is named twice, and fixed members nobody can look up."""
    names = [one.person_id or one.name for one in team]
    errors = [
        FieldProblem(field=f"team.{place}", message=f"“{one.name}”写了两次，请去掉一个。")
        for place, one in enumerate(team)
        if names.index(one.person_id or one.name) < place
    ]
    errors += [
        FieldProblem(field=f"team.{place}", message=f"“{one.name}”是固定成员，请从委员中选择。")
        for place, one in enumerate(team)
        if one.part is TeamPart.FIXED and one.person_id is None
    ]
    return errors


async def write_team(process_id: UUID, team: Sequence[TeamMember], work: Work) -> None:
    """Put it in place of what was there; raises Invalid for somebody named twice. Two statements."""
    errors = team_problems(team)
    if errors:
        raise Invalid(errors=errors)
    table = tables.process_team
    await work.tx.sql.execute(delete(table).where(table.c.process_id == process_id))
    if team:
        rows = [
            {
                "process_id": process_id,
                "number": number,
                "committee": work.committee,
                "part": one.part.value,
                "name": one.name,
                "person_id": one.person_id,
            }
            for number, one in enumerate(team, 1)
        ]
        await work.tx.sql.execute(insert(table), rows)


async def team_of(process_id: UUID, work: Work) -> list[TeamMember]:
    """In the order in which it was said."""
    table = tables.process_team
    rows = await work.tx.sql.execute(
        select(table).where(table.c.process_id == process_id).order_by(table.c.number)
    )
    return [TeamMember(part=TeamPart.of(row.part), name=row.name, person_id=row.person_id) for row in rows]


def counted(team: Sequence[TeamMember]) -> tuple[int, int]:
    """The fixed ones, and those who join for this once."""
    fixed = sum(one.part is TeamPart.FIXED for one in team)
    return fixed, len(team) - fixed


async def took_part(process_id: UUID, tx: Transaction) -> tuple[UUID, ...]:
    """Persons of the team, and those who took a step upon them."""
    team, named = tables.process_team.c, tables.step_person.c
    found: list[Any] = [
        *await tx.sql.scalars(
            select(team.person_id)
            .where(team.process_id == process_id, team.person_id.is_not(None))
            .order_by(team.number)
        ),
        *await tx.sql.scalars(
            select(named.person_id).where(named.process_id == process_id).order_by(named.person_id)
        ),
    ]
    return tuple(dict.fromkeys(found))
