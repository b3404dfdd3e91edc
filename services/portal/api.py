"""REST, derived from the contracts: a POST for each command, a GET for each query, nothing written twice.

Always holds: unknown fields are refused here (the bus ignores them), a command carries its id in `Idempotency-Key`, the
caller is a signed-in session and a change also carries the session's secret in `X-CSRF-Token`.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from pydantic_core import from_json

from chassis.ids import new_id
from chassis.problems import Malformed
from services.portal import openapi
from services.portal.refused import UnsupportedType
from services.portal.visit import Visit, Visiting
from tongxin_contracts import catalogue, message

Handler = Callable[..., Awaitable[JSONResponse]]

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
            operation_id=request.permission().replace(".", "_"),
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
    ) -> JSONResponse:
        visit.check_csrf(x_csrf_token)
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            raise UnsupportedType
        body = read_json(await request.body())
        # Read as JSON again, for a text that stands for an id or a date is one only in JSON.
        asked = kind.model_validate_json(json.dumps(body), extra="forbid")
        return await _answered(visit, asked, idempotency_key)

    return handle


def _query(kind: type[message.Request]) -> Handler:
    async def handle(request: Request, visit: Visiting) -> JSONResponse:
        asked = kind.model_validate(dict(request.query_params), extra="forbid")
        return await _answered(visit, asked, new_id())

    return handle


async def _answered(visit: Visit, asked: message.Request, request_id: UUID) -> JSONResponse:
    answer = await visit.ask(asked.answer, asked, request_id)
    return JSONResponse(answer.model_dump(mode="json"))


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
