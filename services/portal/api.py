"""REST, derived from the contracts: a POST for each command, a GET for each query, nothing written twice.

Always holds: unknown fields are refused here (the bus ignores them), a command carries its id in `Idempotency-Key`, the
caller is a signed-in session and a change also carries the session's secret in `X-CSRF-Token`.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic_core import from_json

from chassis.ids import new_id
from chassis.problems import REFUSALS, Malformed
from services.portal.refused import PROBLEM, UnsupportedType
from services.portal.visit import Visit, visit_of
from tongxin_contracts import catalogue, message
from tongxin_contracts.problems import Problem

Handler = Callable[..., Awaitable[JSONResponse]]

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    refusal.status: {"model": Problem, "description": refusal.title, "content": {PROBLEM: {}}}
    for refusal in REFUSALS
}


def router() -> APIRouter:
    """All routes."""
    made = APIRouter(prefix="/api/v1")
    for request in catalogue.REQUESTS:
        path = f"/{request.service}/{request.message_name}"
        is_command = issubclass(request, message.Command)
        made.add_api_route(
            path,
            _command(request) if is_command else _query(request),
            methods=["POST" if is_command else "GET"],
            response_model=request.answer,
            summary=(request.__doc__ or "").strip().splitlines()[0],
            description=request.__doc__,
            operation_id=request.permission().replace(".", "_"),
            tags=[request.service],
            responses=_PROBLEMS,
            openapi_extra=_body(request) if is_command else _parameters(request),
        )
    return made


def _command(kind: type[message.Request]) -> Handler:
    async def handle(
        request: Request,
        visit: Annotated[Visit, Depends(visit_of)],
        idempotency_key: Annotated[UUID, Header(description="The command's id: a UUID made by the caller.")],
        x_csrf_token: Annotated[str, Header(description="The session's secret.")] = "",
    ) -> JSONResponse:
        visit.check_csrf(x_csrf_token)
        if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
            raise UnsupportedType
        body = read_json(await request.body())
        return await _answered(visit, kind, body, idempotency_key)

    return handle


def _query(kind: type[message.Request]) -> Handler:
    async def handle(request: Request, visit: Annotated[Visit, Depends(visit_of)]) -> JSONResponse:
        return await _answered(visit, kind, dict(request.query_params), new_id(), strict=False)

    return handle


async def _answered(
    visit: Visit, kind: type[message.Request], body: Any, request_id: UUID, *, strict: bool = True
) -> JSONResponse:
    asked = (
        kind.model_validate_json(json.dumps(body), extra="forbid")
        if strict
        else kind.model_validate(body, extra="forbid")
    )
    answer = await visit.ask(kind.answer, asked, request_id)
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


def _body(kind: type[BaseModel]) -> dict[str, Any]:
    schema = kind.model_json_schema()
    whole = _resolved({key: part for key, part in schema.items() if key != "$defs"}, schema.get("$defs", {}))
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": whole}}}}


def _parameters(kind: type[BaseModel]) -> dict[str, Any]:
    schema = kind.model_json_schema()
    definitions = schema.get("$defs", {})
    required = set(schema.get("required", ()))
    return {
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": name in required,
                "schema": _resolved(part, definitions),
                "description": part.get("description", ""),
            }
            for name, part in schema["properties"].items()
        ]
    }


def _resolved(part: Any, definitions: dict[str, Any]) -> Any:
    """A schema without references, for a query parameter stands alone."""
    if isinstance(part, list):
        return [_resolved(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _resolved(definitions[part["$ref"].rsplit("/", 1)[-1]], definitions)
    return {key: _resolved(value, definitions) for key, value in part.items()}
