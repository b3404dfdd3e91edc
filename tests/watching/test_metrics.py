"""Every metric that a panel or a rule names is exported by a running process, with labels that name nobody."""

import asyncio
import json
import re
from pathlib import Path

import pytest
import yaml

from tests.watching.conftest import Watched
from tests.watching.pages import exported, metrics_named, scrape
from tests.watching.work import Done

ROOT = Path(__file__).resolve().parents[2] / "infra"
NOT_OURS = {"up", "ALERTS"}
"""What Prometheus itself adds."""


def named() -> set[str]:
    """Metrics of all queries of dashboards and rules, recorded ones replaced by what they are made of."""
    queries = [
        target["expr"]
        for path in sorted((ROOT / "grafana" / "dashboards").glob("*.json"))
        for panel in json.loads(path.read_text())["panels"]
        for target in panel.get("targets", ())
    ]
    recorded = set()
    for path in sorted((ROOT / "prometheus" / "rules").glob("*.yml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            for rule in group["rules"]:
                queries.append(rule["expr"])
                recorded.add(rule.get("record", ""))
    return {metric for query in queries for metric in metrics_named(query)} - recorded - NOT_OURS


def test_rules_and_panels_name_something() -> None:
    assert len(named()) > 40
    assert "tongxin_outbox_oldest_seconds" in named()


async def test_whatever_a_panel_or_rule_names_is_exported(watched: Watched, done: Done) -> None:
    ports = watched.ports().values()
    found = set().union(*[await asyncio.to_thread(exported, port) for port in ports])
    assert named() - found == set()


async def test_labels_name_no_person_and_no_thing(watched: Watched, done: Done) -> None:
    for service, port in watched.ports().items():
        for sample in await asyncio.to_thread(scrape, port):
            for label, value in sample.labels.items():
                where = f"{service} {sample.name} {label}={value}"
                assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}|1[3-9]\d{9}|[\u4e00-\u9fff]", value), where


async def test_there_are_few_series(watched: Watched, done: Done) -> None:
    for service, port in watched.ports().items():
        assert len(await asyncio.to_thread(scrape, port)) < 6000, service


@pytest.mark.parametrize("gauge", ["tongxin_ready", "tongxin_drift", "tongxin_invariant_violations"])
async def test_a_healthy_house_says_so(watched: Watched, done: Done, gauge: str) -> None:
    for port in watched.stack.ports.health.values():
        found = [sample.value for sample in await asyncio.to_thread(scrape, port) if sample.name == gauge]
        assert found
        assert set(found) == ({1.0} if gauge == "tongxin_ready" else {0.0})


async def test_pools_are_shown(watched: Watched) -> None:
    port = watched.stack.ports.health["proposals"]
    names = {
        (sample.labels["pool"], sample.labels["state"])
        for sample in await asyncio.to_thread(scrape, port)
        if sample.name == "tongxin_pool_connections"
    }
    assert names == {("app", "in_use"), ("app", "limit"), ("worker", "in_use"), ("worker", "limit")}
