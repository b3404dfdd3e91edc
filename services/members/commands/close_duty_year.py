"""End a duty year: every member's total is written down with its scheme, and who is below the floor is suggested.

Row 08: 15 passes, 14 suggests. A suggestion is work for people: nobody is removed here. Members whose year is
written down already are left as they are, so closing twice tells the same.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from chassis.calendar import local_date
from chassis.problems import Invalid, WrongState
from chassis.work import Work
from services.members import tables
from services.members.exits import suggest_exits
from services.members.ledgers import as_facts, facts_between, scheme_for
from services.members.rules.points import YearEnd, evaluate, year_end
from services.members.rules.scheme import Scheme, points_text
from tongxin_contracts.members.commands import CloseDutyYear, MemberYear, YearClosed
from tongxin_contracts.members.events import DutyYearClosed
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.words import MemberStanding, YearEndOutcome


async def close_duty_year(command: CloseDutyYear, work: Work) -> YearClosed:
    """Close it; raises WrongState without a scheme or before the year's last day has passed."""
    await work.tx.raw.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 0))", f"duty_year:{work.committee}"
    )
    scheme = await _scheme(command, work)
    members = await _serving(command, work)
    known = await _results(work, command.year, command.year)
    closing = [member for member in members if (member, command.year) not in known]
    ends = await _reckon(work, scheme, command.year, closing)
    if closing:
        _state_closing(command, work, scheme, ends)
        await _write_results(command, work, ends)
        await _suggest(command, work, ends)
    outcomes = {member: (row.points, row.outcome) for (member, _), row in known.items()}
    outcomes |= {member: (end.total, end.outcome) for member, end in ends.items()}
    return _answer(command, {member: outcomes[member] for member in members})


async def _scheme(command: CloseDutyYear, work: Work) -> Scheme:
    adopted = await scheme_for(work, command.year)
    if adopted is None:
        raise WrongState("本级政协还没有采用履职积分办法，请先采用一份办法再结算年度")
    last = adopted.scheme.window(command.year)[1]
    if local_date(work.now) <= last:
        raise WrongState(f"{command.year} 年考核期到 {last} 才结束，请在此之后结算")
    return adopted.scheme


async def _serving(command: CloseDutyYear, work: Work) -> list[UUID]:
    statement = select(tables.member.c.id).where(
        tables.member.c.committee == work.committee, tables.member.c.standing == MemberStanding.SERVING
    )
    if command.liaison_group is not None:
        statement = statement.where(tables.member.c.liaison_group == command.liaison_group)
    found = list(await work.tx.sql.scalars(statement.order_by(tables.member.c.id)))
    if not found and command.liaison_group is not None:
        message = f"“{command.liaison_group}”没有在任委员，请核对联络组名称。"
        raise Invalid(errors=[FieldProblem(field="liaison_group", message=message)])
    if not found:
        raise WrongState("名册里还没有在任委员，请先导入名册")
    return found


async def _results(work: Work, first: int, last: int) -> dict[tuple[UUID, int], Any]:
    """What is written down for these years, by member and year."""
    result = tables.year_result.c
    rows = await work.tx.sql.execute(
        select(tables.year_result).where(result.committee == work.committee, result.year.between(first, last))
    )
    return {(row.member_id, row.year): row for row in rows}


async def _reckon(work: Work, scheme: Scheme, year: int, members: Sequence[UUID]) -> dict[UUID, YearEnd]:
    facts = await facts_between(work, *scheme.window(year))
    longest = max((rule.years for rule in scheme.year_end), default=1)
    earlier = await _results(work, year - longest + 1, year - 1) if longest > 1 else {}
    ends = {}
    for member in members:
        totals: list[Decimal] = []
        while (before := earlier.get((member, year - 1 - len(totals)))) is not None:
            totals.append(before.points)
        ends[member] = year_end(scheme, evaluate(scheme, as_facts(facts.get(member, ())), year), totals)
    return ends


def _state_closing(command: CloseDutyYear, work: Work, scheme: Scheme, ends: dict[UUID, YearEnd]) -> None:
    passed = sum(end.outcome is YearEndOutcome.PASSES for end in ends.values())
    closing = work.create(
        tables.duty_year,
        command.closing_id,
        year=command.year,
        liaison_group=command.liaison_group,
        rule_version=scheme.rule_version,
        passed=passed,
        below=len(ends) - passed,
        closed_at=work.now,
    )
    closing.state(
        DutyYearClosed(
            closing_id=closing.id,
            year=command.year,
            liaison_group=command.liaison_group,
            rule_version=scheme.rule_version,
            passed=passed,
            below=len(ends) - passed,
        )
    )
    closing.note("close_duty_year")


async def _write_results(command: CloseDutyYear, work: Work, ends: dict[UUID, YearEnd]) -> None:
    await work.tx.sql.execute(
        insert(tables.year_result),
        [
            {
                "member_id": member,
                "year": command.year,
                "committee": work.committee,
                "closing_id": command.closing_id,
                "points": end.total,
                "outcome": end.outcome,
                "floor": end.below,
                "rule_version": end.rule_version,
                "explanation": end.text,
                "decided_by": end.decided_by,
            }
            for member, end in ends.items()
        ],
    )


async def _suggest(command: CloseDutyYear, work: Work, ends: dict[UUID, YearEnd]) -> None:
    suggested = [m for m, end in ends.items() if end.outcome is YearEndOutcome.SUGGEST_RESIGNATION]
    if suggested:
        members = await work.load_many(tables.member, suggested)
        await suggest_exits(work, command.year, [(member, ends[member.id]) for member in members])


def _answer(command: CloseDutyYear, outcomes: dict[UUID, tuple[Decimal, str]]) -> YearClosed:
    below = [
        MemberYear(member_id=member, points=points_text(points), outcome=YearEndOutcome.of(outcome))
        for member, (points, outcome) in sorted(outcomes.items(), key=lambda item: item[1][0])
        if outcome != YearEndOutcome.PASSES
    ]
    return YearClosed(year=command.year, passed=len(outcomes) - len(below), below=below)
