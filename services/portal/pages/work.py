"""One's work and notices."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from chassis.problems import Malformed
from services.portal.views import MyWorkView, NoticesView
from services.portal.visit import Visiting, command_id
from tongxin_contracts.notify.commands import MarkNoticesRead, NoticesRead
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer, NoticePage, Notices

router = APIRouter()


@router.get("/work")
async def work(visit: Visiting) -> Response:
    """What is to do, the one due first on top."""
    return await visit.page(MyWorkView(work=await visit.ask(MyWorkAnswer, MyWork(committee=visit.committee))))


@router.get("/notices")
async def notices(visit: Visiting, after: str | None = None) -> Response:
    """The newest first."""
    return await visit.page(
        NoticesView(page=await visit.ask(NoticePage, Notices(committee=visit.committee, after=after)))
    )


@router.post("/notices")
async def mark_read(visit: Visiting) -> Response:
    """Mark those sent along as read."""
    form = await visit.form()
    try:
        ids = [UUID(str(value)) for value in form.getlist("notices")]
    except ValueError as error:
        raise Malformed("表单不完整，请刷新页面后重试") from error
    if ids:
        await visit.ask(
            NoticesRead, MarkNoticesRead(committee=visit.committee, notices=ids), command_id(form)
        )
    return await visit.go("/notices")
