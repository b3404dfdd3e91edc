"""Builds and changes PostgreSQL URLs; a password may hold any character."""

from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit, urlunsplit


def url(*, user: str, password: str, host: str, port: int, database: str) -> str:
    """A postgresql:// URL."""
    return f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@{host}:{port}/{database}"


def with_database(address: str, database: str) -> str:
    """The same server and user, another database."""
    return urlunsplit(urlsplit(address)._replace(path=f"/{database}"))


def with_default_password(address: str, passwords: Mapping[str, str]) -> str:
    """The same address; where it names a user without a password, with the one known for that user."""
    parts = urlsplit(address)
    user = unquote(parts.username or "")
    if parts.password is not None or user not in passwords:
        return address
    return with_role(
        address, user=user, password=passwords[user], database=parts.path.removeprefix("/") or user
    )


def with_role(address: str, *, user: str, password: str, database: str) -> str:
    """The same server (and its query options), another user and database."""
    parts = urlsplit(address)
    place = parts.netloc.rpartition("@")[2]
    netloc = f"{quote(user, safe='')}:{quote(password, safe='')}@{place}"
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}"))
