"""Writes what is derived from the catalogue: JSON Schemas (agencies' own among them), AsyncAPI 3, the list of
events for agencies and the permission table.

`python -m tongxin_contracts.generate DIRECTORY` writes; with `--check` nothing is written and anything out of date
or incompatible with what is committed ends with status 1. The committed files are the contract others built on.
"""

import json
import sys
from pathlib import Path
from typing import Any

from . import catalogue, compatibility
from .agency_schema import agency_schema, event_list
from .asyncapi import document
from .message import Event, Request
from .permissions import GRANTS, Role


def main() -> None:
    """Write or check; prints what it did, one line a finding."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
    directory = Path(arguments[0] if arguments else "contracts/schemas")
    wanted = files()
    faults = catalogue.faults() + incompatible(directory, wanted)
    if "--check" in sys.argv:
        faults += stale(directory, wanted)
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    if faults:
        sys.exit(1)
    if "--check" not in sys.argv:
        write(directory, wanted)


def files() -> dict[str, str]:
    """Every generated file: its path below the directory and its text."""
    made = {f"{_path(event)}.json": _json(schema_of(event)) for event in catalogue.EVENTS}
    for request in catalogue.REQUESTS:
        made[f"{_path(request)}.json"] = _json(schema_of(request))
        made[f"{_path(request)}.answer.json"] = _json(request.answer.model_json_schema(mode="serialization"))
    for event in catalogue.agency_events():
        made[f"agency/{event.service}.{event.message_name}.v{event.version}.json"] = _json(
            agency_schema(event)
        )
    made["agency/events.md"] = event_list(catalogue.agency_events())
    made["asyncapi.yaml"] = document(made)
    made["permissions.md"] = permission_table()
    return made


def schema_of(message: type[Event] | type[Request]) -> dict[str, Any]:
    """The JSON Schema of a message as it is written to the bus."""
    return message.model_json_schema(mode="validation" if issubclass(message, Request) else "serialization")


def permission_table() -> str:
    """Permissions by role, for people."""
    lines = ["# 权限表 permissions by role", "", "Made from `permissions.py`; own < committee < below.", ""]
    lines += ["| request | " + " | ".join(role.label for role in Role) + " |"]
    lines += ["|---" * (len(Role) + 1) + "|"]
    for permission in sorted(catalogue.requests_by_permission()):
        scopes = [GRANTS[role].get(permission) for role in Role]
        lines.append(
            f"| `{permission}` | " + " | ".join(scope.value if scope else "–" for scope in scopes) + " |"
        )
    return "\n".join(lines) + "\n"


def incompatible(directory: Path, wanted: dict[str, str]) -> list[str]:
    """Where today's messages break what is committed."""
    found = []
    for path in sorted(directory.rglob("*.json")):
        name = path.relative_to(directory).as_posix()
        if name not in wanted:
            found.append(f"{name}: message removed; keep it until nobody reads its version")
            continue
        found += compatibility.breaks(
            json.loads(path.read_text("utf-8")), json.loads(wanted[name]), definition=name
        )
    return found


def stale(directory: Path, wanted: dict[str, str]) -> list[str]:
    """Generated files that are not what the catalogue says today."""
    return [
        f"{name}: out of date, run `make contracts`"
        for name, text in wanted.items()
        if not (directory / name).exists() or (directory / name).read_text("utf-8") != text
    ]


def write(directory: Path, wanted: dict[str, str]) -> None:
    """Write every file whose text changed."""
    for name in stale(directory, wanted):
        path = directory / name.split(":", 1)[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[name.split(":", 1)[0]], "utf-8")
        sys.stdout.write(f"wrote {path}\n")


def _path(message: type[Event] | type[Request]) -> str:
    return f"{message.service}/{message.message_name}.v{message.version}"


def _json(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    main()
