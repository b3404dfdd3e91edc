"""Writes Alertmanager's configuration: it reads no environment of its own, so a job writes what the city's says.

Always holds: alerts go where the settings say and to nobody else; without any they are kept and shown, never lost; a
mail address without a mail server is refused when the city starts and not found out at night.
"""

import json
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from infra.local.private_files import private_folder, write_private

FILE: Final = "alertmanager.yml"
PASSWORD_FILE: Final = "/run/secrets/smtp"  # noqa: S105 - where compose shows the file
RECEIVER: Final = "operators"
TLS_PORT: Final = 465


class AlertSettings(BaseSettings):
    """Where alerts go, from the environment; the mail server is the one that notices use."""

    model_config = SettingsConfigDict(env_prefix="TONGXIN_", extra="ignore", env_ignore_empty=True)

    data: Path
    """The city's folder; the configuration is written to `alerts/` in it."""
    alert_webhook: str | None = None
    """An address that takes Alertmanager's JSON: an on-call service, or a bridge to a messenger."""
    alert_mail: str | None = None
    """Mail addresses, with commas between them."""
    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_user: str | None = None
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_from: str = "tongxin@localhost.localdomain"

    @model_validator(mode="after")
    def _mail_has_a_way(self) -> Self:
        if self.alert_mail and not self.smtp_host:
            raise ValueError(
                "TONGXIN_ALERT_MAIL wants TONGXIN_SMTP_HOST: there is no mail server to send it with"
            )
        if self.alert_mail and self.smtp_security == "tls" and self.smtp_port != TLS_PORT:
            raise ValueError(
                f"Alertmanager begins with TLS on port {TLS_PORT} only: use starttls, or that port"
            )
        return self


def configuration(settings: AlertSettings) -> dict[str, Any]:
    """What Alertmanager reads: a page comes again every four hours, a ticket once a day, both when they are over."""
    receiver: dict[str, Any] = {"name": RECEIVER}
    if settings.alert_webhook:
        receiver["webhook_configs"] = [{"url": settings.alert_webhook, "send_resolved": True}]
    if settings.alert_mail:
        receiver["email_configs"] = [{"to": settings.alert_mail, "send_resolved": True}]
    return {
        "global": {"resolve_timeout": "5m"} | (_mail_server(settings) if settings.alert_mail else {}),
        "route": {
            "receiver": RECEIVER,
            "group_by": ["alertname", "service"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "4h",
            "routes": [{"matchers": ['severity="ticket"'], "receiver": RECEIVER, "repeat_interval": "24h"}],
        },
        # A budget that pages is not told a second time as a ticket.
        "inhibit_rules": [
            {
                "source_matchers": ['severity="page"'],
                "target_matchers": ['severity="ticket"'],
                "equal": ["alertname", "slo"],
            }
        ],
        "receivers": [receiver],
    }


def _mail_server(settings: AlertSettings) -> dict[str, Any]:
    """Port 465 talks TLS from the first byte by itself; anything else is asked to by STARTTLS."""
    signing_in = (
        {"smtp_auth_username": settings.smtp_user, "smtp_auth_password_file": PASSWORD_FILE}
        if settings.smtp_user
        else {}
    )
    return {
        "smtp_smarthost": f"{settings.smtp_host}:{settings.smtp_port}",
        "smtp_from": settings.mail_from,
        "smtp_require_tls": settings.smtp_security == "starttls",
        **signing_in,
    }


def write(settings: AlertSettings) -> Path:
    """Write the file whole, for its owner's eyes only: an address can hold a secret."""
    text = json.dumps(configuration(settings), ensure_ascii=False, indent=2)  # JSON is YAML
    file = private_folder(settings.data / "alerts") / FILE
    write_private(file, f"# Written at every start by `python -m infra.alerting`.\n{text}\n".encode())
    return file
