"""Renders the configuration file of nats-server from values; what the file says is decided here and nowhere else.

Always holds: users are known by public key only, so the file holds no secret but, in a cluster, the password of its
routes; every acknowledged message is on disk (`sync_interval: always`); an agency's account is offered the three calls
on its own consumer and nothing else.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chassis.topology import GIB, Follows
from infra.nats.permissions import (
    OPERATOR,
    Permissions,
    agency_imports,
    agency_permissions,
    consumer_calls,
    service_permissions,
)
from tongxin_contracts import subjects

MAIN_ACCOUNT = "TONGXIN"
SYSTEM_ACCOUNT = "SYS"
OPERATOR_USER = "operator"
SYSTEM_USER = "sys"
ROUTES_USER = "routes"


@dataclass(frozen=True, slots=True)
class AgencyAccount:
    """An agency as the server knows it."""

    agency: str
    public_key: str

    @property
    def account(self) -> str:
        """The account's name on the server."""
        return f"AGENCY_{self.agency.upper()}"


@dataclass(frozen=True, slots=True)
class ClusterConfig:
    """How one node finds the others and lets them in."""

    name: str
    host: str
    port: int
    password: str
    """URL-safe: it stands in the routes' addresses too."""
    routes: Sequence[str]
    """host:port of the other nodes."""
    advertise: str | None = None
    """host:port that the others are told, when not its own."""
    dial_password: str | None = None
    """What it shows the others, where that is not what it asks of them: while the password is being changed."""


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Everything a rendered configuration depends on."""

    server_name: str
    port: int
    monitor_port: int
    store: Path
    """Folder of JetStream's files."""
    pid_file: Path
    user_keys: Mapping[str, str]
    """Public nkey of each service, of the operator and of the system user."""
    follows: Follows
    agencies: Sequence[AgencyAccount] = ()
    retiring_keys: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Keys of before that are let in beside the users' own, with the same rights, while they are being changed."""
    host: str = "127.0.0.1"
    monitor_host: str = "127.0.0.1"
    max_file: int = field(default=12 * GIB)
    """Bytes JetStream may use on disk; the streams' own limits must fit into it."""
    max_memory: int = field(default=GIB // 4)
    cluster: ClusterConfig | None = None
    """None for a server that stands alone."""

    def keys_of(self, user: str) -> list[str]:
        """Every public key that is let in as this user, its own first."""
        return [self.user_keys[user], *self.retiring_keys.get(user, ())]


def agency_user(agency: str) -> str:
    """What an agency's user is called where users are named."""
    return f"agency_{agency}"


def render(config: ServerConfig) -> str:
    """The text of the configuration file."""
    blocks = [_server(config), _main_account(config), _system_account(config)]
    blocks += [_agency_account(agency, config.retiring_keys) for agency in config.agencies]
    head, accounts = blocks[0], "\n".join(blocks[1:])
    if config.cluster:
        head += _cluster(config.cluster)
    return f"{head}\naccounts {{\n{accounts}}}\nsystem_account: {SYSTEM_ACCOUNT}\n"


def _server(config: ServerConfig) -> str:
    return f"""\
# Written by `tongxin`; a change made here is lost at the next start.
server_name: {_quote(config.server_name)}
host: {_quote(config.host)}
port: {config.port}
http: {_quote(f"{config.monitor_host}:{config.monitor_port}")}
pid_file: {_quote(str(config.pid_file))}
max_payload: 1MB
logtime_utc: true
jetstream {{
  store_dir: {_quote(str(config.store))}
  sync_interval: always
  max_file_store: {config.max_file}
  max_memory_store: {config.max_memory}
}}
"""


def _cluster(cluster: ClusterConfig) -> str:
    """Routes know no nkeys: a password, over a network that nobody else is on, or TLS with `cluster { tls {} }`.

    A node that is silent is given up after 6 s: until then requests are still sent to whoever was connected to it, and
    by default that lasts a minute and more (F19).
    """
    shown = cluster.dial_password or cluster.password
    routes = [f"nats-route://{ROUTES_USER}:{shown}@{route}" for route in cluster.routes]
    advertised = f"\n  advertise: {_quote(cluster.advertise)}" if cluster.advertise else ""
    return f"""\
cluster {{
  name: {_quote(cluster.name)}
  listen: {_quote(f"{cluster.host}:{cluster.port}")}
  authorization {{ user: {ROUTES_USER}, password: {_quote(cluster.password)}, timeout: 2 }}
  routes: {_list(routes)}
  no_advertise: true{advertised}
  ping_interval: "2s"
  ping_max: 2
}}
"""


def _main_account(config: ServerConfig) -> str:
    users = [
        _user(key, service_permissions(service, config.follows.get(service, ())))
        for service in subjects.SERVICES
        for key in config.keys_of(service)
    ]
    users += [_user(key, OPERATOR) for key in config.keys_of(OPERATOR_USER)]
    exports = "".join(_exports(agency) for agency in config.agencies)
    return (
        f"  {MAIN_ACCOUNT} {{\n    jetstream: enabled\n    users: [\n{''.join(users)}    ]\n"
        f"    exports: [\n{exports}    ]\n  }}\n"
    )


def _system_account(config: ServerConfig) -> str:
    users = ", ".join(f"{{ nkey: {key} }}" for key in config.keys_of(SYSTEM_USER))
    return f"  {SYSTEM_ACCOUNT} {{ users: [ {users} ] }}\n"


def _agency_account(agency: AgencyAccount, retiring: Mapping[str, Sequence[str]]) -> str:
    imports = "".join(
        f"      {{ service: {{ account: {MAIN_ACCOUNT}, subject: {_quote(subject)} }}, to: {_quote(local)} }}\n"
        for subject, local in agency_imports(agency.agency)
    )
    users = "".join(
        _user(key, agency_permissions(agency.agency))
        for key in (agency.public_key, *retiring.get(agency_user(agency.agency), ()))
    )
    return f"  {agency.account} {{\n    users: [\n{users}    ]\n    imports: [\n{imports}    ]\n  }}\n"


def _exports(agency: AgencyAccount) -> str:
    pull, info, ack = consumer_calls(subjects.AGENCY_STREAM, subjects.agency_consumer(agency.agency))
    to = f"accounts: [{agency.account}]"
    return (
        f"      {{ service: {_quote(pull)}, response_type: stream, {to} }}\n"
        f"      {{ service: {_quote(info)}, {to} }}\n"
        f"      {{ service: {_quote(ack)}, {to} }}\n"
    )


def _user(public_key: str, permissions: Permissions) -> str:
    return (
        f"      {{ nkey: {public_key}, permissions: {{\n"
        f"        publish: {{ allow: {_list(permissions.publish)} }}\n"
        f"        subscribe: {{ allow: {_list(permissions.subscribe)} }} }} }}\n"
    )


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(_quote(value) for value in values)}]"


def _quote(value: str) -> str:
    return json.dumps(value)
