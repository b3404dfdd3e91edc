"""The road mail takes: SMTP, one connection for a batch, and what a server's answer means for a mail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import parseaddr
from typing import Final, Protocol

import aiosmtplib

from services.notify.settings import NotifySettings

TIMEOUT: Final = 20.0
"""Seconds for each step of a conversation."""
_PERMANENT: Final = 500


class Away(Exception):
    """Nobody answers, or not in a way that a mail could be blamed for: all mail waits."""


class NotTaken(Exception):
    """The server answered and did not take this mail."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{code} {words}"[:300])
        self.for_good = code >= _PERMANENT
        """5xx: trying again would get the same answer."""


class Road(Protocol):
    """One open connection."""

    async def send(self, address: str, mail: bytes) -> None:
        """Returns when the server has taken the mail; raises NotTaken or Away."""


class _Connection:
    def __init__(self, client: aiosmtplib.SMTP, sender: str) -> None:
        self._client = client
        self._sender = sender

    async def send(self, address: str, mail: bytes) -> None:
        try:
            await self._client.sendmail(self._sender, [address], mail)
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            raise NotTaken(refused.code, refused.message) from error
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError) as error:
            raise Away(type(error).__name__) from error
        except aiosmtplib.SMTPResponseException as error:
            raise NotTaken(error.code, error.message) from error


@asynccontextmanager
async def open_road(settings: NotifySettings) -> AsyncIterator[Road]:
    """A connection to the mail server of the settings; raises Away when there is none to be had."""
    client = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_user,
        password=settings.smtp_password(),
        use_tls=settings.smtp_security == "tls",
        start_tls=settings.smtp_security == "starttls",
        timeout=TIMEOUT,
    )
    try:
        await client.connect()
    except (aiosmtplib.SMTPException, OSError) as error:
        # A wrong password is the installation's fault and no mail's: all wait until it is mended.
        raise Away(f"{type(error).__name__}: {error}"[:300]) from error
    try:
        yield _Connection(client, parseaddr(settings.mail_from)[1])
    finally:
        client.close()
