"""Where a page of a list ended, as text that is handed back for the next page (keyset paging, decision 6).

Whoever reads a cursor says how each part is read; a text that is no cursor of ours is a problem and not a fault.
"""

import base64
import json
from collections.abc import Callable
from typing import Any

from chassis.problems import Malformed


def write_cursor(*place: object) -> str:
    """The parts of the last row's sort key as one text."""
    return base64.urlsafe_b64encode(json.dumps(place, default=str).encode()).decode()


def read_cursor(text: str, *parsers: Callable[[Any], Any]) -> tuple[Any, ...]:
    """The parts again, each read by its parser; raises Malformed for anything else."""
    try:
        place = json.loads(base64.urlsafe_b64decode(text.encode()))
        if any(isinstance(part, str) and "\0" in part for part in place):
            raise ValueError("no database column holds this")
        return tuple(parse(part) for parse, part in zip(parsers, place, strict=True))
    except (ValueError, TypeError, AttributeError) as error:
        raise Malformed("翻页位置无效，请从第一页重新查看") from error
