"""One's work and notices."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from chassis.problems import Malformed
from services.portal.views import MyWorkView, NoticesView
from services.portal.visit import Visiting, command_id
from tongxin_contracts.notify.commands import MarkNoticesRead, NoticesRead
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer, NoticePage, Notices
from tongxin_contracts.words import NoticeKind, TaskKind

router = APIRouter()

_TODOS: Final = 40
"""Work on one page."""


@router.get("/work")
async def work(visit: Visiting, kind: str = "", after: str | None = None) -> Response:
    """What is to do, the one due first on top; of one kind, if chosen."""
    chosen = TaskKind(kind) if kind in {known.value for known in TaskKind} else None
    asked = MyWork(committee=visit.committee, kind=chosen, after=after, limit=_TODOS)
    return await visit.page(MyWorkView(work=await visit.ask(MyWorkAnswer, asked), kind=chosen, after=after))


@router.get("/notices")
async def notices(
    visit: Visiting, kind: str = "", unread: bool = False, after: str | None = None
) -> Response:
    """The newest first; of one kind, or unread ones only."""
    chosen = NoticeKind(kind) if kind in {known.value for known in NoticeKind} else None
    asked = Notices(committee=visit.committee, kind=chosen, unread_only=unread, after=after)
    return await visit.page(
        NoticesView(page=await visit.ask(NoticePage, asked), kind=chosen, unread_only=unread)
    )


@router.post("/notices")
async def mark_read(visit: Visiting) -> Response:
    """Mark those sent along as read, or all there are."""
    form = await visit.form()
    try:
        ids = [UUID(str(value)) for value in form.getlist("notices")]
    except ValueError as error:
        raise Malformed("表单不完整，请刷新页面后重试") from error
    every = form.get("action") == "all"
    if ids or every:
        command = MarkNoticesRead(committee=visit.committee, notices=ids, every=every)
        await visit.ask(NoticesRead, command, command_id(form))
    return await visit.go("/notices")
