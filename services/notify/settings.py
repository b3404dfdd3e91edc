"""What notify needs to be told beyond what every service needs: the mail server, webhooks, and where links lead."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlparse

from chassis.settings import Settings


class NotifySettings(Settings):
    """Settings of notify, `TONGXIN_…`. Without `smtp_host` mail waits and the page of mails says so."""

    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_user: str | None = None
    smtp_password_file: Path | None = None
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """`starttls` insists on it; `none` is for a server on this machine."""
    mail_from: str = "同心 <tongxin@localhost.localdomain>"
    public_url: str = "http://127.0.0.1:8400"
    """How browsers reach the portal; links in mail begin with it."""

    webhook_local: bool = False
    """Development only: webhooks may also lead to http://127.0.0.1."""
    webhook_ca_file: Path | None = None
    """More certificate authorities that receivers' certificates may be signed by, PEM; besides the system's."""

    @property
    def mail_domain(self) -> str:
        """The right-hand side of every Message-ID: it must not change between two attempts."""
        return urlparse(self.public_url).hostname or "localhost"

    def smtp_password(self) -> str | None:
        """Read when a connection is opened, so that it can be changed without a restart; an empty file is no password."""
        if self.smtp_password_file is None:
            return None
        return self.smtp_password_file.read_text("utf-8").strip() or None
