"""Which port each program listens on, and whether it is free.

One setting moves them all (`TONGXIN_PORT`); each has its own setting as well. Everything listens on 127.0.0.1, the
portal where it is told to.
"""

import os
import random
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from infra.local.problems import PortTakenError, StackError
from tongxin_contracts.subjects import SERVICES

LOOPBACK: Final = "127.0.0.1"
FOR_TRIALS: Final = range(20_000, 31_000)
"""Below what Linux gives to outgoing connections, so that a port stays free while its server restarts."""
TRIALS: Final = "TONGXIN_TRIAL_PORTS"
"""Which of them free ports are chosen from, as FIRST-LAST, so that trials side by side do not choose the same."""
_ATTEMPTS: Final = 500


@dataclass(frozen=True, slots=True)
class Ports:
    """One port for each listener of a stack."""

    portal: int
    nats: int
    nats_monitor: int
    postgres: int
    health: Mapping[str, int]
    smtp: int = 0
    """The local mail server's; 0 where there is none, as in tests."""
    collector: int = 0
    """Where the bus's figures are shown as metrics; 0 where nobody does, as in tests."""


def free_port(host: str = LOOPBACK) -> int:
    """A port nobody listens on at this moment; for tests and manual trials."""
    first, _, last = os.environ.get(TRIALS, "").partition("-")
    choice = range(int(first), int(last)) if last else FOR_TRIALS
    for _ in range(_ATTEMPTS):
        port = random.choice(choice)  # noqa: S311 - a port, not a secret
        if is_free(port, host):
            return port
    raise StackError("找不到空闲端口。")


def free_ports() -> Ports:
    """A whole set of different free ports."""
    taken: set[int] = set()
    while len(taken) < len(SERVICES) + 4:
        taken.add(free_port())
    portal, nats, monitor, postgres, *health = taken
    return Ports(portal, nats, monitor, postgres, dict(zip(SERVICES, health, strict=True)))


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now; lingering closed connections do not count."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def require_free(port: int, what: str, setting: str, host: str = LOOPBACK) -> None:
    """Raise PortTakenError, naming the setting that moves it."""
    if not is_free(port, host):
        raise PortTakenError(what, port, setting)


def require_all_free(ports: Ports, *, portal_host: str, embedded_postgres: bool) -> None:
    """Check every port of a stack before the first program starts."""
    require_free(ports.portal, "门户", "TONGXIN_PORT", portal_host)
    require_free(ports.nats, "NATS", "TONGXIN_NATS_PORT")
    require_free(ports.nats_monitor, "NATS 监控", "TONGXIN_NATS_MONITOR_PORT")
    if embedded_postgres:
        require_free(ports.postgres, "PostgreSQL", "TONGXIN_POSTGRES_PORT")
    if ports.smtp:
        require_free(ports.smtp, "邮件", "TONGXIN_SMTP_PORT")
    if ports.collector:
        require_free(ports.collector, "NATS 指标", "TONGXIN_COLLECTOR_PORT")
    for service, port in ports.health.items():
        require_free(port, f"{service} 健康检查", "TONGXIN_HEALTH_PORT_BASE")
