"""What an event looks like at an agency: its JSON Schema without the fields nobody outside gets, and the list of events for people.

Always holds: only `public` fields are required, because an agency may be cleared for those alone; nothing above `internal` is in it.
"""

from typing import Any

from .classification import Classification, allows
from .message import Event

_LEVEL = "x-classification"


def agency_schema(event: type[Event]) -> dict[str, Any]:
    """The schema of an event's data as agencies get it."""
    schema = event.model_json_schema(mode="serialization")
    for part in (schema, *schema.get("$defs", {}).values()):
        _cut(part)
    schema["title"] = f"{event.__name__}ForAgencies"
    schema["x-label"] = event.label
    return schema


def event_list(events: tuple[type[Event], ...]) -> str:
    """Every event that may be subscribed, with its fields, as Markdown."""
    lines = [
        "# 可订阅的事件 events agencies may follow",
        "",
        "Made from the contracts; `make contracts` writes it anew. Which fields an agency gets follows from its clearance:",
        "`public` fields always, `internal` ones where the subscription is cleared for them.",
        "",
        "| 事件 event | 名称 | 含义 meaning | `public` | `internal` |",
        "|---|---|---|---|---|",
    ]
    for event in sorted(events, key=lambda event: event.subscribed_name()):
        properties = agency_schema(event)["properties"]
        fields = {
            level: "、".join(f"`{name}`" for name, found in properties.items() if found[_LEVEL] == level)
            for level in ("public", "internal")
        }
        meaning = (event.__doc__ or "").strip().splitlines()[0]
        lines.append(
            f"| [`{event.subscribed_name()}`](agency/{event.service}.{event.message_name}.v{event.version}.json)"
            f" | {event.label} | {meaning} | {fields['public'] or '–'} | {fields['internal'] or '–'} |"
        )
    return "\n".join(lines) + "\n"


def _cut(part: dict[str, Any]) -> None:
    """Take out what never leaves; a definition whose fields have no class (an enumeration) stays as it is."""
    properties: dict[str, Any] = part.get("properties", {})
    levels = {name: Classification(found[_LEVEL]) for name, found in properties.items() if _LEVEL in found}
    for name in [name for name in properties if name not in levels]:
        del properties[name]  # a field without a class is not let out
    for name, level in levels.items():
        if not allows(Classification.INTERNAL, level):
            del properties[name]
    if "required" in part:
        part["required"] = [name for name in part["required"] if levels.get(name) is Classification.PUBLIC]
