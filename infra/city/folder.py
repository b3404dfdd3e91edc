"""The folder a city is run from: keys, passwords one a file, and the bus' configuration, for compose to mount.

It is a data folder like the local stack's (same keys, same record of agencies), so every command works on both. Always
holds: what is there is never replaced by chance (passwords in `passwords/` are copies of what `keys/` says), and no
file can be read by others.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chassis.topology import GIB, Follows
from infra.city.nodes import CITY_NODES, Node, write_nodes
from infra.local.agencies import AgencyRecord
from infra.local.keys import Keys, ensure_keys
from infra.local.private_files import private_folder, write_private
from infra.nats.follows import FOLLOWS

ROUTES_PASSWORD: Final = "routes"  # noqa: S105 - a file's name
GRAFANA_PASSWORD: Final = "grafana"  # noqa: S105 - a file's name
ROUTES_DIALLED: Final = "routes.dialled"
"""While the routes' password is being changed (`infra/keys/routes.py`): what the nodes show each other."""
GRAFANA_BEFORE: Final = "grafana.before"
"""While Grafana's password is being changed: what it still may know."""
SMTP_PASSWORD: Final = "smtp"  # noqa: S105 - a file's name
_MADE_HERE: Final = (ROUTES_PASSWORD, GRAFANA_PASSWORD)


@dataclass(frozen=True, slots=True)
class CityFolder:
    """Where things lie."""

    folder: Path

    @property
    def keys(self) -> Path:
        """Folder of keys, see `infra/local/keys.py`."""
        return self.folder / "keys"

    @property
    def nats(self) -> Path:
        """Folder of the nodes' configurations."""
        return self.folder / "nats"

    @property
    def passwords(self) -> Path:
        """Folder of passwords, each alone in a file."""
        return self.folder / "passwords"

    @property
    def certificates(self) -> Path:
        """Folder for the proxy's certificate, where it does not fetch one by itself."""
        return self.folder / "certificates"

    @property
    def alerts(self) -> Path:
        """Folder of what `python -m infra.alerting` writes for Alertmanager."""
        return self.folder / "alerts"

    def password_file(self, name: str) -> Path:
        """Of a database role, of the routes, of Grafana's first user, of the mail server."""
        return self.passwords / name


def write_city(
    folder: Path,
    *,
    nodes: Sequence[Node] = CITY_NODES,
    follows: Follows = FOLLOWS,
    max_file: int = 12 * GIB,
) -> Keys:
    """Make what is missing, write passwords and configurations anew from it; returns the keys."""
    city = CityFolder(folder)
    if not folder.exists():
        private_folder(folder)
    keys = ensure_keys(city.keys)
    private_folder(city.passwords)
    copy_passwords(city, keys)
    for name in _MADE_HERE:
        if not city.password_file(name).exists():
            write_private(city.password_file(name), secrets.token_urlsafe(24).encode())
    if not city.password_file(SMTP_PASSWORD).exists():
        write_private(city.password_file(SMTP_PASSWORD), b"")  # the mail server's, to be written by hand
    private_folder(city.certificates)
    private_folder(city.alerts)
    dialled = city.password_file(ROUTES_DIALLED)
    write_nodes(
        private_folder(city.nats),
        nodes,
        keys=keys,
        routes_password=city.password_file(ROUTES_PASSWORD).read_text(),
        dial_password=dialled.read_text() if dialled.exists() else None,
        follows=follows,
        agencies=[agency.account() for agency in AgencyRecord(folder).all()],
        max_file=max_file,
    )
    return keys


def copy_passwords(city: CityFolder, keys: Keys) -> None:
    """Each database role's password alone in a file, where the folder is a city's."""
    if city.passwords.exists():
        for role, password in keys.all_passwords().items():
            write_private(city.password_file(role), password.encode())
