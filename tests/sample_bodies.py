"""The smallest body a request's own schema takes, so that tests generated from the catalogue need no hand-written ones."""

import re
from collections.abc import Callable
from typing import Any, Final

from chassis.ids import new_id
from tongxin_contracts.message import Event, Request

_TEXTS: Final = ("x", "xlsx", "aa", "340921", "0" * 64, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
"""Candidates for texts with a pattern; a new pattern that none of them fits fails loudly and asks for another one."""
_BY_FORMAT: Final = {"date": "2026-01-10", "date-time": "2026-01-10T00:00:00Z", "time": "09:00:00"}


def sample(request: type[Request], committee: str) -> Request:
    """A valid request to this committee with new ids and otherwise the least of everything."""
    schema = request.model_json_schema()
    body = _object(schema, schema) | {"committee": committee}
    return request.model_validate(body)


def sample_event(event: type[Event]) -> Event:
    """A valid event with new ids and otherwise the least of everything."""
    schema = event.model_json_schema()
    return event.model_validate(_object(schema, schema))


def _object(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties", {})
    return {name: _value(properties[name], document) for name in schema.get("required", ())}


def _value(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    schema = _resolved(schema, document)
    if "enum" in schema:
        return schema["enum"][0]
    make = _MAKERS.get(schema.get("type", ""))
    if make is None:
        raise NotImplementedError(f"no sample for {schema}")
    return make(schema, document)


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Follow references, and of alternatives take the first."""
    if "$ref" in schema:
        return _resolved(document["$defs"][schema["$ref"].rsplit("/", 1)[-1]], document)
    for keyword in ("allOf", "anyOf"):
        if keyword in schema:
            return _resolved(schema[keyword][0], document)
    return schema


def _list(schema: dict[str, Any], document: dict[str, Any]) -> list[Any]:
    return [_value(schema["items"], document) for _ in range(schema.get("minItems", 0))]


def _text(schema: dict[str, Any], _document: dict[str, Any]) -> str:
    if schema.get("format") == "uuid":
        return str(new_id())
    if "format" in schema:
        return _BY_FORMAT[schema["format"]]
    pattern, least = schema.get("pattern", ""), schema.get("minLength", 0)
    return next(text for text in _TEXTS if re.search(pattern, text) and len(text) >= least)


_MAKERS: Final[dict[str, Callable[[dict[str, Any], dict[str, Any]], Any]]] = {
    "string": _text,
    "integer": lambda schema, _: schema.get("minimum", 0),
    "number": lambda schema, _: schema.get("minimum", 0),
    "boolean": lambda *_: False,
    "array": _list,
    "object": _object,
}
