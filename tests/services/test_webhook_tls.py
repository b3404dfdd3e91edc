"""The line to a webhook: the address that was judged, the certificate of the name, and nothing else."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from infra.local.ports import free_port
from services.notify.rules.addresses import Target
from services.notify.workers import https
from services.notify.workers.https import Poster
from tests.webhooks_at_work import Receiver
from tongxin_contracts.words import AttemptOutcome

NAME = "hooks.inspection.example"
"""A name that no resolver knows: whoever is reached by it was reached by the address that was given."""


def certificate(name: str, folder: Path) -> tuple[Path, Path]:
    """A certificate that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    cert_file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    cert_file.write_bytes(made.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return cert_file, key_file


@asynccontextmanager
async def tls_receiver(cert_file: Path, key_file: Path) -> AsyncIterator[Receiver]:
    """A receiver that speaks TLS, on this machine."""
    made = Receiver(free_port())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert_file, key_file)
    server = await asyncio.start_server(made.serve, "127.0.0.1", made.port, ssl=context)
    try:
        yield made
    finally:
        server.close()


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The judgement lets this machine's address pass, which has a test of its own; everything after it is real."""

    def target(url: str, *, local: bool) -> Target:
        assert not local
        return Target("https", NAME, int(url.rpartition(":")[2]), "/in")

    monkeypatch.setattr(https, "target", target)
    monkeypatch.setattr(https, "check_all", lambda addresses, _found: addresses[0])


async def resolve(_host: str, _port: int) -> Sequence[str]:
    return ["127.0.0.1"]


@pytest.mark.usefixtures("judged")
async def test_the_judged_address_is_connected_to_under_the_name(tmp_path: Path) -> None:
    cert_file, key_file = certificate(NAME, tmp_path)
    async with tls_receiver(cert_file, key_file) as inbox:
        posted = await Poster(resolve=resolve, ca_file=cert_file).post(
            f"https://{NAME}:{inbox.port}", {"webhook-id": "x"}, b"{}"
        )
        assert posted.outcome is AttemptOutcome.DELIVERED, posted
        assert inbox.got[0].headers["host"] == f"{NAME}:{inbox.port}"


@pytest.mark.usefixtures("judged")
async def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    cert_file, key_file = certificate("somebody.else.example", tmp_path)
    async with tls_receiver(cert_file, key_file) as inbox:
        posted = await Poster(resolve=resolve, ca_file=cert_file).post(
            f"https://{NAME}:{inbox.port}", {"webhook-id": "x"}, b"{}"
        )
        assert posted.outcome is AttemptOutcome.UNREACHABLE
        assert "certificate" in posted.words.lower()
        assert inbox.got == []


@pytest.mark.usefixtures("judged")
async def test_an_authority_nobody_knows_is_refused(tmp_path: Path) -> None:
    async with tls_receiver(*certificate(NAME, tmp_path)) as inbox:
        posted = await Poster(resolve=resolve).post(
            f"https://{NAME}:{inbox.port}", {"webhook-id": "x"}, b"{}"
        )
        assert posted.outcome is AttemptOutcome.UNREACHABLE
        assert inbox.got == []
