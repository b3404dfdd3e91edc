"""What stands before every request: its trace, its size, where it comes from, and the headers of what goes back.

Plain ASGI, so that streams pass through untouched. Always holds: whatever happens inside, the caller gets an answer with
a trace id and these headers, and never a stack.
"""

import re
import time
from typing import Final
from urllib.parse import urlparse

from fastapi import FastAPI
from prometheus_client import Histogram
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.problems import Forbidden, Refusal, TooLarge
from services.portal.refused import refused_response
from services.portal.render import CONTENT_SECURITY_POLICY

JSON_LIMIT: Final = 256 * 1024
"""Bytes of a body that is no upload."""
FORM_LIMIT: Final = 3 * JSON_LIMIT
"""The same for a form, which writes each byte of Chinese as three."""
UPLOAD_LIMIT: Final = 5 * 1024 * 1024
"""Bytes of a roster."""
UPLOAD_PATHS: Final = ("/members/import", "/api/v1/uploads")
_ATTACHING: Final = re.compile(r"/(proposals|processes)/[0-9a-f-]{36}/files")
_MULTIPART_FRAME: Final = 64 * 1024
_UNSAFE: Final = ("POST", "PUT", "PATCH", "DELETE")
_METHODS: Final = ("GET", "HEAD", "OPTIONS", *_UNSAFE)

_HEADERS: Final = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),  # for browsers that do not know frame-ancestors
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""Of every answer; nobody inside says any of them."""
_OVER_TLS: Final = ((b"strict-transport-security", b"max-age=31536000; includeSubDomains"),)

HTTP_SECONDS = Histogram(
    "tongxin_http_seconds", "Time in a request, by route template.", ("route", "method", "status")
)


class Guards:
    """The middleware."""

    def __init__(self, app: FastAPI, inner: ASGIApp, *, public_url: str) -> None:
        self._app = app
        self._inner = inner
        self._origin = _origin(public_url)
        self._headers = _HEADERS + (_OVER_TLS if public_url.startswith("https://") else ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # What is refused here, before the application saw it, is rendered by the application too.
        scope["app"] = self._app
        started, status, complete = time.perf_counter(), 0, False
        # A method is a caller's word: an invented one must not become a label.
        method = scope["method"] if scope["method"] in _METHODS else "other"

        async def send_guarded(message: Message) -> None:
            nonlocal status, complete
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(message, scope["path"])
            await send(message)

        with telemetry.span(method, kind="server", attributes={"http.request.method": method}) as span:
            try:
                self._check_origin(scope)
                await self._inner(scope, _limited(scope, receive), send_guarded)
            except Refusal as refusal:
                await refused_response(scope, refusal)(scope, receive, send_guarded)
            except Exception:
                # The border of the process. The application has answered and logged; only a broken stream goes on up,
                # so that the server cuts the connection instead of pretending that it ended well.
                if not complete:
                    raise
            finally:
                route = _template(scope)
                span.update_name(f"{method} {route}")
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", status)
                HTTP_SECONDS.labels(route, method, f"{status // 100}xx").observe(
                    time.perf_counter() - started
                )

    def _check_origin(self, scope: Scope) -> None:
        """A browser says where a form comes from; from elsewhere nothing is taken."""
        if scope["method"] not in _UNSAFE:
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is not None and origin not in (self._origin, f"{scope['scheme']}://{headers.get('host')}"):
            raise Forbidden("请求来自其他网站，已拒绝；请从本平台页面操作")
        if headers.get("sec-fetch-site", "same-origin") == "cross-site":
            raise Forbidden("请求来自其他网站，已拒绝；请从本平台页面操作")

    def _add_headers(self, message: Message, path: str) -> None:
        said = message["headers"] = [*message.get("headers", ()), *self._headers]
        said.append((b"x-trace-id", (telemetry.trace_id() or "").encode()))
        if not path.startswith("/assets/") and all(name != b"cache-control" for name, _ in said):
            said.append((b"cache-control", b"no-store"))


def _template(scope: Scope) -> str:
    """The route as it was declared: never an id, never a path somebody made up."""
    if scope["path"].startswith("/assets/"):
        return "/assets"
    return getattr(scope.get("route"), "path", None) or "unmatched"


def _limited(scope: Scope, receive: Receive) -> Receive:
    """Count the body while it comes in; more than allowed is refused before it is kept anywhere."""
    headers = Headers(scope=scope)
    limit = _limit(scope["path"], headers.get("content-type", ""))
    declared = headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        raise too_large(limit)
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise too_large(limit)
        return message

    return limited


def _limit(path: str, content_type: str) -> int:
    if path in UPLOAD_PATHS or _ATTACHING.fullmatch(path):
        return UPLOAD_LIMIT + _MULTIPART_FRAME
    return FORM_LIMIT if content_type.startswith("application/x-www-form-urlencoded") else JSON_LIMIT


def too_large(limit: int) -> TooLarge:
    """The refusal, with the limit in words."""
    words = f"{limit // 1024 // 1024} MB" if limit >= UPLOAD_LIMIT else f"{limit // 1024} KB"
    return TooLarge(f"最多 {words}，请精简内容或拆分后再提交")


def _origin(url: str) -> str:
    parsed = urlparse(url)
    return f"{parsed.scheme}://{parsed.netloc}"
