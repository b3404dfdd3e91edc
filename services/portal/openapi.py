"""The REST description, OpenAPI 3.1: what FastAPI makes of the routes, with what it cannot know said beside it.

Always holds: every operation says how one is signed in and which problems it can give; every problem is
`application/problem+json`; schemas are those of the contracts.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from fastapi import FastAPI
from pydantic import BaseModel

from chassis.problems import REFUSALS, Refusal
from services.portal.refused import PROBLEM, UnsupportedType
from tongxin_contracts import catalogue
from tongxin_contracts.message import Request
from tongxin_contracts.problems import Problem

_PROBLEM_SCHEMA: Final = {"$ref": "#/components/schemas/Problem"}
_SCHEMES: Final = {
    "session": {"type": "apiKey", "in": "cookie", "name": "tongxin"},
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": "The session's secret; needed by whatever changes something.",
    },
}
_ONLY_WITH_BODY: Final = (413, 415)


def install(app: FastAPI) -> None:
    """Have the application describe itself this way."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(plain())
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    whole = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(whole.pop("$defs"))
    schemas["Problem"] = whole
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = _SCHEMES
    for path in document["paths"].values():
        for method, operation in path.items():
            changes = method != "get"
            operation["security"] = [{"session": [], "csrf": []} if changes else {"session": []}]
            operation["responses"] = {"200": operation["responses"]["200"], **_problems(changes=changes)}
            links = _links().get(operation["operationId"])
            if links:
                operation["responses"]["200"]["links"] = links
    return document


@cache
def _links() -> dict[str, dict[str, Any]]:
    """Operation -> queries that show what a command has just made or changed, by the id it named in its body.

    Made of the contracts: a query of the same service that needs nothing but the committee and an id which the command
    names too.
    """
    found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for command in catalogue.COMMANDS:
        for query in catalogue.QUERIES:
            wanted = {name for name in query.model_fields if name.endswith("_id")}
            needed = {name for name, field in query.model_fields.items() if field.is_required()}
            if (
                query.service == command.service
                and len(wanted) == 1
                and needed <= wanted | {"committee"}
                and wanted <= set(command.model_fields)
            ):
                found[operation_id(command)][query.message_name] = {
                    "operationId": operation_id(query),
                    "description": f"{next(iter(wanted))} of the command",
                    "parameters": {
                        f"query.{name}": f"$request.body#/{name}" for name in sorted({"committee", *wanted})
                    },
                }
    return found


def operation_id(request: type[Request]) -> str:
    """What a request's operation is called."""
    return request.permission().replace(".", "_")


def _problems(*, changes: bool) -> dict[str, Any]:
    by_status: defaultdict[int, list[str]] = defaultdict(list)
    refusals: Sequence[type[Refusal]] = (*REFUSALS, UnsupportedType)
    for refusal in refusals:
        if changes or refusal.status not in _ONLY_WITH_BODY:
            by_status[refusal.status].append(refusal.title)
    return {
        str(status): {"description": "；".join(titles), "content": {PROBLEM: {"schema": _PROBLEM_SCHEMA}}}
        for status, titles in sorted(by_status.items())
    }


def body(kind: type[BaseModel]) -> dict[str, Any]:
    """A command's fields as the body of its operation."""
    schema = kind.model_json_schema()
    definitions = schema.pop("$defs", {})
    whole = {**_resolved(schema, definitions), "additionalProperties": False}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": whole}}}}


def parameters(kind: type[BaseModel]) -> dict[str, Any]:
    """A query's fields as parameters of its operation."""
    schema = kind.model_json_schema()
    definitions, required = schema.get("$defs", {}), set(schema.get("required", ()))
    return {
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": name in required,
                **_typed(_resolved(part, definitions)),
                "description": part.get("description", ""),
            }
            for name, part in schema["properties"].items()
        ]
    }


def objects(kind: type[BaseModel]) -> frozenset[str]:
    """Those fields of a query that stand in its address as JSON."""
    found = parameters(kind)["parameters"]
    return frozenset(parameter["name"] for parameter in found if "content" in parameter)


def _typed(schema: dict[str, Any]) -> dict[str, Any]:
    """What has parts cannot be written plainly into an address."""
    return (
        {"content": {"application/json": {"schema": schema}}}
        if schema.get("type") == "object"
        else {"schema": schema}
    )


def _resolved(part: Any, definitions: Mapping[str, Any]) -> Any:
    """A schema without references, so that it stands alone."""
    if isinstance(part, list):
        return [_resolved(item, definitions) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _resolved(definitions[part["$ref"].rsplit("/", 1)[-1]], definitions)
    found = {key: _resolved(value, definitions) for key, value in part.items()}
    if "properties" in part and part.get("type") == "object":
        # Unknown fields are refused at this door however deep they lie.
        found["additionalProperties"] = False
    return found
