"""The whole local stack over one data folder: what `tongxin up` supervises and what tests start and break.

Always holds: nothing listens outside this machine but the portal when told to; secrets are files of mode 0600; a
second stack on the same folder is refused; starting again on the same folder loses nothing.
"""

import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from nats.aio.client import Client

from chassis import migrations
from chassis.topology import GIB, Follows
from infra.city.folder import write_city
from infra.city.nodes import CITY_NODES, Node, reload_nodes
from infra.local import collecting, environment, mailbox, nats, postgres
from infra.local.agencies import Agency, AgencyRecord, Credentials
from infra.local.blocking import blocking
from infra.local.facts import Facts, read_facts, write_facts
from infra.local.folders import open_folders
from infra.local.keys import Keys, ensure_keys
from infra.local.leftovers import Leftovers
from infra.local.lock import FolderLock
from infra.local.ports import LOOPBACK, Ports, free_ports, require_all_free
from infra.local.program import Program, Running
from infra.local.servers import Servers
from infra.local.settings import LocalSettings
from infra.nats.config import OPERATOR_USER, ServerConfig
from infra.nats.connection import bus, until_accepted, until_answered
from infra.nats.follows import FOLLOWS
from infra.nats.provision import Wanted, all_drift, provision
from infra.postgres import heads, urls
from infra.postgres.databases import ensure_databases
from infra.postgres.roles import SUPERUSER, RoleKind, role_name
from tongxin_contracts.subjects import SERVICES

STOP_ORDER: Final = (
    ("portal",),
    ("notify", "consultation", "proposals", "members"),
    ("mail", "collector"),
    ("postgres",),
    ("nats",),
)
"""The door first, the stores last: nothing is taken on that could not be finished."""


class Stack(Servers):
    """NATS, PostgreSQL and the facts their users need.

    Tests call `start()`; the supervisor calls `prepare()` and runs the programs itself.
    """

    def __init__(
        self,
        data: Path,
        *,
        ports: Ports | None = None,
        follows: Follows = FOLLOWS,
        ack_wait: timedelta = timedelta(seconds=30),
        replicas: int = 1,
        portal_host: str = LOOPBACK,
        public_url: str | None = None,
        database_url: str | None = None,
        nats_url: str | None = None,
        nodes: Sequence[Node] = CITY_NODES,
        jetstream_max_bytes: int = 12 * GIB,
        extra_environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.data = data.absolute()
        self.ports = ports or free_ports()
        self.follows = follows
        self.ack_wait = ack_wait
        self.replicas = replicas
        self.portal_host = portal_host
        self.public_url = public_url or f"http://{portal_host}:{self.ports.portal}"
        self.extra_environment = dict(extra_environment or {})
        self.agencies = AgencyRecord(self.data)
        self.nodes = nodes
        """The servers behind `nats_url`, where it was given."""
        self._database_url = database_url
        self._nats_url = nats_url
        self._jetstream_max_bytes = jetstream_max_bytes
        self.leftovers = Leftovers(self.data / "run" / "pids.json")
        self._lock = FolderLock(self.data / "run" / "lock")

    @classmethod
    def from_settings(cls, settings: LocalSettings, *, extra_environment: Mapping[str, str]) -> "Stack":
        """The stack an operator asked for."""
        url = settings.database_url
        return cls(
            settings.data,
            ports=settings.ports(),
            ack_wait=settings.ack_wait_time,
            replicas=settings.replicas,
            portal_host=settings.portal_host,
            public_url=settings.public_url,
            database_url=url.get_secret_value() if url else None,
            nats_url=settings.nats_url,
            jetstream_max_bytes=settings.jetstream_max_bytes,
            extra_environment=extra_environment,
        )

    # -- one start, step by step -----------------------------------------------------------------------------

    def prepare(self) -> None:
        """Everything before the first program: lock, ports, keys, configuration, cluster."""
        open_folders(self.data)
        self._lock.take()
        self.leftovers.end(
            [name for group in STOP_ORDER for name in group],
            {"postgres": signal.SIGINT},
            self.ack_wait.total_seconds(),
        )
        require_all_free(self.ports, portal_host=self.portal_host, embedded_postgres=self.embeds_postgres)
        if self.embeds_nats:
            self.write_bus_config()
        if self.embeds_postgres:
            postgres.create_cluster(self._place, self.keys.password(SUPERUSER))
        write_facts(self._facts_file, self._facts())

    @classmethod
    def attached(cls, settings: LocalSettings) -> "Stack":
        """The stack that runs on this data folder, as it was started, whatever the settings say now."""
        facts = read_facts(settings.data / "run" / "stack.json")
        if facts is None:
            return cls.from_settings(settings, extra_environment={})
        return cls(
            settings.data,
            ports=facts.ports,
            ack_wait=timedelta(seconds=facts.ack_wait),
            replicas=facts.replicas,
            portal_host=facts.portal_host,
            public_url=facts.public_url,
            database_url=facts.database_url,
            nats_url=facts.nats_url,
            jetstream_max_bytes=facts.jetstream_max_bytes,
        )

    def start(self) -> "Stack":
        """Prepare, start both servers, make databases and streams, migrate; ready for services when it returns."""
        self.prepare()
        try:
            # Started together, awaited together: the slower one decides.
            if self.embeds_nats:
                self._nats = Running(self.nats_program)
            if self.embeds_postgres:
                self._postgres = Running(self.postgres_program)
            if self._nats:
                self._nats.wait_ready()
            if self._postgres:
                self._postgres.wait_ready()
            self.make_databases()
            self.provision()
            self.migrate()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop PostgreSQL, then NATS, and give the folder free."""
        for server in (self._postgres, self._nats):
            if server:
                server.stop()
        self._postgres = self._nats = None
        self._lock.release()

    def make_databases(self) -> list[str]:
        """Roles and databases of all services; returns those that were made."""
        return blocking(ensure_databases(self.admin_url, SERVICES, self.keys.all_passwords()))

    def provision(self) -> list[str]:
        """Streams and consumers; returns what changed."""
        return blocking(self._on_bus(provision))

    def drift(self) -> list[str]:
        """What provisioning would change on the bus."""
        return blocking(self._on_bus(all_drift))

    def migrate(self, services: Sequence[str] = SERVICES) -> dict[str, list[str]]:
        """Bring each service's tables to head; service -> the revisions that ran."""
        return {
            service: migrations.migrate(service, self.database_url(service, "owner"))
            for service in services
            if heads.has_migrations(service)
        }

    # -- agencies --------------------------------------------------------------------------------------------

    def add_agency(self, agency: str, name: str) -> Credentials:
        """Account, key, consumer, and a folder to hand over; the running server takes it up without a restart."""
        added = self.agencies.add(agency, name)
        credentials = self.agencies.hand_over(added, self.nats_url)
        self.write_bus_config()
        who = (self.nats_url, credentials.seed_file, f"agency_{agency}")
        self._reload_nats()
        blocking(until_accepted(*who))
        self.provision()
        # A reload ties a new account's imports to what the other account was before it; the second one, which finds
        # the account there, ties them to what it is (nats-server 2.15).
        self._reload_nats()
        blocking(
            until_answered(*who, f"$JS.API.CONSUMER.MSG.NEXT.{credentials.stream}.{credentials.consumer}")
        )
        return credentials

    def database_folders(self) -> list[Path]:
        """Where an embedded database server keeps its files."""
        made = self.embeds_postgres and (self.data / "run").exists()
        return [self._place.cluster] if made else []

    def reload_bus(self) -> None:
        """Write the bus' configuration anew from keys and agencies, and have the running servers read it."""
        self.write_bus_config()
        self._reload_nats()

    def list_agencies(self) -> list[Agency]:
        """Every agency of this installation."""
        return self.agencies.all()

    # -- what a process is given -----------------------------------------------------------------------------

    def environment(self, service: str) -> dict[str, str]:
        """The environment of one of the five processes, whole."""
        return environment.for_service(self, service)

    def service_program(
        self, service: str, extra: Mapping[str, str] | None = None, *, rehearsal: bool = False
    ) -> Program:
        """One of the five processes as a program; `extra` adds settings (a failpoint, another health port).

        With `rehearsal` commands may name a past instant and nothing happens by itself: for loading a demo alone.
        """
        variables = self.environment(service) | dict(extra or {})
        if rehearsal:
            variables[environment.REHEARSAL] = "1"
        health = int(variables["TONGXIN_HEALTH_PORT"])
        return Program(
            name=service,
            argv=(sys.executable, "-m", "tongxin.service", service),
            log=self.data / "logs" / f"{service}.log",
            ready=lambda: environment.says_ready(health),
            environment=variables,
            grace=self.ack_wait.total_seconds() + 10,
        )

    def start_service(
        self, service: str, extra: Mapping[str, str] | None = None, *, rehearsal: bool = False
    ) -> Running:
        """Start one process and wait until it is ready; the caller stops it."""
        return Running(self.service_program(service, extra, rehearsal=rehearsal)).wait_ready()

    @property
    def nats_url(self) -> str:
        """Address of the bus; several, separated by commas, where there are several servers."""
        return self._nats_url or f"nats://{LOOPBACK}:{self.ports.nats}"

    @property
    def nats_monitor_url(self) -> str:
        """Address of the server's monitoring pages (/jsz, /varz, /healthz)."""
        return f"http://{LOOPBACK}:{self.ports.nats_monitor}"

    @property
    def admin_url(self) -> str:
        """URL of the database server's superuser; for provisioning and tests alone."""
        if self._database_url:
            return urls.with_default_password(self._database_url, self.keys.all_passwords())
        return urls.url(
            user=SUPERUSER,
            password=self.keys.password(SUPERUSER),
            host=LOOPBACK,
            port=self.ports.postgres,
            database="postgres",
        )

    def database_url(self, service: str, kind: RoleKind) -> str:
        """URL of a service's database as one of its roles."""
        role = role_name(service, kind)
        return urls.with_role(self.admin_url, user=role, password=self.keys.password(role), database=service)

    @property
    def embeds_nats(self) -> bool:
        """Whether the bus is ours to start."""
        return self._nats_url is None

    @property
    def embeds_postgres(self) -> bool:
        """Whether the database server is ours to start."""
        return self._database_url is None

    @cached_property
    def keys(self) -> Keys:
        """Keys and passwords, made on first use."""
        return ensure_keys(self.data / "keys")

    # -- the two servers, and breaking them ------------------------------------------------------------------

    @property
    def nats_program(self) -> Program:
        """The bus as a program."""
        return nats.nats_program(
            self._nats_binary, self._nats_config, self.ports.nats, self.data / "logs" / "nats.log"
        )

    @property
    def postgres_program(self) -> Program:
        """The embedded database server as a program."""
        return postgres.postgres_program(
            self._place, self.ports.postgres, self.data / "logs" / "postgres.log"
        )

    @property
    def mail_programs(self) -> list[Program]:
        """The mail server as a program, where this stack has one."""
        return [mailbox.mail_program(self.ports.smtp, self.data)] if self.ports.smtp else []

    @property
    def collector_programs(self) -> list[Program]:
        """What shows the bus's figures as metrics, where this stack has it."""
        if not self.ports.collector or not self.embeds_nats:
            return []
        return [collecting.collector_program(self.ports.collector, self.nats_monitor_url, self.data)]

    # -- inside ----------------------------------------------------------------------------------------------

    def holder(self) -> int | None:
        """The process that runs this stack now."""
        return self._lock.holder()

    def _facts(self) -> Facts:
        return Facts(
            ports=self.ports,
            ack_wait=self.ack_wait.total_seconds(),
            replicas=self.replicas,
            portal_host=self.portal_host,
            public_url=self.public_url,
            database_url=self._database_url,
            nats_url=self._nats_url,
            jetstream_max_bytes=self._jetstream_max_bytes,
        )

    @property
    def _facts_file(self) -> Path:
        return self.data / "run" / "stack.json"

    @property
    def _nats_config(self) -> Path:
        return self.data / "nats" / "server.conf"

    @property
    def _nats_pid_file(self) -> Path:
        return self.data / "run" / "nats.pid"

    @cached_property
    def _nats_binary(self) -> Path:
        return nats.find_nats_server()

    @cached_property
    def _place(self) -> postgres.Place:
        return postgres.settle(self.data)

    def write_bus_config(self) -> None:
        """Write the bus' configuration anew; a running server reads it when it is told to."""
        if not self.embeds_nats:
            write_city(self.data, nodes=self.nodes, follows=self.follows, max_file=self._jetstream_max_bytes)
            return
        config = ServerConfig(
            server_name="tongxin-local",
            port=self.ports.nats,
            monitor_port=self.ports.nats_monitor,
            store=self.data / "nats" / "store",
            pid_file=self._nats_pid_file,
            user_keys=self.keys.public_nkeys(),
            retiring_keys=self.keys.retiring_nkeys(),
            follows=self.follows,
            agencies=[agency.account() for agency in self.agencies.all()],
            max_file=self._jetstream_max_bytes,
        )
        nats.write_config(self._nats_config, config, self._nats_binary)

    def _reload_nats(self) -> None:
        if self.embeds_nats:
            nats.reload_config(self._nats_pid_file, self._nats_config)
        else:
            blocking(reload_nodes(self.nats_url, self.keys, self.nodes))

    async def _on_bus(self, work: Callable[[Client, Wanted], Awaitable[list[str]]]) -> list[str]:
        agencies = [agency.id for agency in self.agencies.all()]
        wanted = Wanted(self.follows, agencies, self.replicas, self.ack_wait)
        async with bus(self.nats_url, self.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
            return await work(client, wanted)
