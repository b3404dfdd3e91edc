"""The frame itself: what a default run leaves out it says, and a whole run leaves nothing out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.frame import Recovery, new_history, read_history

ROOT = Path(__file__).parents[2]


def collected(**environment: str) -> str:
    """What pytest says when it collects two modules of faults, one of them for `make faults` alone."""
    names = ("tests/faults/test_outage.py", "tests/faults/test_poison.py")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", *names],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "TONGXIN_FAULTS"} | environment,
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def test_a_default_run_names_what_it_leaves_to_make_faults() -> None:
    said = collected()
    assert "test_f5" not in said
    assert "test_poison" in said
    assert "faults: 2 tests left to `make faults` (their marker has no ci=True): F5 F6" in said


def test_a_whole_run_leaves_nothing_out() -> None:
    said = collected(TONGXIN_FAULTS="whole")
    assert "test_f5" in said
    assert "left to" not in said


def test_a_recovery_beyond_its_limit_fails_and_is_noted() -> None:
    recovery = Recovery()
    recovery.took(1.5, within=2)
    with pytest.raises(AssertionError, match="limit is 2"):
        recovery.took(3, within=2)
    assert recovery.worst == 3


def test_a_history_begins_with_its_test_and_seed(tmp_path: Path) -> None:
    history = new_history(tmp_path, "tests/faults/test_x.py::test_f1[a/b]")
    history.note("promise", aggregate="p", version=1, outcome="done")
    first, second = read_history(history.path)
    assert first["test"].endswith("test_f1[a/b]")
    assert isinstance(first["seed"], int)
    assert second["kind"] == "promise"
