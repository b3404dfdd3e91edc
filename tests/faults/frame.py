"""The frame of the faults: which run, with which seed, how long recovery took, and the table that comes of it.

A fault is a test marked `fault("F4", invariants="I1 I2")`, anywhere under tests/. Always holds: a test without
`ci=True` runs only in `make faults`, and a run that leaves it out says so; what a fault came to is written down by the
run itself and by nothing else.
"""

import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

WHOLE: Final = os.environ.get("TONGXIN_FAULTS") == "whole"
"""Whether every fault runs, in whole size; set by `python -m tests.faults` and by hand for a single test."""
SEED: Final = int(os.environ.get("TONGXIN_FAULT_SEED") or "20261121")
RESULTS: Final = Path("build/fault-tests.json")
HISTORIES: Final = Path("build/faults")
"""Histories of the last run, one file a test; `python -m tests.faults.checker FILE` judges one again."""

_FOUND: Final = pytest.StashKey[list[dict[str, Any]]]()
_LEFT_OUT: Final = pytest.StashKey[list[str]]()


def times(variable: str, *, ci: int, whole: int) -> int:
    """How often or how long something is done: by the environment, else whole in `make faults`, else the CI size."""
    named = os.environ.get(variable)
    return int(named) if named else whole if WHOLE else ci


NOT_OBSERVED: Final = frozenset({"begin", "promise", "fault"})
"""Kinds of lines that are of no observation."""


@dataclass
class Recovery:
    """How long it took until everything held again, as the test itself measured it."""

    measured: list[float] = field(default_factory=list)

    def took(self, seconds: float, *, within: float | None = None) -> float:
        """Note a recovery; fails when it took longer than the table gives it."""
        self.measured.append(seconds)
        assert within is None or seconds <= within, (
            f"recovered after {seconds:.1f} s, the limit is {within} s"
        )
        return seconds

    @contextmanager
    def timed(self, *, within: float | None = None) -> Iterator[None]:
        """Note how long a block took that ends when all holds again."""
        began = time.monotonic()
        yield
        self.took(time.monotonic() - began, within=within)

    @property
    def worst(self) -> float | None:
        """The longest one; None where nothing had to recover."""
        return max(self.measured, default=None)


@dataclass
class History:
    """What was promised and observed in one test, one JSON object a line, written as it happens."""

    path: Path
    _standing: list[dict[str, Any]] = field(default_factory=list)

    def note(self, kind: str, **facts: Any) -> None:
        """Add a line."""
        self.extend([{"kind": kind, **facts}])

    def extend(self, lines: Sequence[dict[str, Any]]) -> None:
        """Add lines."""
        written = [json.dumps(line, ensure_ascii=False, default=str) for line in lines]
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in written)
        for line in map(json.loads, written):
            if line["kind"] == "observation":
                self._standing = [kept for kept in self._standing if kept["kind"] in NOT_OBSERVED]
            self._standing.append(line)

    def read(self) -> list[dict[str, Any]]:
        """All lines so far."""
        return read_history(self.path)

    def standing(self) -> list[dict[str, Any]]:
        """What the next observation is held to: every promise, and the last observation alone.

        Earlier ones were judged when they were made; judged again they would take more time with every fault.
        """
        return list(self._standing)


def read_history(path: Path) -> list[dict[str, Any]]:
    """The lines of a history."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture
def recovery() -> Recovery:
    """Where a fault's test says how long recovery took."""
    return Recovery()


def new_history(folder: Path, test: str) -> History:
    """An empty history that begins with the test's name and seed."""
    path = folder / f"{re.sub(r'[^A-Za-z0-9_]+', '-', test).strip('-')}.history.jsonl"
    path.unlink(missing_ok=True)
    history = History(path)
    history.note("begin", test=test, seed=SEED, whole=WHOLE)
    return history


def keep(history: History) -> None:
    """Copy a history to where it outlives its data folder."""
    HISTORIES.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(history.path, HISTORIES / history.path.name)


# -- hooks, imported by tests/conftest.py ------------------------------------------------------------------------


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only `make faults` runs, and remember to say so."""
    out = [item for item in items if not WHOLE and _is_whole_only(item)]
    if out:
        items[:] = [item for item in items if item not in out]
        config.hook.pytest_deselected(items=out)
        config.stash[_LEFT_OUT] = [str(_mark(item).args[0]) for item in out]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what was left out and why."""
    left = config.stash.get(_LEFT_OUT, [])
    if left:
        names = " ".join(sorted(set(left), key=number_of))
        terminalreporter.write_line(
            f"faults: {len(left)} tests left to `make faults` (their marker has no ci=True): {names}"
        )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Remember how each fault ended."""
    report = (yield).get_result()
    mark = item.get_closest_marker("fault")
    if mark is None or (report.when != "call" and report.passed):
        return
    recovery = getattr(item, "funcargs", {}).get("recovery")
    item.config.stash.setdefault(_FOUND, []).append(
        {
            "fault": mark.args[0],
            "invariants": mark.kwargs["invariants"].split(),
            "test": item.nodeid,
            "ok": report.when == "call" and report.passed,
            "seconds": recovery.worst if recovery else None,
            "duration": report.duration,
            "seed": SEED,
        }
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what was found, for the table."""
    found = session.config.stash.get(_FOUND, None)
    if found is not None:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")


def number_of(fault: str) -> int:
    """F14 -> 14, to put faults in order."""
    return int(fault.removeprefix("F"))


def _is_whole_only(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("fault")
    return mark is not None and not mark.kwargs.get("ci", False)


def _mark(item: pytest.Item) -> pytest.Mark:
    mark = item.get_closest_marker("fault")
    assert mark is not None
    return mark
