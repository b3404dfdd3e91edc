"""What a convener's year came to, made of the evidence each time: consultations held in their places, and points.

Always holds: a consultation counts for whoever convened in its place on the day it was concluded; four or five
statements whatever the number of conveners.
"""

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from chassis.work import Work
from services.members import coverage_tables as tables
from services.members.grids import parties_of, rules_of
from services.members.ledgers import scheme_for
from services.members.rankings import serving_members, totals_of
from services.members.rules.scheme import points_text
from tongxin_contracts.members.coverage import ConvenerLine
from tongxin_contracts.words import PartyKind


async def convener_lines(work: Work, year: int) -> list[ConvenerLine]:
    """Everybody who convened somewhere in the year, the first place first; equals share a place."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    kinds = {rule.code: rule for rule in await rules_of(work)}
    people = {
        party.name: party.person_id for party in await parties_of(work) if party.kind is PartyKind.CONVENER
    }
    convening = [code for code, rule in kinds.items() if rule.from_kind is PartyKind.CONVENER]
    rows = await _held(work, convening, first, after)
    guides = await _guides(work, convening, first, after)
    points = await _points(work, year)
    sortable = [
        (
            (-row.concluded, -row.solved),
            ConvenerLine(
                rank=0,
                name=row.giver,
                person_id=people.get(row.giver),
                place=row.taker,
                guided_by=guides.get(row.taker, []),
                concluded=row.concluded,
                solved=row.solved,
                took_part=row.took_part,
                points=points.get(person) if (person := people.get(row.giver)) else None,
            ),
        )
        for row in rows
    ]
    sortable.sort(key=lambda one: (one[0], one[1].place, one[1].name))
    keys = [key for key, _ in sortable]
    return [line.model_copy(update={"rank": keys.index(key) + 1}) for key, line in sortable]


async def _held(work: Work, rules: list[str], first: date, after: date) -> list[Any]:
    link, held = tables.link.c, tables.held_consultation.c
    joined = and_(
        held.committee == link.committee,
        held.place == link.taker,
        held.on_day >= func.greatest(link.begins_on, first),
        held.on_day < func.least(func.coalesce(link.ends_on, after), after),
    )
    return list(
        await work.tx.sql.execute(
            select(
                link.giver,
                link.taker,
                func.count(held.process_id).label("concluded"),
                func.count(held.process_id).filter(held.solved).label("solved"),
                func.coalesce(func.sum(held.took_part), 0).label("took_part"),
            )
            .select_from(tables.link.outerjoin(tables.held_consultation, joined))
            .where(_in_year(work, first, after), link.rule.in_(rules))
            .group_by(link.giver, link.taker)
        )
    )


async def _guides(work: Work, convening: list[str], first: date, after: date) -> dict[str, list[str]]:
    link = tables.link.c
    rows = await work.tx.sql.execute(
        select(link.taker, link.giver)
        .where(_in_year(work, first, after), link.rule.not_in(convening))
        .distinct()
        .order_by(link.taker, link.giver)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row.taker].append(row.giver)
    return found


def _in_year(work: Work, first: date, after: date) -> Any:
    link = tables.link.c
    return and_(
        link.committee == work.committee,
        link.begins_on < after,
        or_(link.ends_on.is_(None), link.ends_on > first),
    )


async def _points(work: Work, year: int) -> dict[UUID, str]:
    """Points by person, of members who serve; nothing where there is no scheme."""
    adopted = await scheme_for(work, year)
    if adopted is None:
        return {}
    members = await serving_members(work)
    totals = await totals_of(work, adopted.scheme, year, members)
    return {row.person_id: points_text(totals[id_]) for id_, row in members.items()}
