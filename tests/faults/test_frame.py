"""The frame itself: what a default run leaves out it says, and a whole run leaves nothing out."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.faults import frame
from tests.faults.frame import Recovery, new_history, read_history


def items() -> list[Any]:
    """A fault for every run, one for `make faults` alone, and a test that is none."""
    marks = [
        pytest.mark.fault("F4", invariants="I1", ci=True).mark,
        pytest.mark.fault("F5", invariants="I1").mark,
        None,
    ]
    return [SimpleNamespace(get_closest_marker=lambda _name, mark=mark: mark) for mark in marks]


def left_after(found: list[Any]) -> str:
    """What a run says after it has looked at these tests; they are sifted in place."""
    said: list[str] = []
    hook = SimpleNamespace(pytest_deselected=lambda items: said.append(f"{len(items)} deselected"))
    config: Any = SimpleNamespace(hook=hook, stash=pytest.Stash())
    frame.pytest_collection_modifyitems(config, found)
    frame.pytest_terminal_summary(SimpleNamespace(write_line=said.append), config)
    return "\n".join(said)


def test_a_default_run_names_what_it_leaves_to_make_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "WHOLE", False)
    found = items()
    said = left_after(found)
    assert len(found) == 2
    assert "1 deselected" in said
    assert said.endswith("1 tests left to `make faults` (their marker has no ci=True): F5")


def test_a_whole_run_leaves_nothing_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "WHOLE", True)
    found = items()
    assert left_after(found) == ""
    assert len(found) == 3


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
