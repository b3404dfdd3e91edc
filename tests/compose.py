"""docker-compose.yml as the tests read it: its defaults put in, and its environment moved to servers on loopback."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tests.cluster import Cluster

ROOT: Final = Path(__file__).resolve().parents[1]
_VARIABLE: Final = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
CITY: Final = "./city"
"""Where the city's folder is unless TONGXIN_CITY says otherwise."""


class Compose:
    """The file, with `${NAME:-default}` put in."""

    def __init__(self, path: Path = ROOT / "docker-compose.yml") -> None:
        self.text = path.read_text("utf-8")
        self.variables = dict(_VARIABLE.findall(self.text))
        self.data: dict[str, Any] = yaml.safe_load(
            _VARIABLE.sub(lambda found: found.group(2) or "", self.text)
        )

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        """Name -> definition."""
        found: dict[str, dict[str, Any]] = self.data["services"]
        return found

    def environment(self, service: str) -> dict[str, str]:
        """Variables of one service, as strings."""
        told = self.services[service].get("environment", {})
        return {name: "" if value is None else str(value) for name, value in told.items()}

    def secret_file(self, name: str, city: Path) -> Path:
        """Where a secret's file lies in a city's folder."""
        return in_city(self.data["secrets"][name]["file"], city)

    def binds(self, service: str) -> list[tuple[str, str]]:
        """(source, target) of what is mounted from files; named volumes are left out."""
        pairs = [str(volume).split(":")[:2] for volume in self.services[service].get("volumes", ())]
        return [(source, target) for source, target in pairs if source.startswith((".", "/"))]

    def on_loopback(
        self, service: str, *, city: Path, cluster: Cluster, database_port: int, ports: Mapping[str, int]
    ) -> dict[str, str]:
        """The environment of a service with hosts, ports and paths of this machine, and nothing else changed.

        `ports` says where this one's own variables (TONGXIN_HEALTH_PORT …) are to listen.
        """
        moved = {}
        for name, value in self.environment(service).items():
            moved[name] = (
                str(ports[name])
                if name in ports
                else self._moved(value, city, cluster).replace(
                    "@postgres:5432", f"@127.0.0.1:{database_port}"
                )
            )
        return moved

    def _moved(self, value: str, city: Path, cluster: Cluster) -> str:
        if value.startswith("/run/secrets/"):
            return str(self.secret_file(value.removeprefix("/run/secrets/"), city))
        if value == "/var/lib/tongxin":
            return str(city)
        for node in cluster.nodes.values():
            value = value.replace(f"{node.name}:4222", f"127.0.0.1:{node.port}")
            value = value.replace(f"{node.name}:8222", f"127.0.0.1:{node.monitor_port}")
        value = value.replace(self.data["networks"]["door"]["ipam"]["config"][0]["subnet"], "127.0.0.1")
        # Nobody collects traces here: refused at once, where an unknown name would be looked up.
        value = value.replace("otel-collector:4318", "127.0.0.1:9")
        return "127.0.0.1" if value == "0.0.0.0" else value


def in_city(path: str, city: Path) -> Path:
    """A path of the file, where the city's folder is `city`."""
    return city / Path(path).relative_to(CITY) if path.startswith(CITY) else ROOT / path
