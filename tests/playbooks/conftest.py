"""The services these tests ask, and the record of what each row's tests came to."""

import json
from pathlib import Path

import pytest

from tests.services.conftest import house, services

__all__ = ["house", "services"]

RESULTS = Path("build/playbook-tests.json")
_KEY: pytest.StashKey[list[dict[str, object]]] = pytest.StashKey()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """Remember how each marked test ended."""
    report = (yield).get_result()
    mark = item.get_closest_marker("playbook")
    if mark is None or (report.when != "call" and report.passed):
        return
    found = item.config.stash.setdefault(_KEY, [])
    found.append(
        {
            "row": mark.args[0],
            "part": mark.kwargs.get("part"),
            "test": item.nodeid,
            "passed": report.when == "call" and report.passed,
        }
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write them down for `make playbooks`."""
    found = session.config.stash.get(_KEY, None)
    if found is None:
        return
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
