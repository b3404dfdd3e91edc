"""How a stack was started, written down, so that a command in another terminal meets the same ports and limits."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.local.ports import Ports
from infra.local.private_files import write_private


@dataclass(frozen=True, slots=True)
class Facts:
    """What `Stack` was made with."""

    ports: Ports
    ack_wait: float
    replicas: int
    portal_host: str
    public_url: str
    database_url: str | None
    """Holds a password: the file is 0600 like the keys."""
    jetstream_max_bytes: int
    nats_url: str | None = None


def write_facts(path: Path, facts: Facts) -> None:
    """Write them down."""
    write_private(path, json.dumps(asdict(facts), indent=1).encode())


def read_facts(path: Path) -> Facts | None:
    """What was written at the last start; None before the first."""
    if not path.exists():
        return None
    entries = json.loads(path.read_text())
    return Facts(**{**entries, "ports": Ports(**entries["ports"])})
