"""Alert rules, dashboards and runbooks agree with each other and, by promtool's own tests, with their faults."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.grafana import build
from tests.watching.pages import metrics_named

ROOT = Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "infra" / "prometheus"
RULES = sorted((PROMETHEUS / "rules").glob("*.yml"))
RUNBOOKS = ROOT / "docs" / "runbooks"


def promtool() -> str:
    """The program; a test without it says so."""
    fetched = ROOT / "build" / "tools" / "promtool"
    found = shutil.which("promtool") or (str(fetched) if fetched.exists() else None)
    if found is None:
        pytest.skip("promtool is not here: run infra/prometheus/get-promtool.sh")
    return found


def run_promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """One run, with what it says."""
    return subprocess.run(
        [promtool(), *map(str, arguments)], capture_output=True, text=True, check=False, timeout=110
    )


def alerts() -> dict[str, list[dict[str, Any]]]:
    """Every alert rule by its name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in RULES:
        for group in yaml.safe_load(path.read_text())["groups"]:
            for rule in group["rules"]:
                if "alert" in rule:
                    found.setdefault(rule["alert"], []).append(rule)
    return found


def test_configurations_are_valid() -> None:
    checked = run_promtool("check", "config", PROMETHEUS / "prometheus.yml", PROMETHEUS / "local.yml")
    assert checked.returncode == 0, checked.stderr
    assert "rules found" in checked.stdout


def test_each_alert_fires_on_its_fault_and_is_quiet_on_a_quiet_day() -> None:
    tested = run_promtool("test", "rules", *sorted((PROMETHEUS / "tests").glob("*.yml")))
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert tested.stdout.count("SUCCESS") == 4


def test_promtool_s_tests_can_fail(tmp_path: Path) -> None:
    """A test file that expects the opposite is refused: the check above sees something."""
    rules = PROMETHEUS / "rules" / "causes.yml"
    wrong = (PROMETHEUS / "tests" / "causes.yml").read_text().replace("../rules", str(rules.parent))
    (tmp_path / "wrong.yml").write_text(wrong.replace('alertname="OutboxOld"', 'alertname="Other"'))
    assert run_promtool("test", "rules", tmp_path / "wrong.yml").returncode != 0


def test_each_alert_is_fired_by_a_unit_test() -> None:
    tests = "".join(path.read_text() for path in (PROMETHEUS / "tests").glob("*.yml"))
    fired = set(re.findall(r'alertname="(\w+)"', tests))
    assert fired == set(alerts())


def test_each_alert_has_a_page_and_each_page_an_alert() -> None:
    named = {rule["annotations"]["runbook"] for rules in alerts().values() for rule in rules}
    assert named == {f"docs/runbooks/{name}.md" for name in alerts()}
    pages = {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"}
    assert pages == set(alerts())


@pytest.mark.parametrize("name", sorted(alerts()))
def test_a_page_says_what_it_means_how_to_see_it_and_what_to_do(name: str) -> None:
    text = (RUNBOOKS / f"{name}.md").read_text("utf-8")
    assert text.startswith(f"# {name}\n")
    for heading in ("## What it means", "## How to see it", "## What to do"):
        assert heading in text, heading
    assert "tongxin " in text, "a page names a command of ours"
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (RUNBOOKS / link).exists(), link


@pytest.mark.parametrize("name", sorted(alerts()))
def test_an_alert_says_how_bad_it_is_and_what_is_wrong_in_chinese(name: str) -> None:
    for rule in alerts()[name]:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert re.search(r"[\u4e00-\u9fff]", rule["annotations"]["summary"])


def test_burn_rates_are_the_agreed_ones() -> None:
    for name in ("EventsLate", "HttpErrors"):
        found = {
            (rule["labels"]["window"], float(factor))
            for rule in alerts()[name]
            for factor in re.findall(r"> ([0-9.]+) \* \(1 -", rule["expr"])
        }
        assert found == {("1h", 14.4), ("6h", 6.0), ("3d", 1.0)}


def test_dashboards_are_what_the_code_says() -> None:
    assert build.main(["--check"]) == 0


def test_a_query_s_metrics_are_found() -> None:
    query = 'max by (stream) (tongxin_a{x="tongxin_b"} / on () group_left () tongxin:c:ratio1h) > 0'
    assert metrics_named(query) == {"tongxin_a", "tongxin:c:ratio1h"}
