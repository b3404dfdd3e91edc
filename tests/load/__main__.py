"""`python -m tests.load [name …]`: runs the benches, prints the table, writes `build/bench.json`.

Each bench runs in a process of its own, so that none measures what another one left in memory. Ends with 1 where a
figure misses its bar or a bench breaks; the others are measured all the same.
"""

import json
import os
import sys
import time
from pathlib import Path

from tests.load.apart import measure_apart
from tests.load.benches import BENCHES
from tests.load.figures import Figure, table

OUTPUT = Path(__file__).resolve().parents[2] / "build" / "bench.json"


def main(names: list[str]) -> int:
    """Run the benches with these names, all without any; the process' exit code."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no bench {', '.join(unknown)}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    figures: list[Figure] = []
    broken: list[str] = []
    for name in names or BENCHES:
        print(f"{name} … (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)", flush=True)
        began = time.monotonic()
        measured = measure_apart(name)
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
        if measured is None:
            broken.append(name)
        else:
            figures += measured
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(
        json.dumps([figure.as_json() for figure in figures], ensure_ascii=False, indent=1) + "\n"
    )
    print(f"\n{table(figures)}\n")
    for name in broken:
        print(f"{name} broke; what it said is above", file=sys.stderr)
    return 1 if broken or not all(figure.ok for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
