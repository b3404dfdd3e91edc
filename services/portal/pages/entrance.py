"""Signing in and out, the password, the acting committee."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from chassis import telemetry
from chassis.ids import new_id
from chassis.problems import Invalid, Refusal
from services.portal.accounts import passwords, records, sessions
from services.portal.accounts.sign_in import sign_in
from services.portal.portal import Portal
from services.portal.views import LoginView, PageContext, PasswordView
from services.portal.visit import (
    Changing,
    Visiting,
    cookie_name,
    inner_path,
    portal_of,
)
from tongxin_contracts.problems import FieldProblem

router = APIRouter()


@router.get("/", name="home")
async def home() -> Response:
    """The first page is one's work."""
    return RedirectResponse("/work", 303)


@router.get("/login", name="login_page")
async def login_page(request: Request, next: str = "/work") -> Response:  # noqa: A002  (the field's name)
    """The form."""
    return _login(portal_of(request), LoginView(next=inner_path(next)))


@router.post("/login")
async def log_in(request: Request) -> Response:
    """Sign in; a wrong password shows the form again with what was typed, except the password."""
    portal, now = portal_of(request), portal_of(request).clock.now()
    address = request.client.host if request.client else ""
    form = await request.form(max_fields=10, max_files=0)
    login, next_ = str(form.get("login", ""))[:200].strip(), inner_path(form.get("next"))
    try:
        portal.addresses.check(address, now)
        cookie = await sign_in(portal.database, portal.strangers, login, str(form.get("password", "")), now)
    except Refusal as refusal:
        portal.addresses.failed(address, now)
        problem = refusal.problem(telemetry.trace_id())
        return _login(portal, LoginView(login=login, next=next_, problem=problem), refusal.status)
    await _forget(portal, request)
    response = RedirectResponse(next_, 303)
    response.set_cookie(
        cookie_name(portal),
        cookie,
        max_age=int(sessions.LONGEST.total_seconds()),
        httponly=True,
        secure=portal.settings.secure,
        samesite="lax",
        path="/",
    )
    return response


@router.post("/logout")
async def log_out(visit: Changing) -> Response:
    """End this session."""
    await visit.form()
    async with visit.portal.database.transaction() as tx:
        await sessions.end(tx, visit.session.digest)
    response = RedirectResponse("/login", 303)
    # With its flags: a browser takes nothing back under a `__Host-` name that is not as strict as what set it.
    response.delete_cookie(
        cookie_name(visit.portal),
        path="/",
        httponly=True,
        secure=visit.portal.settings.secure,
        samesite="lax",
    )
    return response


@router.get("/password")
async def password_page(visit: Changing) -> Response:
    """The form."""
    return await visit.page(PasswordView(forced=visit.session.must_change, min_length=passwords.MIN_LENGTH))


@router.post("/password")
async def change_password(visit: Changing) -> Response:
    """Change it; every other browser is signed out."""
    form = await visit.form()
    current, new, again = (str(form.get(name, "")) for name in ("current", "new", "again"))
    portal, session, now = visit.portal, visit.session, visit.portal.clock.now()
    async with portal.database.transaction() as tx:
        stored = await records.password_hash(tx, session.account_id)
    errors = []
    if not await passwords.matches(stored, current):
        errors.append(FieldProblem(field="current", message="当前密码不正确"))
    errors += [
        FieldProblem(field="new", message=fault)
        for fault in passwords.faults(new, login=session.login, name=session.name)
    ]
    if new == current:
        errors.append(FieldProblem(field="new", message="新密码不能与当前密码相同"))
    if new != again:
        errors.append(FieldProblem(field="again", message="两次输入的新密码不一致"))
    if errors:
        view = PasswordView(
            forced=session.must_change,
            min_length=passwords.MIN_LENGTH,
            problem=Invalid(errors=errors).problem(telemetry.trace_id()),
        )
        return await visit.page(view, status=422)
    async with portal.database.transaction() as tx:
        await records.set_password(tx, session.account_id, new, must_change=False)
        await sessions.end_all(tx, session.account_id, but=session.digest)
        await records.note(
            tx, "password_changed", now=now, account_id=session.account_id, by=session.account_id
        )
    return await visit.go("/work", "密码已修改，其他设备上的登录已全部退出。")


@router.post("/committee")
async def change_committee(visit: Visiting) -> Response:
    """Act in another of one's committees, visibly."""
    form = await visit.form()
    async with visit.portal.database.transaction() as tx:
        await sessions.act_in(tx, visit.session, str(form.get("committee", "")))
    return await visit.go(inner_path(form.get("back")))


async def _forget(portal: Portal, request: Request) -> None:
    """End the session this browser had before: nobody is signed in twice in one place."""
    before = request.cookies.get(cookie_name(portal))
    if before:
        async with portal.database.transaction() as tx:
            await sessions.end(tx, sessions.digest_of(before))


def _login(portal: Portal, view: LoginView, status: int = 200) -> HTMLResponse:
    context = PageContext(
        path="/login",
        now=portal.clock.now(),
        csrf="",
        trace_id=telemetry.trace_id() or "",
        command_id=new_id(),
    )
    return HTMLResponse(portal.renderer.render(context, view), status)
