"""Decide on a suggested resignation; only the committee can, and only on what was suggested."""

from typing import Any

from sqlalchemy import select, update

from chassis.problems import WrongState
from chassis.work import Work
from services.members import tables
from services.members.roster import state_changed
from tongxin_contracts.members.commands import DecideExit
from tongxin_contracts.members.events import ExitDecided
from tongxin_contracts.message import Done
from tongxin_contracts.words import ExitDecision, MemberStanding, YearEndOutcome


async def decide_exit(command: DecideExit, work: Work) -> Done:
    """Keep the member or end the membership; raises WrongState without an open suggestion for that year."""
    member = await work.load(tables.member, command.member_id)
    open_years = await _open_years(command, work)
    await work.tx.sql.execute(
        update(tables.year_result)
        .where(tables.year_result.c.member_id == member.id, tables.year_result.c.year == command.year)
        .values(decision=command.decision, decision_reason=command.reason, decided_at=work.now)
    )
    resigns = command.decision is ExitDecision.RESIGN
    member.state(
        ExitDecided(
            member_id=member.id,
            person_id=member["person_id"],
            year=command.year,
            decision=command.decision,
        )
    )
    if resigns:
        member.change(standing=MemberStanding.RESIGNED)
        state_changed(member)
    member.note("decide_exit", reason=f"{command.year} 年度：{command.decision.label}。{command.reason}")
    if resigns or len(open_years) == 1:
        await work.close_tasks(member.id)
    return Done(id=member.id, version=member.version)


async def _open_years(command: DecideExit, work: Work) -> list[int]:
    """Years with an undecided suggestion, the commanded one among them."""
    rows: list[Any] = list(
        await work.tx.sql.execute(
            select(tables.year_result.c.year, tables.year_result.c.decision).where(
                tables.year_result.c.member_id == command.member_id,
                tables.year_result.c.outcome == YearEndOutcome.SUGGEST_RESIGNATION,
            )
        )
    )
    decided = {row.year: row.decision is not None for row in rows}
    if command.year not in decided:
        raise WrongState(f"{command.year} 年度没有对这名委员提出请辞建议，请先结算该年度积分")
    if decided[command.year]:
        raise WrongState(f"{command.year} 年度的请辞建议已经作出决定，不能重复办理")
    return [year for year, is_decided in decided.items() if not is_decided]
