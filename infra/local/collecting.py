"""The collector of the bus's figures as a program of the stack."""

import sys
from pathlib import Path

from infra.local.environment import says_ready
from infra.local.program import Program


def collector_program(port: int, monitor_url: str, data: Path) -> Program:
    """Shows on a port of this machine what the server's monitoring page says."""
    return Program(
        name="collector",
        argv=(sys.executable, "-m", "infra.nats.collector"),
        log=data / "logs" / "collector.log",
        ready=lambda: says_ready(port),
        environment={
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "TONGXIN_NATS_MONITOR_URLS": monitor_url,
            "TONGXIN_HEALTH_PORT": str(port),
        },
        grace=5,
    )
