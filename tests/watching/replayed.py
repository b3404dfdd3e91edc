"""Which alerts fire on figures that were really measured: scraped before and during a fault, and held for 45 minutes.

The rules are the real ones and promtool evaluates them; only the waiting is left out. What a fault keeps growing is
scraped twice while it lasts, and goes on at the pace that was measured; all else stays as it was.
"""

import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.watching.pages import Sample, metrics_named, scrape
from tests.watching.test_rules import RULES, promtool

STEP = 15
QUIET, HELD = 40, 180
"""Scrapes, `STEP` seconds apart: ten minutes of before, forty-five of the fault."""
Key = tuple[str, frozenset[tuple[str, str]]]
Page = dict[Key, float]
_COUNTED = ("_total", "_count", "_delivered", "_ack_floor")
"""Figures that only rise, by how their names end."""
_AT = "_timestamp_seconds"
LONG = 6.0
"""Seconds within which whatever is looked at again and again is looked at once: deadlines are swept every five."""


@dataclass(frozen=True, slots=True)
class Later:
    """The second scrape of a fault that lasts, and how many seconds after the first."""

    page: Page
    apart: float

    def pace(self, key: Key, first: float | None) -> float:
        """By how much a figure goes on rising from scrape to scrape; an instant goes along with the clock, or stands."""
        name, second = key[0], self.page.get(key)
        rise = 0.0 if first is None or second is None else second - first
        if name.endswith(_AT):
            return 0.0 if self._untouched(-rise) else STEP
        if name.endswith(_COUNTED):
            return max(0.0, rise) / self.apart * STEP
        return STEP if name.endswith("_age_seconds") and self._untouched(rise) else 0.0

    def _untouched(self, grown_older: float) -> bool:
        return self.apart >= LONG and grown_older > 0.9 * self.apart


_ONCE = Later({}, 1.0)
"""Nobody scraped again."""


def measured(ports: Mapping[str, int]) -> Page:
    """Everything the rules read of these processes, with the labels that Prometheus adds to a target.

    Instants are told as their distance from now, so that they can be replayed at another hour.
    """
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
                value = sample.value - time.time() if sample.name.endswith(_AT) else sample.value
                page[sample.name, frozenset(labels.items())] = value
    return page


def firing(
    before: Page, during: Page, expected: set[str], folder: Path, *, later: Later | None = None
) -> str:
    """Empty when exactly these alerts fire at the end and none before; else what promtool says."""
    series = []
    for name, labels in sorted(before.keys() | during.keys(), key=str):
        shown = ",".join(f'{label}="{value}"' for label, value in sorted(labels))
        first, then = before.get((name, labels)), during.get((name, labels))
        is_instant = name.endswith(_AT)
        quiet = _held(first, QUIET, pace=STEP if is_instant else 0)
        fault = _held(
            then, HELD, since=QUIET if is_instant else 0, pace=(later or _ONCE).pace((name, labels), then)
        )
        series.append({"series": f"{name}{{{shown}}}", "values": f"{quiet} {fault}"})
    checks = [
        {"expr": 'group by (alertname) (ALERTS{alertstate="firing"})', "eval_time": at, "exp_samples": exp}
        for at, exp in (
            ("9m", []),
            ("52m", [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in sorted(expected)]),
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


def _held(value: float | None, times: int, *, since: int = 0, pace: float = 0.0) -> str:
    """A figure from one scrape on; an instant is told from where the replay begins, `since` scrapes before."""
    if value is None:
        return f"_x{times}"
    value += since * STEP
    return f"{value:g}+{pace:g}x{times - 1}" if pace else f"{value:g}x{times - 1}"
