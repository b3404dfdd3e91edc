"""A unit's desk: what its people have to do, the one due first on top; and signing for several at once."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from chassis.ids import derived_id
from chassis.problems import Malformed, Refusal
from services.portal.views.handling import DispatchOutcome, UnitDeskView, UnitRow
from services.portal.visit import Visit, Visiting, command_id
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.handling_commands import SignReceipt
from tongxin_contracts.proposals.handling_queries import (
    HandlingPage,
    HandlingRow,
    HandlingUnit,
    HandlingUnits,
    HandlingUnitsAnswer,
    UnitDesk,
)
from tongxin_contracts.words import AllocationPart, AllocationState, UnitDuty

router = APIRouter()

PARTS = {part.value: part for part in AllocationPart}


@router.get("/unit")
async def unit_desk(visit: Visiting, part: str = "", after: str | None = None) -> Response:
    """Open parts, or all of them."""
    show_all = visit.request.query_params.get("all") == "1"
    return await visit.page(await _desk(visit, part, after, show_all=show_all))


@router.post("/unit")
async def sign(visit: Visiting) -> Response:
    """Sign for each that was ticked: a command each, so that one refusal holds no other; then say what became of each."""
    form = await visit.form()
    try:
        ids = [UUID(str(item)) for item in form.getlist("items")]
    except ValueError as error:
        raise Malformed("表单不完整，请刷新页面后重试") from error
    if not ids:
        raise Malformed("请先勾选要签收的提案")
    before = {row.row.proposal_id: row.row for row in (await _desk(visit, "", None)).rows}
    once = command_id(form)
    outcomes = []
    for proposal_id in dict.fromkeys(ids):
        row = before.get(proposal_id)
        reason = await _sign(visit, proposal_id, derived_id("sign", once, proposal_id))
        outcomes.append(
            DispatchOutcome(
                title=row.title if row else "提案",
                number=row.number if row else "",
                good=reason is None,
                reason=reason or "",
            )
        )
    return await visit.page(await _desk(visit, "", None, outcomes=tuple(outcomes)))


async def _sign(visit: Visit, proposal_id: UUID, request_id: UUID) -> str | None:
    """Why it was not signed for; None when it was."""
    command = SignReceipt(committee=visit.committee, proposal_id=proposal_id)
    try:
        await visit.ask(Done, command, request_id)
    except Refusal as refusal:
        return refusal.detail or refusal.title
    return None


async def _desk(
    visit: Visit,
    part: str,
    after: str | None,
    *,
    show_all: bool = False,
    outcomes: tuple[DispatchOutcome, ...] = (),
) -> UnitDeskView:
    chosen = PARTS.get(part)
    query = UnitDesk(committee=visit.committee, part=chosen, open_only=not show_all, after=after)
    page = await visit.ask(HandlingPage, query)
    known = await visit.ask(HandlingUnitsAnswer, HandlingUnits(committee=visit.committee))
    mine = [unit for unit in known.units if unit.duties]
    signing = {unit.unit_id for unit in mine if UnitDuty.LIAISON in unit.duties}
    return UnitDeskView(
        units=mine,
        rows=[_row(row, mine, signing) for row in page.rows],
        next=page.next,
        part=chosen.value if chosen else "",
        show_all=show_all,
        may_sign=bool(signing),
        outcomes=outcomes,
    )


def _row(row: HandlingRow, mine: list[HandlingUnit], signing: set[UUID]) -> UnitRow:
    ids = {unit.unit_id for unit in mine}
    parts = tuple(part for part in row.units if part.unit_id in ids)
    to_sign = any(part.unit_id in signing and part.state is AllocationState.DISPATCHED for part in parts)
    return UnitRow(row=row, parts=parts, to_sign=to_sign)
