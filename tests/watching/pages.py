"""Reads metrics pages as a scraper does, and knows which metrics a query names."""

import re
import urllib.request
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

LIMIT = 10
_FUNCTIONS_AND_WORDS = re.compile(r"\b(?:tongxin|process|up|ALERTS)[a-zA-Z0-9_:]*\b")


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of a page."""

    name: str
    labels: dict[str, str]
    value: float


def scrape(port: int) -> list[Sample]:
    """Everything a process exports."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=LIMIT) as page:
        text = page.read().decode()
    return [
        Sample(sample.name, dict(sample.labels), sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    ]


def exported(port: int) -> set[str]:
    """Names of everything on a page, also of what has had nothing to count yet."""
    names = set()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=LIMIT) as page:
        for line in page.read().decode().splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split()
                names |= {name} | (
                    {f"{name}_{end}" for end in ("bucket", "count", "sum")} if kind == "histogram" else set()
                )
    return names


def values(port: int, name: str, **labels: str) -> list[float]:
    """Values of a metric whose labels include these."""
    return [
        sample.value
        for sample in scrape(port)
        if sample.name == name and labels.items() <= sample.labels.items()
    ]


def metrics_named(query: str) -> set[str]:
    """Metrics a PromQL query reads; label names and functions are none."""
    without_labels = re.sub(r"\{[^}]*\}|\b(?:by|without|on|ignoring|group_left)\s*\([^)]*\)", "", query)
    return set(_FUNCTIONS_AND_WORDS.findall(without_labels))
