"""Where an operator would see a fault (I9): a service's metrics page, its log, and the traces it kept."""

import json
import re
import urllib.request
from pathlib import Path

from infra.local.stack import Stack

TRACED = "TONGXIN_TRACES"


def tracing(stack: Stack, service: str) -> dict[str, str]:
    """Settings of a process that writes every failed and every late trace into a file, and few others."""
    return {TRACED: f"file:{_spans(stack, service)}", "TONGXIN_TRACE_RATIO": "0"}


def span_names(stack: Stack, service: str) -> list[str]:
    """Names of the spans a service kept."""
    path = _spans(stack, service)
    if not path.exists():
        return []
    return [json.loads(line)["name"] for line in path.read_text("utf-8").splitlines()]


def metrics(stack: Stack, service: str) -> str:
    """What a service's /metrics page says."""
    with urllib.request.urlopen(f"http://127.0.0.1:{stack.ports.health[service]}/metrics", timeout=5) as page:
        text: str = page.read().decode()
    return text


def metric(stack: Stack, service: str, name: str, **labels: str) -> float:
    """The sum of a metric's series with these labels; 0 where it has none."""
    found = 0.0
    for series, value in re.findall(rf"^{name}(?:\{{(.*)\}})? (\S+)$", metrics(stack, service), re.MULTILINE):
        if all(f'{label}="{wanted}"' in series for label, wanted in labels.items()):
            found += float(value)
    return found


def log_of(stack: Stack, service: str) -> str:
    """Everything a service has logged."""
    return (stack.data / "logs" / f"{service}.log").read_text("utf-8")


def _spans(stack: Stack, service: str) -> Path:
    return stack.data / "logs" / f"{service}.spans"
