"""A refusal as HTTP: `application/problem+json` for programs, a page in Chinese for people; never a stack.

Also turns what FastAPI and Starlette refuse by themselves (no such path, wrong method, unreadable body) into the same.
"""

from typing import Any, Final
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from chassis import telemetry
from chassis.database import is_transient
from chassis.problems import (
    Fault,
    Malformed,
    NotFound,
    NotSignedIn,
    Refusal,
    Unavailable,
    field_problems,
    found_problems,
    from_rule,
)
from services.portal.views import PageContext, ProblemView
from tongxin_contracts.refusals import Refused

log = structlog.get_logger()

PROBLEM = "application/problem+json"


class MethodNotAllowed(Refusal):
    """The path exists, but not for this method."""

    kind, status, title = "method-not-allowed", 405, "此地址不支持这种操作"


class UnsupportedType(Refusal):
    """The body is of a kind nobody reads here."""

    kind, status, title = "unsupported-type", 415, "不支持的内容类型，请使用 application/json"


def refused_response(scope: Scope, refusal: Refusal) -> Response:
    """The refusal for whoever asked."""
    problem = refusal.problem(telemetry.trace_id())
    if not _wants_page(scope):
        return JSONResponse(
            problem.model_dump(mode="json", exclude_none=True), refusal.status, media_type=PROBLEM
        )
    portal = scope["app"].state.portal if "app" in scope else None
    if portal is None:
        return HTMLResponse(problem.title, refusal.status)
    context = PageContext(
        path=scope["path"], now=portal.clock.now(), csrf="", trace_id=problem.trace_id or "", who=None
    )
    return HTMLResponse(
        portal.renderer.render(context, ProblemView(problem=problem, back="/work")), refusal.status
    )


def _wants_page(scope: Scope) -> bool:
    if scope["path"].startswith(("/api/", "/live/")):
        return False
    headers = dict(scope["headers"])
    return b"text/html" in headers.get(b"accept", b"") or b"hx-request" in headers


def install(app: FastAPI) -> None:
    """Have every failure of the application answered here."""
    from services.portal.visit import MustChangePassword, MustSignIn  # noqa: PLC0415  (it needs us to refuse)

    async def on_must_sign_in(request: Request, refusal: Exception) -> Response:
        if request.method == "GET" and _wants_page(request.scope) and "hx-request" not in request.headers:
            path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?next={quote(path, safe='/')}", 303)
        return refused_response(request.scope, _as_refusal(refusal))

    async def on_must_change(request: Request, refusal: Exception) -> Response:
        if _wants_page(request.scope):
            return RedirectResponse("/password", 303)
        return refused_response(request.scope, _as_refusal(refusal))

    app.add_exception_handler(MustSignIn, on_must_sign_in)
    app.add_exception_handler(MustChangePassword, on_must_change)
    for kind in _REFUSALS:
        app.add_exception_handler(kind, answered)
    app.add_exception_handler(Exception, answered)


_REFUSALS: Final = (
    Refusal, Refused, RequestValidationError, ValidationError, HTTPException, UnicodeDecodeError,
)  # fmt: skip


async def answered(request: Request, error: Exception) -> Response:
    """What whoever asked gets instead of an answer; a fault of ours is written down for the operator."""
    if isinstance(error, _REFUSALS):
        response = refused_response(request.scope, _as_refusal(error))
        response.headers.update(getattr(error, "headers", None) or {})
        return response
    route = getattr(request.scope.get("route"), "path", "unmatched")
    log.error("request_failed", route=route, exc_info=error)
    telemetry.keep_failure(f"{request.method} {route}", error)
    return refused_response(request.scope, Unavailable() if is_transient(error) else Fault())


def _as_refusal(error: Any) -> Refusal:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, Refused):
        return from_rule(error)
    if isinstance(error, ValidationError):
        return Malformed(errors=field_problems(error))
    if isinstance(error, RequestValidationError):
        return _misaddressed(error)
    if isinstance(error, UnicodeDecodeError):
        return Malformed("请求格式不正确")
    by_status = {404: NotFound, 401: NotSignedIn, 405: MethodNotAllowed, 415: UnsupportedType}
    return by_status.get(getattr(error, "status_code", 400), Malformed)()


def _misaddressed(error: RequestValidationError) -> Refusal:
    """What FastAPI found wrong with path, query or headers; a path with an impossible id leads nowhere."""
    findings = error.errors()
    if any(found["loc"][0] == "path" for found in findings):
        return NotFound()
    return Malformed(errors=found_problems({**found, "loc": found["loc"][1:]} for found in findings))
