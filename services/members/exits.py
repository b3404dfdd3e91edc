"""Suggesting a resignation, and taking the suggestion back; neither is a decision (row 08).

Always holds: a suggestion is stated on the member, noted in its history and is work for the members' office; a title
travels on the bus, so it names the group and never the person.
"""

from collections.abc import Sequence

from chassis.tasks import Opened
from chassis.work import Aggregate, Work
from services.members.rules.points import YearEnd
from services.members.rules.scheme import points_text
from tongxin_contracts.members.events import ExitSuggested
from tongxin_contracts.members.points import ExitSuggestionWithdrawn
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import Sector, TaskKind


async def suggest_exits(work: Work, year: int, below: Sequence[tuple[Aggregate, YearEnd]]) -> None:
    """Suggest it for everybody in the list; one statement for all tasks."""
    for member, end in below:
        assert end.below is not None
        points = points_text(end.total)
        member.state(
            ExitSuggested(
                member_id=member.id,
                person_id=member["person_id"],
                year=year,
                points=points,
                floor=points_text(end.below),
                rule_version=end.rule_version,
            )
        )
        member.note("suggest_exit", reason=f"{year} 年度积分 {points} 分。{end.text}")
    await work.open_tasks([_task(member, end, year) for member, end in below])


def _task(member: Aggregate, end: YearEnd, year: int) -> Opened:
    assert end.below is not None
    whose = member["liaison_group"] or f"{Sector.of(member['sector']).label}界别"
    points, floor = points_text(end.total), points_text(end.below)
    return Opened(
        kind=TaskKind.DECIDE_EXIT,
        matter=member.id,
        title=f"{whose}一名委员 {year} 年度积分 {points} 分，低于 {floor} 分",
        role=Role.MEMBERS_OFFICE.value,
    )


def withdraw_suggestion(member: Aggregate, end: YearEnd, year: int) -> None:
    """Take one year's suggestion back; the caller closes the task when no other year is open."""
    points = points_text(end.total)
    member.state(
        ExitSuggestionWithdrawn(
            member_id=member.id,
            person_id=member["person_id"],
            year=year,
            points=points,
            rule_version=end.rule_version,
        )
    )
    member.note("withdraw_exit", reason=f"更正后 {year} 年度积分 {points} 分，请辞建议撤回")
