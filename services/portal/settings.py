"""What the portal needs to be told beyond what every service needs."""

from pathlib import Path

from pydantic import Field

from chassis.settings import Settings


class PortalSettings(Settings):
    """Settings of the portal, `TONGXIN_…`."""

    token_private_key_file: Path
    """Ed25519 private key (PEM): signs the token beside every request."""
    portal_host: str = "127.0.0.1"
    portal_port: int = 8400
    public_url: str = "http://127.0.0.1:8400"
    """How browsers reach it; cookies are `Secure` and HSTS is sent when it begins with https."""
    service_health: dict[str, str] = Field(default_factory=dict)
    """Service -> address of its health pages, for the live page."""

    @property
    def secure(self) -> bool:
        """Whether browsers come over TLS."""
        return self.public_url.startswith("https://")
