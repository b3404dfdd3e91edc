"""Which alerts fire on figures that were really measured: scraped before and during a fault, and held for half an hour.

The rules are the real ones and promtool evaluates them; only the waiting is left out.
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import yaml

from tests.watching.pages import Sample, metrics_named, scrape
from tests.watching.test_rules import RULES, promtool

QUIET, HELD = 40, 140
"""Scrapes, 15 seconds apart: ten minutes of before, thirty-five of the fault."""
Page = dict[tuple[str, frozenset[tuple[str, str]]], float]


def measured(ports: Mapping[str, int]) -> Page:
    """Everything the rules read of these processes, with the labels that Prometheus adds to a target."""
    wanted = _named_by_rules()
    page: Page = {}
    for process, port in ports.items():
        job = "collector" if process == "collector" else "tongxin"
        try:
            found = scrape(port)
        except OSError:
            found = []
        up = Sample("up", {}, float(bool(found)))
        for sample in [up, *found]:
            if sample.name in wanted:
                labels = {**sample.labels, "job": job, "process": process}
                page[sample.name, frozenset(labels.items())] = sample.value
    return page


def firing(before: Page, during: Page, expected: set[str], folder: Path) -> str:
    """Empty when exactly these alerts fire at the end and none before; else what promtool says."""
    series = []
    for name, labels in sorted(before.keys() | during.keys(), key=str):
        shown = ",".join(f'{label}="{value}"' for label, value in sorted(labels))
        first, then = before.get((name, labels)), during.get((name, labels))
        series.append(
            {"series": f"{name}{{{shown}}}", "values": f"{_held(first, QUIET)} {_held(then, HELD)}"}
        )
    checks = [
        {"expr": 'group by (alertname) (ALERTS{alertstate="firing"})', "eval_time": at, "exp_samples": exp}
        for at, exp in (
            ("9m", []),
            ("40m", [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in sorted(expected)]),
        )
    ]
    test = {"name": "measured", "interval": "15s", "input_series": series, "promql_expr_test": checks}
    path = folder / "measured.yml"
    path.write_text(
        yaml.safe_dump(
            {"rule_files": [str(rule) for rule in RULES], "evaluation_interval": "1m", "tests": [test]}
        )
    )
    done = subprocess.run(
        [promtool(), "test", "rules", str(path)], capture_output=True, text=True, check=False, timeout=100
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _named_by_rules() -> set[str]:
    rules = [
        rule
        for path in RULES
        for group in yaml.safe_load(path.read_text())["groups"]
        for rule in group["rules"]
    ]
    return {metric for rule in rules for metric in metrics_named(rule["expr"])} | {"up"}


def _held(value: float | None, times: int) -> str:
    return f"_x{times}" if value is None else f"{value:g}x{times - 1}"
