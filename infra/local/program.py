"""A program of the stack: how to start it, tell that it is ready, and end it.

`Program` is a plain description, so the supervisor (asyncio, restarts) and the tests (start, kill, look) run exactly
the same thing. Every program gets a process group of its own: Ctrl-C in the terminal reaches only the supervisor,
which then ends the programs in the right order.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from infra.local.problems import StartFailedError

POLL: Final = 0.01
LOG_KEPT: Final = 10 * 1024**2
"""A log file above this size is set aside (one generation) when its program starts."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The operating-system user a program runs as, when not ours."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Program:
    """One child process, described."""

    name: str
    argv: tuple[str, ...]
    log: Path
    """File its standard output and error are added to."""
    ready: Callable[[], bool]
    """Whether it serves now; called again and again, must not block for more than a second."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Its whole environment, nothing is inherited."""
    folder: Path | None = None
    identity: Identity | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 20.0
    """Seconds it gets to end by itself before SIGKILL."""
    start_limit: float = 30.0
    """Seconds until it must be ready."""

    def open_log(self) -> BinaryIO:
        """Open the log for the child, setting aside one that has grown too long."""
        if self.log.exists() and self.log.stat().st_size > LOG_KEPT:
            self.log.replace(self.log.with_suffix(".log.1"))
        return self.log.open("ab")

    def last_lines(self, count: int = 12) -> str:
        """The end of its log, for a message to a person."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 16_384))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])


class Running:
    """A started program without restarts: what tests and one-off commands use."""

    def __init__(self, program: Program) -> None:
        self.program = program
        with program.open_log() as log:
            identity = program.identity
            self.process = subprocess.Popen(
                program.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(program.environment),
                cwd=program.folder,
                user=identity.uid if identity else None,
                group=identity.gid if identity else None,
                extra_groups=[] if identity else None,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Process id."""
        return self.process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def wait_ready(self, limit: float | None = None) -> "Running":
        """Block until it serves; raises StartFailedError with its last log lines when it ends or takes too long."""
        deadline = time.monotonic() + (limit or self.program.start_limit)
        while not self.program.ready():
            if not self.alive:
                raise StartFailedError(
                    f"{self.program.name} 启动失败（退出码 {self.process.returncode}）：\n{self.program.last_lines()}"
                )
            if time.monotonic() > deadline:
                self.kill()
                raise StartFailedError(f"{self.program.name} 未能按时就绪：\n{self.program.last_lines()}")
            time.sleep(POLL)
        return self

    def stop(self) -> int:
        """Ask it to end, wait its grace, then kill; returns the exit code."""
        if self.alive:
            self.process.send_signal(self.program.stop_signal)
            try:
                return self.process.wait(self.program.grace)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.wait()

    def kill(self) -> None:
        """SIGKILL to it and to what it started; returns when it is gone."""
        if self.alive:
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
