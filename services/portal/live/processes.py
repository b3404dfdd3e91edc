"""How the five processes are, as their own health pages and metrics tell it."""

import asyncio
import json
import time
import urllib.request
from dataclasses import dataclass
from typing import Final
from urllib.error import HTTPError

from prometheus_client.parser import text_string_to_metric_families

from services.portal.views import ProcessState, ProcessStatus

_LIMIT: Final = 2.0
LABELS: Final = {
    "members": "委员服务",
    "proposals": "提案服务",
    "consultation": "协商服务",
    "notify": "通知服务",
    "portal": "门户",
}


@dataclass(frozen=True, slots=True)
class _Look:
    at: float
    handled: float


class ProcessWatch:
    """Looks at each process; remembers the last look, for rates."""

    def __init__(self, health: dict[str, str]) -> None:
        self._health = health
        self._last: dict[str, _Look] = {}

    async def look(self) -> list[ProcessStatus]:
        """All of them at once."""
        found = await asyncio.gather(
            *(asyncio.to_thread(_read, self._health.get(service)) for service in LABELS)
        )
        return [self._status(service, *read) for service, read in zip(LABELS, found, strict=True)]

    def _status(self, service: str, state: ProcessState, detail: str | None, metrics: str) -> ProcessStatus:
        sums = _sums(metrics)
        handled = sums.get("tongxin_handler_seconds_count", 0) + sums.get("tongxin_http_seconds_count", 0)
        rate = None
        last, now = self._last.get(service), time.monotonic()
        if metrics:
            self._last[service] = _Look(now, handled)
            if last is not None and now > last.at and handled >= last.handled:
                rate = round((handled - last.handled) / (now - last.at), 1)
        return ProcessStatus(
            service=service,
            label=LABELS[service],
            state=state,
            detail=detail,
            waiting=int(sums["tongxin_outbox_waiting"]) if "tongxin_outbox_waiting" in sums else None,
            oldest_seconds=sums.get("tongxin_outbox_oldest_seconds"),
            dead_letters=int(sums.get("tongxin_dead_letters", 0)) if metrics else None,
            handled_per_second=rate,
        )


def _sums(metrics: str) -> dict[str, float]:
    """Each sample's values added up over its labels."""
    sums: dict[str, float] = {}
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            sums[sample.name] = sums.get(sample.name, 0.0) + sample.value
    return sums


def _read(address: str | None) -> tuple[ProcessState, str | None, str]:
    if address is None:
        return "down", "未配置健康检查地址（TONGXIN_SERVICE_HEALTH）", ""
    metrics = ""
    try:
        metrics = _page(f"{address}/metrics")
        findings = json.loads(_page(f"{address}/readyz"))["findings"]
    except HTTPError as error:
        findings = json.loads(error.read() or b"{}").get("findings", {})
        return "not_ready", "；".join(line for lines in findings.values() for line in lines) or None, metrics
    except (OSError, ValueError) as error:
        return "down", f"没有响应（{type(error).__name__}）；监督程序会自动重新启动", ""
    return ("not_ready" if findings else "ready"), None, metrics


def _page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=_LIMIT) as response:  # noqa: S310  (addresses from our own settings)
        text: str = response.read().decode()
    return text
