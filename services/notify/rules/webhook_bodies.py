"""What is posted to a webhook: one CloudEvent in structured JSON, always below 20 kB.

Always holds: the same event has the same body for every attempt as long as its content is the same; what is too large loses its
long texts and says so (`truncated`), never an id.
"""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"
MAX_BODY: Final = 20_000
"""Bytes; Standard Webhooks asks for less than 20 kB."""
TEST_TYPE: Final = "tongxin.notify.webhook_test.v1"
_SHORT: Final = 200
"""Characters of a text that a thin event keeps."""


def body(headers: Mapping[str, str], data: Mapping[str, Any], label: str) -> bytes:
    """The body of one delivery, from the event's headers as they travel on the bus and the cut content."""
    event: dict[str, Any] = {
        name.removeprefix("ce-"): unquote(value) for name, value in headers.items() if name.startswith("ce-")
    }
    for name in ("aggregateversion", "epoch"):
        if name in event:
            event[name] = int(event[name])
    if "traceparent" in headers:
        event["traceparent"] = headers["traceparent"]
    event |= {"datacontenttype": "application/json", "label": label}
    whole = _json(event | {"data": data})
    if len(whole) < MAX_BODY:
        return whole
    return _thin(event | {"truncated": True}, data)


def _thin(event: dict[str, Any], data: Mapping[str, Any]) -> bytes:
    """As many plain short values as fit, in the order of the contract: ids, numbers and titles come first."""
    kept: dict[str, Any] = {}
    made = _json(event | {"data": kept})
    for name, value in data.items():
        if isinstance(value, dict | list) or (isinstance(value, str) and len(value) > _SHORT):
            continue
        longer = _json(event | {"data": kept | {name: value}})
        if len(longer) >= MAX_BODY:
            break
        kept[name], made = value, longer
    return made


def _json(event: Mapping[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
