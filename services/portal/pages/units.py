"""Handling units: the committee's list, and who does what in each."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.ids import derived_id
from chassis.problems import Malformed, NotFound, Refusal
from services.portal.accounts import administration
from services.portal.views import UnitsView, UnitView
from services.portal.visit import Visit, Visiting, command_id
from tongxin_contracts.members.commands import RegisterUnit, StaffUnit
from tongxin_contracts.members.events import UnitPost
from tongxin_contracts.members.queries import UnitRow, Units, UnitsAnswer
from tongxin_contracts.message import Done
from tongxin_contracts.words import UnitDuty

router = APIRouter()


@router.get("/units")
async def units(visit: Visiting) -> Response:
    """All units with their people."""
    return await _list(visit)


@router.post("/units")
async def register(visit: Visiting) -> Response:
    """Put another unit on the list."""
    form = await visit.form()
    id_ = command_id(form)
    name, short_name = _names(form)
    try:
        command = RegisterUnit.model_validate(
            {
                "committee": visit.committee,
                "unit_id": derived_id("unit", id_),
                "name": name,
                "short_name": short_name or name[:20],
            }
        )
        await visit.ask(Done, command, id_)
    except (Refusal, ValueError) as error:
        refusal = error if isinstance(error, Refusal) else Malformed("请填写单位名称，简称不超过 20 字")
        return await _list(visit, refusal=refusal, name=name, short_name=short_name)
    return await visit.go(f"/units/{command.unit_id}", f"“{name}”已加入承办单位名单，请安排人员。")


@router.get("/units/{unit_id}")
async def unit(visit: Visiting, unit_id: UUID) -> Response:
    """One unit and who may be chosen for it."""
    return await _one(visit, unit_id)


@router.post("/units/{unit_id}")
async def change(visit: Visiting, unit_id: UUID) -> Response:
    """Rename or close it, or say who does what in it."""
    form = await visit.form()
    id_ = command_id(form)
    try:
        if form.get("action") == "staff":
            await visit.ask(Done, _staffing(visit, unit_id, form), id_)
            return await visit.go(f"/units/{unit_id}", "人员安排已保存。")
        name, short_name = _names(form)
        fields = {"name": name, "short_name": short_name, "active": form.get("active") == "yes"}
        command = RegisterUnit.model_validate({"committee": visit.committee, "unit_id": unit_id, **fields})
        await visit.ask(Done, command, id_)
    except Refusal as refusal:
        return await _one(visit, unit_id, refusal)
    except ValueError:
        return await _one(visit, unit_id, Malformed("请核对填写的内容，简称不超过 20 字"))
    return await visit.go(f"/units/{unit_id}", "已保存。")


def _names(form: FormData) -> tuple[str, str]:
    return str(form.get("name", "")).strip(), str(form.get("short_name", "")).strip()


def _staffing(visit: Visit, unit_id: UUID, form: FormData) -> StaffUnit:
    posts = []
    for choice in form.getlist("posts"):
        duty, _, person = str(choice).partition(":")
        posts.append(UnitPost(duty=UnitDuty(duty), person_id=UUID(person)))
    version = int(str(form.get("version", "")))
    return StaffUnit(committee=visit.committee, unit_id=unit_id, expected_version=version, posts=posts)


async def _list(visit: Visit, *, refusal: Refusal | None = None, **entered: str) -> Response:
    found = await visit.ask(UnitsAnswer, Units(committee=visit.committee))
    people = {post.person_id for unit in found.units for post in unit.posts}
    problem = refusal.problem(telemetry.trace_id()) if refusal else None
    view = UnitsView(units=found.units, problem=problem, **entered)
    return await visit.page(view, people=people, status=refusal.status if refusal else 200)


async def _one(visit: Visit, unit_id: UUID, refusal: Refusal | None = None) -> Response:
    found = await visit.ask(UnitsAnswer, Units(committee=visit.committee))
    shown = next((unit for unit in found.units if unit.unit_id == unit_id), None)
    if shown is None:
        raise NotFound
    people = {post.person_id for post in shown.posts}
    names = await visit.portal.names(people)
    accounts = await administration.unit_people(visit.portal.database, visit.committee)
    view = UnitView(
        unit=shown,
        candidates={duty: _candidates(duty, shown, accounts, names) for duty in UnitDuty},
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
    )
    return await visit.page(view, people=people, status=refusal.status if refusal else 200)


def _candidates(
    duty: UnitDuty, shown: UnitRow, accounts: Sequence[Any], names: dict[UUID, str]
) -> list[tuple[UUID, str]]:
    """Whoever holds the role, and whoever has the duty now, even when the role was taken from them since."""
    role = administration.UNIT_ROLES[duty].value
    people = {row.person_id: row.name for row in accounts if role in row.roles}
    for post in shown.posts:
        if post.duty is duty:
            people.setdefault(post.person_id, names.get(post.person_id, "（已无账号）"))
    return sorted(people.items(), key=lambda item: (item[1], item[0]))
