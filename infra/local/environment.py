"""The environment each of the five processes gets: its own database roles, its own key, and no other's."""

import http.client
import json
import os
from typing import TYPE_CHECKING, Final

from prometheus_client.parser import text_string_to_metric_families

from infra.local.ports import LOOPBACK
from tongxin_contracts.subjects import SERVICES

if TYPE_CHECKING:
    from infra.local.stack import Stack

_INHERITED: Final = ("PATH", "HOME", "VIRTUAL_ENV", "TMPDIR")
_HTTP_OK: Final = 200
REHEARSAL: Final = "TONGXIN_REHEARSAL"
"""A service started with it believes commands that say when in the past they happened (`chassis/rehearsal.py`)."""


def for_service(stack: "Stack", service: str) -> dict[str, str]:
    """Everything the process may know; the portal alone can sign tokens."""
    variables = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    variables |= {
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONUNBUFFERED": "1",
        **stack.extra_environment,
        "TONGXIN_DATABASE_URL": stack.database_url(service, "app"),
        "TONGXIN_DATABASE_WORKER_URL": stack.database_url(service, "worker"),
        "TONGXIN_NATS_URL": stack.nats_url,
        "TONGXIN_NATS_SEED_FILE": str(stack.keys.seed(service)),
        "TONGXIN_TOKEN_PUBLIC_KEY_FILE": str(stack.keys.token_public),
        "TONGXIN_SEALING_KEY_FILE": str(stack.keys.sealing),
        "TONGXIN_HEALTH_PORT": str(stack.ports.health[service]),
        "TONGXIN_ACK_WAIT": f"{stack.ack_wait.total_seconds():g}",
    }
    if service == "notify":
        variables |= _notify(stack)
    if service == "portal":
        variables |= _portal(stack)
    return variables


def inherited_settings() -> dict[str, str]:
    """Settings of the operator's own environment that services may see (log level, traces, failpoints).

    Never a rehearsal: only the loading of a demo may ask for one, and only for as long as it lasts.
    """
    return {
        name: value for name, value in os.environ.items() if name.startswith("TONGXIN_") and name != REHEARSAL
    }


def says_ready(health_port: int) -> bool:
    """Whether a process answers 200 on /readyz."""
    return _readiness(health_port)[0] == _HTTP_OK


def says_rehearsal(health_port: int) -> bool:
    """Whether a process says on /readyz that it was started for a rehearsal."""
    return b'"rehearsal":true' in _readiness(health_port)[1]


def gauge(health_port: int, name: str) -> list[tuple[dict[str, str], float]]:
    """Labels and value of each sample of a metric of a process; none when it does not answer."""
    _status, page = _page(health_port, "/metrics", limit=3)
    return [
        (sample.labels, sample.value)
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
        if sample.name == name
    ]


def _readiness(health_port: int) -> tuple[int, bytes]:
    return _page(health_port, "/readyz")


def _page(health_port: int, path: str, *, limit: float = 1) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(LOOPBACK, health_port, timeout=limit)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def _notify(stack: "Stack") -> dict[str, str]:
    """Where links in mail lead, where webhooks may, and the stack's own mail server where it has one."""
    found = {
        "TONGXIN_PUBLIC_URL": stack.public_url,
        "TONGXIN_WEBHOOK_LOCAL": "true",  # receivers on this machine: everything here listens on it alone
    }
    if stack.ports.smtp:
        found |= {
            "TONGXIN_SMTP_HOST": LOOPBACK,
            "TONGXIN_SMTP_PORT": str(stack.ports.smtp),
            "TONGXIN_SMTP_SECURITY": "none",
        }
    return found


def _portal(stack: "Stack") -> dict[str, str]:
    health = {service: f"http://{LOOPBACK}:{stack.ports.health[service]}" for service in SERVICES}
    return {
        "TONGXIN_TOKEN_PRIVATE_KEY_FILE": str(stack.keys.token_private),
        "TONGXIN_PORTAL_HOST": stack.portal_host,
        "TONGXIN_PORTAL_PORT": str(stack.ports.portal),
        "TONGXIN_PUBLIC_URL": stack.public_url,
        "TONGXIN_SERVICE_HEALTH": json.dumps(health),
    }
