"""Where an operator would see a fault (I9): a service's metrics page, its log, and the traces it kept."""

import json
import re
import urllib.request
from pathlib import Path

from infra.local.stack import Stack


def tracing(folder: Path) -> dict[str, str]:
    """Settings with which every failed and every late trace goes into a file, and no other."""
    return {"TONGXIN_TRACES": f"file:{folder / 'spans'}", "TONGXIN_TRACE_RATIO": "0"}


def spans(stack: Stack, service: str) -> list[tuple[str, str]]:
    """Trace id and name of the spans a service kept, the oldest first."""
    lines = (stack.data / "spans").read_text("utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [
        (span["context"]["trace_id"].removeprefix("0x"), span["name"])
        for span in found
        if span["resource"]["attributes"]["service.name"] == service
    ]


def span_names(stack: Stack, service: str) -> list[str]:
    """Names of the spans a service kept."""
    return [name for _trace, name in spans(stack, service)]


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
