"""What stands in the way of erasing somebody: whoever serves, or waits for an answer, is still needed by name.

PIPL art. 13 (3) lets the committee process what its statutory work needs; with the membership that need ends.
"""

from sqlalchemy import func, select

from chassis.calendar import local_date
from chassis.work import Work
from services.members import tables
from tongxin_contracts.words import MemberStanding


async def obstacles(member_id: object, standing: str, work: Work) -> list[str]:
    """In words, each with what to do; empty when the person can be erased."""
    found = []
    if standing == MemberStanding.SERVING:
        found.append("仍是在任委员，履行职责需要其个人信息：请先办理辞去、撤销、届满或去世手续。")
    waiting = await work.tx.sql.scalar(
        select(func.count()).where(
            tables.appeal.c.member_id == member_id, tables.appeal.c.answered_at.is_(None)
        )
    )
    if waiting:
        found.append(f"有 {waiting} 件积分申诉尚未答复：请先答复。")
    ahead = await work.tx.sql.scalar(
        select(func.count())
        .select_from(
            tables.duty_post.join(tables.duty_day, tables.duty_day.c.id == tables.duty_post.c.day_id)
        )
        .where(
            tables.duty_post.c.member_id == member_id,
            tables.duty_day.c.on_day >= local_date(work.now),
            tables.duty_post.c.attendance.is_(None),
        )
    )
    if ahead:
        found.append(f"还排有 {ahead} 次值班：请先改派其他委员。")
    return found
