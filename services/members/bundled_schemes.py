"""Points schemes that come with the system, read from their files; a committee adopts one or brings its own.

The files hold data only; `rules/scheme_reading.py` checks them like any scheme that a page hands in.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from .rules.scheme import Scheme
from .rules.scheme_reading import load_scheme

BUNDLED: Final = ("sandikou", "tongcheng_2019", "jinan_2015", "hongkou")
"""Names of the files, without their ending."""


def bundled_data(name: str) -> Mapping[str, Any]:
    """The scheme as its file has it; raises KeyError for a name that is not bundled."""
    if name not in BUNDLED:
        raise KeyError(name)
    text = (files(__package__) / "rules" / "schemes" / f"{name}.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return data


@cache
def bundled_scheme(name: str) -> Scheme:
    """The scheme, checked."""
    return load_scheme(bundled_data(name))
