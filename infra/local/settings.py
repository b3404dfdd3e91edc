"""What an operator may set for the local stack, by environment; every default works on a laptop."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.topology import GIB
from infra.local.ports import LOOPBACK, Ports
from tongxin_contracts.subjects import SERVICES

CLONE = Path(__file__).resolve().parents[2]
"""The folder this code was cloned into."""


class LocalSettings(BaseSettings):
    """Settings of `tongxin up`, prefix TONGXIN_."""

    model_config = SettingsConfigDict(env_prefix="TONGXIN_", extra="ignore", populate_by_name=True)

    data: Path = CLONE / ".data"
    """Folder of databases, streams, keys and logs."""
    port: int = Field(default=8400, ge=1, le=65_000)
    """The portal's HTTP port; the others follow from it unless set."""
    portal_host: str = LOOPBACK
    """Where the portal listens; 0.0.0.0 lets other machines in."""
    public_url: str | None = None
    """The address browsers use, when it is not the portal's own."""
    nats_port: int | None = None
    nats_monitor_port: int | None = None
    postgres_port: int | None = None
    smtp_host: str | None = None
    """A mail server of one's own, as notify's settings name it; without it the stack has one that keeps every mail."""
    smtp_port: int | None = None
    """The stack's own mail server's port, or that of `smtp_host`."""
    smtp_password_file: Path | None = None
    """Where the password for `smtp_host` is; services are told of it too."""
    collector_port: int | None = None
    """Where the bus's figures are shown as metrics."""
    health_port_base: int | None = None
    """First of five health ports, in the order of the services."""
    ack_wait: float = Field(default=30, gt=0)
    """Seconds until an event that nobody acknowledged is delivered again."""
    replicas: int = Field(default=1, ge=1, le=5)
    """Copies of every stream; more than one needs a cluster."""
    jetstream_max_bytes: int = Field(default=12 * GIB, ge=GIB)
    """Disk JetStream may use; the streams' own limits must fit into it."""
    demo: bool = True
    """Load the demo city on the first start."""
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    """A superuser's URL of a PostgreSQL that is there already; wins over the embedded one.

    Where it has no password, the one in the data folder's keys is taken.
    """
    nats_url: str | None = None
    """The servers of a bus that is there already, separated by commas; `tongxin secrets` wrote their configuration."""

    def ports(self) -> Ports:
        """Every listener's port, derived from `port` where not set."""
        first_health = self.health_port_base or self.port + 10
        return Ports(
            portal=self.port,
            nats=self.nats_port or self.port + 1,
            nats_monitor=self.nats_monitor_port or self.port + 2,
            postgres=self.postgres_port or self.port + 3,
            smtp=0 if self.smtp_host else self.smtp_port or self.port + 4,
            collector=self.collector_port or self.port + 5,
            health={service: first_health + place for place, service in enumerate(SERVICES)},
        )

    @property
    def ack_wait_time(self) -> timedelta:
        """`ack_wait` as a duration."""
        return timedelta(seconds=self.ack_wait)
