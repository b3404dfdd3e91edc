"""Say who does what in a handling unit; what is said replaces what was said before."""

from sqlalchemy import delete, insert

from chassis.problems import WrongState
from chassis.work import Work
from services.members import tables
from tongxin_contracts.members.commands import StaffUnit
from tongxin_contracts.members.events import UnitStaffed
from tongxin_contracts.message import Done
from tongxin_contracts.words import UnitDuty


async def staff_unit(command: StaffUnit, work: Work) -> Done:
    """Replace the unit's posts; raises WrongState for a closed unit that is to get people."""
    unit = await work.load(tables.unit, command.unit_id)
    unit.expect(command.expected_version)
    posts = tuple(dict.fromkeys(command.posts))
    if posts and not unit["active"]:
        raise WrongState("该单位已停用，请先恢复使用再安排人员")
    await work.tx.sql.execute(delete(tables.unit_post).where(tables.unit_post.c.unit_id == unit.id))
    if posts:
        await work.tx.sql.execute(
            insert(tables.unit_post),
            [
                {
                    "unit_id": unit.id,
                    "person_id": post.person_id,
                    "duty": post.duty,
                    "committee": work.committee,
                }
                for post in posts
            ],
        )
    unit.state(UnitStaffed(unit_id=unit.id, posts=posts))
    counts = {duty: sum(post.duty is duty for post in posts) for duty in UnitDuty}
    told = "、".join(f"{duty.label} {count} 人" for duty, count in counts.items() if count)
    unit.note("staff_unit", reason=told or "不安排人员")
    return Done(id=unit.id, version=unit.version)
