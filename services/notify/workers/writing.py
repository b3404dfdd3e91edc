"""Writes mail as it goes over the wire: what all readers of one notice get alike is put together once, not for each.

Always holds: a mail says the same under the same Message-ID whenever it is made again; nothing of it outlives the batch
it was made for.
"""

import json
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any

from services.notify.rules.mail_texts import Content, html, plain
from services.notify.settings import NotifySettings


class Writer:
    """Makes the mails of one batch."""

    def __init__(self, settings: NotifySettings) -> None:
        self._settings = settings
        self._alike: dict[tuple[Any, ...], bytes] = {}

    def mail(self, row: Any, address: str) -> bytes:
        """The mail of a row of `mail`, to somebody; raises ValueError where that is no address."""
        # The two lines that differ are written by hand: an address is ASCII (contracts), and parsed to be sure of it.
        to = Address(addr_spec=address).addr_spec
        own = f"To: {to}\r\nMessage-ID: <{row['id']}@{self._settings.mail_domain}>\r\n"
        return own.encode("ascii") + self._shared(row)

    def _shared(self, row: Any) -> bytes:
        key = row["subject"], row["content"], row["made_at"]
        found = self._alike.get(key)
        if found is None:
            found = self._alike[key] = _for_everybody(row, self._settings)
        return found


def _for_everybody(row: Any, settings: NotifySettings) -> bytes:
    """All of a mail but whom it is for and which it is."""
    content = Content.read(json.loads(row["content"]))
    url = settings.public_url.rstrip("/")
    name, from_ = parseaddr(settings.mail_from)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(name, addr_spec=from_)
    message["Subject"] = _one_line(row["subject"])
    message["Date"] = format_datetime(row["made_at"])
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{url}/preferences>"
    message.set_content(plain(content, url), cte="base64")
    message.add_alternative(html(content, url), subtype="html", cte="base64")
    return message.as_bytes()


def _one_line(subject: str) -> str:
    """A header holds no line break."""
    return " ".join(subject.split())
