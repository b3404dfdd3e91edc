"""The local stack's mail server: takes every mail and keeps it as a file; it sends nothing anywhere.

Always holds: it listens on this machine alone; a mail is answered with 250 only when its file is written; files are 0600,
for they hold addresses.
"""

import asyncio
import signal
import smtplib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Final

from aiosmtpd.smtp import SMTP

from infra.local.ports import LOOPBACK
from infra.local.private_files import private_folder, write_private
from infra.local.program import Program

FOLDER: Final = "mails"
_BIGGEST: Final = 1024**2


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail that was received."""

    number: int
    """From 1, in the order they came."""
    path: Path
    message: EmailMessage

    @property
    def text(self) -> str:
        """Its text part."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if part else ""


class Keeper:
    """What aiosmtpd calls for each mail."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = len(list(folder.glob("*.eml")))

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802  (the library's name)
        """Write the mail down, then take it."""
        self._count += 1
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{self._count:06d}.eml"
        write_private(self._folder / name, envelope.content)
        return "250 kept"


def mail_program(port: int, data: Path) -> Program:
    """The mail server as a program of the stack."""
    return Program(
        name="mail",
        argv=(sys.executable, "-m", "infra.local.mailbox", str(port), str(data / FOLDER)),
        log=data / "logs" / "mail.log",
        ready=lambda: _answers(port),
        environment={"LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"},
        grace=5,
    )


def kept_mails(data: Path) -> Iterator[Kept]:
    """What was received so far, the oldest first."""
    for number, path in enumerate(sorted((data / FOLDER).glob("*.eml")), start=1):
        yield Kept(number, path, message_from_bytes(path.read_bytes(), policy=default))


def _answers(port: int) -> bool:
    try:
        with smtplib.SMTP(LOOPBACK, port, timeout=1) as client:
            return client.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


async def serve(port: int, folder: Path) -> None:
    """Receive until SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    keeper = Keeper(private_folder(folder))
    server = await loop.create_server(
        lambda: SMTP(keeper, data_size_limit=_BIGGEST, loop=loop, hostname="tongxin.local"), LOOPBACK, port
    )
    await stop.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
