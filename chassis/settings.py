"""What a process needs to be told, from the environment only (`TONGXIN_…`); secrets come as files."""

from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of one service process; the portal adds its own."""

    # A variable that is there and empty, as compose makes them, is one that was not set.
    model_config = SettingsConfigDict(env_prefix="TONGXIN_", extra="ignore", env_ignore_empty=True)

    database_url: str
    """Role `app`; may go through a pooler."""
    database_worker_url: str
    """Role `worker`; never through a pooler: the relay holds an advisory lock on its connection (decision 9)."""
    database_password_file: Path | None = None
    """Holds the password of `database_url`'s user, where the URL has none."""
    database_worker_password_file: Path | None = None
    """The same for `database_worker_url`."""
    nats_url: str = "nats://127.0.0.1:4222"
    """One server or several, separated by commas."""
    nats_seed_file: Path
    """nkey seed of this service's own user."""
    token_public_key_file: Path
    """Ed25519 public key (PEM) of the portal, several while it is being changed; nothing else is trusted."""
    sealing_key_file: Path
    """32 bytes, base64: encrypts sensitive columns. Several, one a line: the first seals, all of them open."""
    health_host: str = "127.0.0.1"
    health_port: int = 0
    """`/livez`, `/readyz`, `/metrics`; 0 takes any free port."""
    pool_size: int = Field(default=5, ge=1, le=50)
    """Database connections for commands and queries, and as many handlers at once."""
    ack_wait: float = Field(default=30.0, gt=0)
    """Seconds after which the broker hands a message out again; what provisioning set, checked for drift."""
    poll_interval: float = Field(default=0.25, gt=0)
    """Seconds between looks into the outbox when nobody pokes."""
    figures_interval: float = Field(default=60.0, gt=0)
    """Seconds between looks at the figures of the service's work."""
    invariants_interval: float = Field(default=300.0, gt=0)
    """Seconds between looks at what must always hold."""
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

    @model_validator(mode="after")
    def _take_passwords(self) -> Self:
        if self.database_password_file:
            self.database_url = with_password(self.database_url, self.database_password_file)
        if self.database_worker_password_file:
            self.database_worker_url = with_password(
                self.database_worker_url, self.database_worker_password_file
            )
        return self


def with_password(url: str, file: Path) -> str:
    """A database URL with the password from a file, whatever characters it has."""
    parts = urlsplit(url)
    user, at, place = parts.netloc.rpartition("@")
    if not at:
        raise ValueError("the database URL names no user for the password")
    password = quote(file.read_text("utf-8").strip(), safe="")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}:{password}@{place}"))
