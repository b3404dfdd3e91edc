"""Where the generated contract is committed, and how to read it."""

import json
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).resolve().parents[2] / "contracts" / "schemas"


def schema(name: str) -> dict[str, Any]:
    """A committed JSON Schema, as a copy that a test may change."""
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    return found
