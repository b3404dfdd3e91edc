"""What administrators look at: accounts, the five processes."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.problems import Forbidden, Malformed, Refusal
from services.portal.accounts import administration
from services.portal.live import hints
from services.portal.views import AccountRow, AccountsView, LiveView, NewPassword
from services.portal.visit import Visit, Visiting, uuid_field
from tongxin_contracts.permissions import ROLES, Role
from tongxin_contracts.problems import Problem

router = APIRouter()


@router.get("/live")
async def live(visit: Visiting) -> Response:
    """How the five processes are, now."""
    _require(visit, "portal.live")
    return await visit.page(
        LiveView(processes=await visit.portal.processes.look(), looked_at=visit.portal.clock.now())
    )


@router.get("/live/events")
async def events(visit: Visiting) -> Response:
    """Hints for the acting committee, for as long as the page is open."""
    return StreamingResponse(
        hints.frames(visit.portal.hints, visit.committee),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


@router.get("/accounts")
async def accounts(visit: Visiting, search: str = "", after: str | None = None) -> Response:
    """The accounts of the committee."""
    _require(visit, "portal.accounts")
    return await _accounts(visit, search=search[:50], after=after)


@router.post("/accounts")
async def change_account(visit: Visiting) -> Response:
    """Reset a password, lift a lock, confirm a membership."""
    _require(visit, "portal.accounts")
    form = await visit.form()
    what: dict[str, Any] = {
        "committee": visit.committee,
        "by": visit.session.account_id,
        "now": visit.portal.clock.now(),
    }
    database = visit.portal.database
    if form.get("action") == "add":
        return await _add(visit, form, what)
    account_id = uuid_field(form, "account_id")
    match form.get("action"):
        case "reset":
            account, password = await administration.reset_password(database, account_id, **what)
            new = NewPassword(name=account.name, login=account.login, password=password)
            return await _accounts(visit, search=account.login, new_password=new)
        case "unlock":
            account = await administration.unlock(database, account_id, **what)
            return await visit.go("/accounts", f"{account.name} 的账号已解锁。")
        case "confirm":
            account = await administration.confirm(database, account_id, **what)
            return await visit.go("/accounts", f"已确认 {account.name} 在本单位的身份。")
    raise Malformed("请选择要办理的事项")


async def _add(visit: Visit, form: FormData, what: dict[str, Any]) -> Response:
    login, name = str(form.get("login", "")).strip(), str(form.get("name", "")).strip()
    chosen = [ROLES[str(role)] for role in form.getlist("roles") if str(role) in ROLES]
    database = visit.portal.database
    try:
        password = await administration.add(database, login=login, name=name, roles=chosen, **what)
    except Refusal as refusal:
        problem = refusal.problem(telemetry.trace_id())
        return await _accounts(visit, problem=problem, entered=(login, name, frozenset(chosen)))
    return await _accounts(
        visit, search=login, new_password=NewPassword(name=name, login=login, password=password)
    )


async def _accounts(
    visit: Visit,
    *,
    search: str = "",
    after: str | None = None,
    new_password: NewPassword | None = None,
    problem: Problem | None = None,
    entered: tuple[str, str, frozenset[Role]] = ("", "", frozenset()),
) -> Response:
    rows, following = await administration.page(
        visit.portal.database, visit.committee, search=search, after=after
    )
    shown = [
        AccountRow(
            account_id=row.id,
            login=row.login,
            name=row.name,
            roles=_role_labels(row),
            last_sign_in=row.last_sign_in,
            locked_until=row.locked_until,
            must_change=row.must_change,
            closed=row.closed_at is not None,
            confirmed=row.confirmed,
            at_home=row.at_home,
        )
        for row in rows
    ]
    return await visit.page(
        AccountsView(
            accounts=shown,
            search=search,
            next=following,
            new_password=new_password,
            problem=problem,
            login=entered[0],
            name=entered[1],
            chosen=entered[2],
        ),
        status=problem.status if problem else 200,
    )


def _role_labels(row: Any) -> tuple[str, ...]:
    roles = [ROLES[role] for role in row.roles if role in ROLES]
    return tuple(
        f"{role.label}（已离任）" if row.former and role is Role.MEMBER else role.label for role in roles
    )


def _require(visit: Visit, permission: str) -> None:
    """The portal's own pages have no service behind them that would refuse."""
    if not visit.may(permission):
        raise Forbidden("只有系统管理员可以查看此页")
