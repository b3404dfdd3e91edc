"""The AsyncAPI 3 document of the whole bus, made from the catalogue.

Written as YAML by hand-sized means: JSON is YAML, so values are JSON and only the top level is laid out in lines.
"""

import json
from typing import Any

from .catalogue import EVENTS, REQUESTS, agency_events
from .message import Event, Request
from .subjects import AGENCY_STREAM, agency_template


def document(schemas: dict[str, str]) -> str:
    """AsyncAPI 3.0 as YAML; payloads point at the JSON Schema files beside it (`schemas`: file name -> text)."""
    del schemas  # the payloads are references; taking the files says that they must be made first
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for event in EVENTS:
        _event(event, channels, operations, messages)
    for event in agency_events():
        _agency_event(event, channels, operations, messages)
    for request in REQUESTS:
        _request(request, channels, operations, messages)
    parts: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tongxin",
            "version": "1",
            "description": "Events, commands and queries of Tongxin on NATS; CloudEvents 1.0 in binary mode.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }
    return "".join(f"{key}: {_yaml(value)}\n" for key, value in parts.items())


def _event(
    event: type[Event], channels: dict[str, Any], operations: dict[str, Any], messages: dict[str, Any]
) -> None:
    key = event.type_name().removeprefix("tongxin.")
    messages[key] = _message(
        event, f"./{event.service}/{event.message_name}.v{event.version}.json", event.type_name()
    )
    channels[key] = {
        "address": event.template(),
        "parameters": {
            "committee": {"description": "GB/T 2260 division code of the committee that owns the aggregate"}
        },
        "messages": {"event": {"$ref": f"#/components/messages/{key}"}},
        "description": f"stream {event.stream()}, aggregate {event.aggregate}, visibility {event.visibility.value}",
    }
    operations[f"send.{key}"] = {"action": "send", "channel": {"$ref": f"#/channels/{key}"}}


def _agency_event(
    event: type[Event], channels: dict[str, Any], operations: dict[str, Any], messages: dict[str, Any]
) -> None:
    name = f"{event.service}.{event.message_name}.v{event.version}"
    key = f"agency.{name}"
    messages[key] = _message(event, f"./agency/{name}.json", f"{event.type_name()} {event.label}")
    channels[key] = {
        "address": agency_template(event.message_name, event.version),
        "parameters": {
            "agency": {"description": "The agency's id; each has a consumer that hears its own alone"}
        },
        "messages": {"event": {"$ref": f"#/components/messages/{key}"}},
        "description": f"stream {AGENCY_STREAM}; cut to the clearance of the agency's subscription",
    }
    operations[f"send.{key}"] = {"action": "send", "channel": {"$ref": f"#/channels/{key}"}}


def _request(
    request: type[Request], channels: dict[str, Any], operations: dict[str, Any], messages: dict[str, Any]
) -> None:
    key = request.subject()
    path = f"./{request.service}/{request.message_name}.v{request.version}"
    messages[key] = _message(request, f"{path}.json", request.permission())
    messages[f"{key}.answer"] = _message(request.answer, f"{path}.answer.json", request.answer.__name__)
    channels[key] = {
        "address": key,
        "messages": {
            "request": {"$ref": f"#/components/messages/{key}"},
            "answer": {"$ref": f"#/components/messages/{key}.answer"},
        },
    }
    operations[f"receive.{key}"] = {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{key}"},
        "messages": [{"$ref": f"#/channels/{key}/messages/request"}],
        "reply": {
            "channel": {"$ref": f"#/channels/{key}"},
            "messages": [{"$ref": f"#/channels/{key}/messages/answer"}],
        },
    }


def _message(message: type[Any], reference: str, title: str) -> dict[str, Any]:
    return {
        "name": message.__name__,
        "title": title,
        "summary": (message.__doc__ or "").strip().splitlines()[0],
        "payload": {"$ref": reference},
    }


def _yaml(value: Any) -> str:
    if isinstance(value, dict) and value:
        lines = [
            f"  {json.dumps(key)}: {json.dumps(part, ensure_ascii=False)}" for key, part in value.items()
        ]
        return "\n" + "\n".join(lines)
    return json.dumps(value, ensure_ascii=False)
