"""Erasing a person: what goes and what stays is read first, then the name is typed; nothing happens on one click."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from chassis import telemetry
from chassis.problems import Refusal
from services.portal.pages.fields import valid
from services.portal.views.erasing import ErasureView
from services.portal.visit import Visit, Visiting, command_id
from tongxin_contracts.members.erasure import ErasePerson, ErasureSheet, ErasureSheetAnswer
from tongxin_contracts.message import Done

router = APIRouter()


@router.get("/members/{member_id}/erase")
async def erase_page(visit: Visiting, member_id: UUID) -> Response:
    """What would go, what stands in the way, and the form."""
    return await _page(visit, member_id)


@router.post("/members/{member_id}/erase")
async def erase(visit: Visiting, member_id: UUID) -> Response:
    """Erase; a name that is not theirs brings the form back with what was typed."""
    form = await visit.form()
    id_ = command_id(form)
    typed = {name: str(form.get(name, "")) for name in ("ground", "reason", "confirmation")}
    try:
        command = valid(ErasePerson, committee=visit.committee, member_id=member_id, **typed)
        await visit.ask(Done, command, id_)
    except Refusal as refusal:
        return await _page(visit, member_id, typed, refusal)
    return await visit.go(f"/members/{member_id}", "个人信息已删除；各处的副本随即清除。")


async def _page(
    visit: Visit, member_id: UUID, typed: dict[str, str] | None = None, refusal: Refusal | None = None
) -> Response:
    sheet = await visit.ask(ErasureSheetAnswer, ErasureSheet(committee=visit.committee, member_id=member_id))
    view = ErasureView(
        sheet=sheet,
        typed=typed or {},
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
    )
    return await visit.page(view, status=refusal.status if refusal else 200)
