"""What a process needs to be told, from the environment only (`TONGXIN_…`); secrets come as files."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of one service process; the portal adds its own."""

    model_config = SettingsConfigDict(env_prefix="TONGXIN_", extra="ignore")

    database_url: str
    """Role `app`; may go through a pooler."""
    database_worker_url: str
    """Role `worker`; never through a pooler: the relay holds an advisory lock on its connection (decision 9)."""
    nats_url: str = "nats://127.0.0.1:4222"
    nats_seed_file: Path
    """nkey seed of this service's own user."""
    token_public_key_file: Path
    """Ed25519 public key (PEM) of the portal; nothing else is trusted."""
    sealing_key_file: Path
    """32 bytes, base64: encrypts sensitive columns."""
    health_host: str = "127.0.0.1"
    health_port: int = 0
    """`/livez`, `/readyz`, `/metrics`; 0 takes any free port."""
    pool_size: int = Field(default=5, ge=1, le=50)
    """Database connections for commands and queries, and as many handlers at once."""
    ack_wait: float = Field(default=30.0, gt=0)
    """Seconds after which the broker hands a message out again; what provisioning set, checked for drift."""
    poll_interval: float = Field(default=0.25, gt=0)
    """Seconds between looks into the outbox when nobody pokes."""
    stop_grace: float = 20.0
    """Seconds that running work has to end after SIGTERM."""
    traces: str = "off"
    """`off`, `file:PATH` (one JSON span a line) or `otlp:URL`."""
    trace_ratio: float = Field(default=0.01, ge=0, le=1)
    """Share of traces that are kept; errors always are."""
    log_level: str = "INFO"
    rehearsal: bool = False
    """For loading a demo: commands may say when in the past they happened, and nothing happens by itself."""
    failpoint: str = ""
    """Name of a place where the process kills itself; for fault tests only."""
