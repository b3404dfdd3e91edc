"""What notify keeps of work, members and units; what people and agencies were told is no copy of anything and stays."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, update

from chassis.keepers import Keeper
from chassis.work import Work
from services.notify import tables
from services.notify.reactions.member_known import know
from services.notify.reactions.task_closed import on_task_closed
from services.notify.reactions.task_opened import on_task_opened
from services.notify.reactions.unit_staffed import on_unit_staffed
from tongxin_contracts.members.events import MemberAdmitted, MemberChanged, UnitStaffed
from tongxin_contracts.subjects import ServiceName
from tongxin_contracts.tasks import TASK_CLOSED, TASK_OPENED

STATING_TASKS: tuple[ServiceName, ...] = ("members", "proposals", "consultation")
"""Services whose work is kept here; notify has none of its own."""


async def _close(ids: Sequence[UUID], work: Work) -> None:
    todo = tables.todo.c
    await work.tx.sql.execute(
        update(tables.todo).where(todo.task_id.in_(ids), todo.closed_at.is_(None)).values(closed_at=work.now)
    )


async def _forget_members(ids: Sequence[UUID], work: Work) -> None:
    await work.tx.sql.execute(delete(tables.member_person).where(tables.member_person.c.member_id.in_(ids)))


async def _forget_posts(ids: Sequence[UUID], work: Work) -> None:
    await work.tx.sql.execute(delete(tables.unit_post).where(tables.unit_post.c.unit_id.in_(ids)))


KEEPERS = (
    *(
        Keeper(
            of={TASK_OPENED[owner]: on_task_opened, TASK_CLOSED[owner]: on_task_closed},
            forget=_close,
            hint="task",
        )
        for owner in STATING_TASKS
    ),
    Keeper(of={MemberAdmitted: know, MemberChanged: know}, forget=_forget_members),
    Keeper(of={UnitStaffed: on_unit_staffed}, forget=_forget_posts, hint="task"),
)
