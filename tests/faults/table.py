"""Prints the table fault × invariant with the time to recover, and writes build/faults.json.

A fault holds only where at least one test is marked with it and every one of them passed; a fault of the table without
a test is said to have none and makes the whole run fail.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

from tests.faults.frame import RESULTS, SEED, number_of

OUTPUT: Final = Path("build/faults.json")
INVARIANTS: Final = tuple(f"I{number}" for number in range(1, 11))
FAULTS: Final = {
    "F1": "a service killed between commit and relay",
    "F2": "a relay killed after publishing, before marking",
    "F3": "a follower killed after its commit, before its ack",
    "F4": "the bus killed in full flow",
    "F5": "the bus away longer than the client's patience",
    "F6": "the database restarted in mid-transaction",
    "F7": "a bad network: slow, resets, half-open, black hole",
    "F8": "poison messages",
    "F9": "every event three times, shuffled",
    "F10": "replay from outside the deduplication window",
    "F11": "a reaction slower than ack_wait, two replicas",
    "F12": "stream or consumer deleted or changed",
    "F13": "stream full, disk full",
    "F14": "rolling restart under load",
    "F15": "clock a day off, holidays, midnight",
    "F16": "version N-1 beside N",
    "F17": "an agency's webhook misbehaves",
    "F18": "a zombie relay",
    "F19": "three bus nodes: leader killed, follower cut off",
    "F20": "a database restored to an hour ago",
    "F21": "durability is switched on",
    "F22": "the first start cut off while the demo is told",
}


def rows(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a fault, of all its tests."""
    found = []
    for fault in sorted({result["fault"] for result in results}, key=number_of):
        tests = [result for result in results if result["fault"] == fault]
        seconds = [test["seconds"] for test in tests if test["seconds"] is not None]
        found.append(
            {
                "fault": fault,
                "invariants": sorted({name for test in tests for name in test["invariants"]}, key=_place),
                "ok": all(test["ok"] for test in tests),
                "seconds": round(max(seconds), 2) if seconds else None,
                "seed": tests[0]["seed"],
            }
        )
    return found


def picture(results: list[dict[str, Any]]) -> str:
    """The table as people read it: ✓ holds, ✗ a test that asks for it failed, · not asked."""
    table = rows(results)
    broken = {(r["fault"], name) for r in results if not r["ok"] for name in r["invariants"]}
    lines = ["      " + " ".join(f"{name:>3}" for name in INVARIANTS) + "   seconds"]
    for fault, words in FAULTS.items():
        row = next((row for row in table if row["fault"] == fault), None)
        if row is None:
            lines.append(
                f"{fault:<5} " + " ".join("  –" for _ in INVARIANTS) + f"            {words} (not run)"
            )
            continue
        signs = {name: "✗" if (fault, name) in broken else "✓" for name in row["invariants"]}
        cells = " ".join(f"{signs.get(name, '·'):>3}" for name in INVARIANTS)
        seconds = "–" if row["seconds"] is None else f"{row['seconds']:.1f}"
        lines.append(f"{fault:<5} {cells} {seconds:>9}   {words}")
    return "\n".join(lines)


def main(*, every: bool) -> int:
    """Print and write; the status is 1 where a fault does not hold or, if every one is wanted, has no test."""
    if not RESULTS.exists():
        sys.stderr.write("no results: run `make faults`, which runs the tests first\n")
        return 1
    results = json.loads(RESULTS.read_text("utf-8"))
    table = rows(results)
    OUTPUT.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", "utf-8")
    held = sum(row["ok"] for row in table)
    sys.stdout.write(
        f"\n{picture(table)}\n\n{held} of {len(FAULTS)} faults hold, seed {SEED}; written to {OUTPUT}\n"
    )
    missing = set(FAULTS) - {row["fault"] for row in table} if every else set()
    return 1 if missing or held < len(table) else 0


def _place(invariant: str) -> int:
    return int(invariant.removeprefix("I"))
