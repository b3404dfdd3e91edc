"""Prints every row with its state, as the last run of the playbooks' tests left it, and writes build/playbooks.json.

`works` is true only where a test of the whole row passed, or one of every part that rows.json says it consists of, and
none of its tests failed; a row of which only parts have tests says which.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.playbooks.conftest import RESULTS

ROWS = Path(__file__).with_name("rows.json")
OUTPUT = Path("build/playbooks.json")


def main() -> None:
    """Print and write; ends with status 1 when no test run has left its results."""
    if not RESULTS.exists():
        sys.exit("no results: run `make playbooks`, which runs the tests first")
    results = json.loads(RESULTS.read_text("utf-8"))
    table = []
    for row in json.loads(ROWS.read_text("utf-8")):
        tests = [result for result in results if result["row"] == row["row"]]
        state, works = _state(row, tests)
        table.append(
            {"row": row["row"], "works": works, "test": ", ".join(result["test"] for result in tests) or None}
        )
        sys.stdout.write(f"{row['row']}  {state:<8} {row['organisation']:<24} {_parts(tests)}\n")
    OUTPUT.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", "utf-8")
    working = sum(entry["works"] for entry in table)
    sys.stdout.write(f"\n{working} of {len(table)} rows work; written to {OUTPUT}\n")


def _state(row: dict[str, Any], tests: list[dict[str, object]]) -> tuple[str, bool]:
    if not tests:
        return "–", False
    if not all(test["passed"] for test in tests):
        return "fails", False
    tested = {test["part"] for test in tests}
    whole = None in tested or ("parts" in row and tested >= set(row["parts"]))
    return ("works" if whole else "part", whole)


def _parts(tests: list[dict[str, object]]) -> str:
    return "、".join(sorted({str(test["part"]) for test in tests if test["part"]}))
