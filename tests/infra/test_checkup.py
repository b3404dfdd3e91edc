"""What `tongxin doctor` makes of what processes say of their invariants."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.local import checkup
from infra.local.stack import Stack
from tongxin_contracts.subjects import SERVICES

Samples = list[tuple[dict[str, str], float]]


def said_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, looks: Mapping[str, Samples]) -> checkup.Finding:
    """The finding when these services show these samples, and the others none."""
    stack = Stack(tmp_path)
    by_port = {stack.ports.health[service]: samples for service, samples in looks.items()}
    monkeypatch.setattr(checkup, "gauge", lambda port, _name: by_port.get(port, []))
    return checkup._invariants(stack)


def test_sound_is_said_of_processes_that_looked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sound: Samples = [({"invariant": "deadlines_fire"}, 0.0)]
    found = said_of(monkeypatch, tmp_path, dict.fromkeys(SERVICES, sound))
    assert (found.well, found.said) == (True, "没有发现违反")


def test_who_has_not_looked_yet_is_not_called_sound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    looks: dict[str, Samples] = {
        service: [({"invariant": "deadlines_fire"}, 0.0)] for service in SERVICES if service != "proposals"
    }
    found = said_of(monkeypatch, tmp_path, looks)
    assert found.said == "proposals 还没有检查过（启动一分钟后开始）"
    assert found.well, "just started is no fault; a check that stays away is an alert"


def test_a_violation_is_said_beside_who_has_not_looked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = said_of(monkeypatch, tmp_path, {"members": [({"invariant": "points_are_the_ledger"}, 2.0)]})
    assert not found.well
    assert "members：points_are_the_ledger 2 处" in found.said
    assert "portal" in found.said
