"""REST, derived from the contracts: a POST for each command, a GET for each query, nothing written twice.

Always holds: unknown fields are refused here (the bus ignores them), a command carries its id in `Idempotency-Key`, the
caller is a signed-in session and a change also carries the session's secret in `X-CSRF-Token`.
"""

import json
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, FastAPI, Header, Request
from fastapi.responses import Response
from pydantic_core import from_json
from starlette.types import Receive, Scope, Send

from chassis.ids import new_id
from chassis.problems import Malformed
from services.portal import openapi, refused
from services.portal.refused import UnsupportedType
from services.portal.uploads import give
from services.portal.visit import Visit, Visiting, visit_of
from tongxin_contracts import catalogue, message

Handler = Callable[..., Awaitable[Response]]

PREFIX: Final = "/api/v1"


def router() -> APIRouter:
    """All routes."""
    made = APIRouter(prefix=PREFIX)
    for request in catalogue.REQUESTS:
        is_command = issubclass(request, message.Command)
        made.add_api_route(
            f"/{request.service}/{request.message_name}",
            _command(request) if is_command else _query(request),
            methods=["POST" if is_command else "GET"],
            response_model=request.answer,
            summary=(request.__doc__ or "").strip().splitlines()[0],
            description=request.__doc__,
            operation_id=openapi.operation_id(request),
            tags=[request.service],
            openapi_extra=openapi.body(request) if is_command else openapi.parameters(request),
        )
    return made


def _command(kind: type[message.Request]) -> Handler:
    async def handle(
        request: Request,
        visit: Visiting,
        idempotency_key: Annotated[UUID, Header(description="The command's id: a UUID made by the caller.")],
        x_csrf_token: Annotated[str, Header(description="The session's secret.")] = "",
    ) -> Response:
        return await _carried_out(kind, request, visit, idempotency_key, x_csrf_token)

    return handle


async def _carried_out(
    kind: type[message.Request], request: Request, visit: Visit, command_id: UUID, csrf: str
) -> Response:
    visit.check_csrf(csrf)
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise UnsupportedType
    body = read_json(await request.body())
    # Read as JSON again, for a text that stands for an id or a date is one only in JSON.
    asked = kind.model_validate_json(json.dumps(body), extra="forbid")
    return await _answered(visit, asked, command_id)


class Commands:
    """The short way of a command: the path is looked up, not searched for, and nothing is solved for each request.

    FastAPI describes commands and takes all other requests; what it would refuse by itself goes to it (docs/performance.md).
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._kinds = {
            f"{PREFIX}/{kind.service}/{kind.message_name}": kind
            for kind in catalogue.REQUESTS
            if issubclass(kind, message.Command)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry out one command, or pass the request on."""
        kind = self._kinds.get(scope["path"]) if scope["method"] == "POST" else None
        request = Request(scope, receive)
        try:
            command_id = UUID(request.headers.get("idempotency-key", ""))
        except ValueError:
            kind = None
        if kind is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = SimpleNamespace(path=scope["path"])
        try:
            visit = await visit_of(request)
            csrf = request.headers.get("x-csrf-token", "")
            response = await _carried_out(kind, request, visit, command_id, csrf)
        except Exception as error:  # noqa: BLE001 - the border: whatever it is becomes an answer
            response = await refused.answered(request, error)
        await response(scope, receive, send)


def _query(kind: type[message.Request]) -> Handler:
    objects = openapi.objects(kind)

    async def handle(request: Request, visit: Visiting) -> Response:
        typed: dict[str, Any] = dict(request.query_params)
        typed |= {name: read_json(typed[name].encode()) for name in objects & typed.keys()}
        asked = kind.model_validate(typed, extra="forbid")
        return await _answered(visit, asked, new_id())

    return handle


async def _answered(visit: Visit, asked: message.Request, request_id: UUID) -> Response:
    answer = await visit.ask(asked.answer, asked, request_id)
    await give(visit, answer)
    return Response(answer.model_dump_json(), media_type="application/json")


def read_json(body: bytes) -> Any:
    """A JSON object; raises Malformed for anything else: bad syntax, bad UTF-8, too deep, NaN, no object."""
    try:
        found = from_json(body, allow_inf_nan=False)
        json.dumps(found, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise Malformed("内容不是有效的 JSON（UTF-8），请检查括号、引号与编码") from error
    if not isinstance(found, dict):
        raise Malformed("内容应为一个 JSON 对象")
    return found
