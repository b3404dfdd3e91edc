"""The mail server's password is changed while notify runs: the next connection signs in with the new one."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from infra.keys.beside import set_mail_password
from infra.local.ports import LOOPBACK, free_port
from services.notify.settings import NotifySettings
from services.notify.workers.smtp import Away, open_road

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # on loopback


class Provider:
    """A mail server that knows one password; counts who signed in."""

    def __init__(self) -> None:
        self.password, self.signed_in, self.mails = "first", 0, 0

    def knows(
        self, _server: object, _session: object, _envelope: object, _how: str, given: object
    ) -> AuthResult:
        """aiosmtpd's question."""
        assert isinstance(given, LoginPassword)
        good = given.password == self.password.encode()
        self.signed_in += good
        return AuthResult(success=good, handled=False)

    async def handle_DATA(self, *_all: object) -> str:  # noqa: N802 - the library's name
        """A mail."""
        self.mails += 1
        return "250 taken"


@pytest.fixture
def provider() -> Iterator[tuple[Provider, int]]:
    """It listens on loopback."""
    made, port = Provider(), free_port()
    controller = Controller(
        made, LOOPBACK, port, authenticator=made.knows, auth_required=True, auth_require_tls=False
    )
    controller.start()
    yield made, port
    controller.stop()


async def test_the_password_is_read_at_each_connection(
    provider: tuple[Provider, int], tmp_path: Path
) -> None:
    server, port = provider
    file = tmp_path / "smtp"
    set_mail_password(file, "first")
    settings = NotifySettings.model_construct(
        smtp_host=LOOPBACK, smtp_port=port, smtp_user="tongxin", smtp_password_file=file,
        smtp_security="none", mail_from="tongxin@example.org", public_url="http://portal.example.org",
    )  # fmt: skip
    async with open_road(settings) as road:
        await road.send("someone@example.org", b"Subject: one\r\n\r\none\r\n")
    server.password = "second-at-the-provider"
    with pytest.raises(Away, match="535"):
        async with open_road(settings):
            pass
    set_mail_password(file, "second-at-the-provider")
    async with open_road(settings) as road:
        await road.send("someone@example.org", b"Subject: two\r\n\r\ntwo\r\n")
    assert (server.mails, server.signed_in) == (2, 2)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
