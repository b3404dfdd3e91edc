"""Every way into the portal, read from the application itself, so that what is new is walked too."""

import inspect
import re
from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import Any, Final, cast

from fastapi.routing import APIRoute

from chassis.ids import new_id
from services.portal.application import make_application
from services.portal.portal import Portal
from services.portal.render import TEMPLATES

_PARAMETER: Final = re.compile(r"\{(\w+)(?::\w+)?\}")
_FIELD: Final = re.compile(r'\bname="([a-z_][\w-]*)"|\b(?:text|area|password)\("[\w-]+", "(\w+)"')
_ACTION: Final = re.compile(r'case "(\w+)"|== "(\w+)"|^    "(\w+)": ', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Way:
    """A path and a method."""

    method: str
    path: str
    """As it was declared, with its parameters in braces."""
    module: str
    """Where its page is written."""

    def filled(self) -> str:
        """With ids that nobody has."""
        return _PARAMETER.sub(lambda found: _value(found[1]), self.path)


def _value(name: str) -> str:
    if name in ("digest",):
        return "0" * 64
    return str(new_id()) if name.endswith("_id") or name in ("id",) else "1"


def ways(method: str) -> list[Way]:
    """Every route with this method."""
    settings = SimpleNamespace(public_url="http://127.0.0.1")
    guards = make_application(cast("Portal", SimpleNamespace(settings=settings)))
    found = [
        Way(method, route.path, route.endpoint.__module__)
        for route in _all(guards._app.routes)
        if method in (route.methods or ())
    ]
    assert len(found) > 40
    return sorted(found, key=lambda way: way.path)


def _all(routes: Any) -> list[APIRoute]:
    found: list[APIRoute] = []
    for route in routes:
        if isinstance(route, APIRoute):
            found.append(route)
        else:
            inner = getattr(route, "original_router", None) or getattr(route, "router", None)
            found += _all(inner.routes) if inner is not None else []
    return found


def pages(method: str) -> list[Way]:
    """The same without REST."""
    return [way for way in ways(method) if not way.path.startswith("/api/")]


def field_names() -> list[str]:
    """Every field that any form of any template sends."""
    found = [
        match for path in TEMPLATES.rglob("*.html") for match in _FIELD.finditer(path.read_text("utf-8"))
    ]
    return sorted({match[1] or match[2] for match in found} - {"csrf", "command_id", "action", "viewport"})


def actions(way: Way) -> list[str]:
    """What a page's form may ask for, as far as its module names it."""
    source = inspect.getsource(import_module(way.module))
    return sorted({next(filter(None, match.groups())) for match in _ACTION.finditer(source)})
