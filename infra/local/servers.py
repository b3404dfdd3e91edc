"""The two servers of a stack, each to be started, stopped and killed by itself: what faults and restarts need."""

from contextlib import suppress
from typing import Final

from infra.local.problems import StartFailedError
from infra.local.program import Program, Running

_RESTART_ATTEMPTS: Final = 20


class Servers:
    """NATS and PostgreSQL, where this stack runs them itself."""

    def __init__(self) -> None:
        self._nats: Running | None = None
        self._postgres: Running | None = None

    @property
    def nats_program(self) -> Program:
        """The bus, as it is started."""
        raise NotImplementedError

    @property
    def postgres_program(self) -> Program:
        """The database server, as it is started."""
        raise NotImplementedError

    @property
    def server_pids(self) -> dict[str, int]:
        """Process ids of the servers this stack started itself."""
        started = {"nats": self._nats, "postgres": self._postgres}
        return {name: server.pid for name, server in started.items() if server}

    def kill_nats(self) -> None:
        """SIGKILL, as a crash would."""
        if self._nats:
            self._nats.kill()

    def stop_nats(self) -> None:
        """Stop the bus in good order."""
        if self._nats:
            self._nats.stop()

    def start_nats(self) -> None:
        """Start the bus again on the same store."""
        self._nats = Running(self.nats_program).wait_ready()

    def restart_nats(self) -> None:
        """Stop in good order and start again."""
        self.stop_nats()
        self.start_nats()

    def kill_postgres(self) -> None:
        """SIGKILL the postmaster, as a crash would; its backends notice and end."""
        if self._postgres:
            self._postgres.kill()

    def stop_postgres(self) -> None:
        """Stop the database server in good order; open transactions are rolled back."""
        if self._postgres:
            self._postgres.stop()

    def start_postgres(self) -> None:
        """Start the database server again; after a kill, old backends may hold its memory for a moment."""
        for _attempt in range(_RESTART_ATTEMPTS):
            with suppress(StartFailedError):
                self._postgres = Running(self.postgres_program).wait_ready()
                return
        raise StartFailedError(f"postgres 无法再次启动：\n{self.postgres_program.last_lines()}")

    def restart_postgres(self) -> None:
        """Stop in good order and start again."""
        self.stop_postgres()
        self.start_postgres()
