"""Keeps the programs of the stack running and says loudly when one dies.

Always holds: a program that ends without being asked is restarted, waiting longer each time it dies young; a program
that was asked to end is never restarted; nothing started here outlives `stop_all()`.
"""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

from infra.local.leftovers import Leftovers
from infra.local.problems import StartFailedError
from infra.local.program import Program

FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 30.0
LIVED_WELL: Final = 60.0
"""Seconds of life after which a death counts as the first again."""
READY_POLL: Final = 0.02


class Voice(Protocol):
    """Where the supervisor speaks."""

    def note(self, text: str) -> None:
        """Something ordinary."""

    def alarm(self, text: str) -> None:
        """Something a person must see."""


@dataclass(slots=True)
class Child:
    """A program and its present process."""

    program: Program
    process: asyncio.subprocess.Process
    deaths: int = 0
    """How often in a row it died young."""
    began: float = field(default_factory=time.monotonic)
    asked_to_end: bool = False
    keeper: asyncio.Task[None] | None = None


class Supervisor:
    """Starts, watches, restarts and stops programs."""

    def __init__(self, voice: Voice, leftovers: Leftovers) -> None:
        self._voice = voice
        self._leftovers = leftovers
        self._children: dict[str, Child] = {}

    async def start(self, *programs: Program) -> None:
        """Start programs side by side; returns when all are ready, raises StartFailedError when one is not."""
        waits = []
        for program in programs:
            child = Child(program, await _spawn(program))
            self._children[program.name] = child
            waits.append(self._first_ready(child))
        self._record()
        await asyncio.gather(*waits)

    async def stop(self, *names: str) -> None:
        """Ask these to end, side by side; who has not ended after its grace is killed, and that is said."""
        asked = [self._children[name] for name in names if name in self._children]
        if not asked:
            return  # and leave the record alone: it may be another supervisor's
        for child in asked:
            child.asked_to_end = True
        await asyncio.gather(*(self._end(child) for child in asked))
        for child in asked:
            del self._children[child.program.name]
        self._record()

    async def stop_all(self, order: Sequence[Sequence[str]]) -> None:
        """Stop groups one after another; what no group names goes first."""
        named = {name for group in order for name in group}
        await self.stop(*(name for name in list(self._children) if name not in named))
        for group in order:
            await self.stop(*group)

    def pid(self, name: str) -> int | None:
        """The present process of a program; None while it is down."""
        child = self._children.get(name)
        if child is None or child.process.returncode is not None:
            return None
        return child.process.pid

    async def _first_ready(self, child: Child) -> None:
        await _until_ready(child.program, child.process, limit=child.program.start_limit)
        child.keeper = asyncio.create_task(self._keep(child), name=f"keep {child.program.name}")

    async def _keep(self, child: Child) -> None:
        """Wait for the process to end, and start another, until it was asked to end."""
        while True:
            code = await child.process.wait()
            if child.asked_to_end:
                return
            wait = self._next_wait(child)
            self._report_death(child, code, wait)
            await asyncio.sleep(wait)
            child.process = await _spawn(child.program)
            child.began = time.monotonic()
            self._record()
            # No limit here: what it needs may be down too. If it dies, the next turn reports it.
            with suppress(StartFailedError):
                await _until_ready(child.program, child.process, limit=None)
                self._voice.note(f"{child.program.name} 已恢复（pid {child.process.pid}）")

    def _next_wait(self, child: Child) -> float:
        if time.monotonic() - child.began > LIVED_WELL:
            child.deaths = 0
        child.deaths += 1
        return min(FIRST_WAIT * 2.0 ** (child.deaths - 1), LONGEST_WAIT)

    def _report_death(self, child: Child, code: int, wait: float) -> None:
        lines = child.program.last_lines()
        self._voice.alarm(
            f"{child.program.name} 意外退出（{_manner(code)}），{wait:g} 秒后第 {child.deaths} 次重启。"
            f"日志：{child.program.log}" + (f"\n{lines}" if lines else "")
        )

    async def _end(self, child: Child) -> None:
        process = child.process
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(child.program.stop_signal)
            try:
                await asyncio.wait_for(process.wait(), child.program.grace)
            except TimeoutError:
                self._voice.alarm(f"{child.program.name} 在 {child.program.grace:g} 秒内没有结束，强制终止。")
                await _kill(process)
        if child.keeper:
            child.keeper.cancel()
            await asyncio.gather(child.keeper, return_exceptions=True)
        if child.process is not process:  # restarted while it was being asked to end
            await _kill(child.process)

    def _record(self) -> None:
        self._leftovers.record(
            {
                name: child.process.pid
                for name, child in self._children.items()
                if child.process.returncode is None
            }
        )


async def _spawn(program: Program) -> asyncio.subprocess.Process:
    identity = program.identity
    with program.open_log() as log:
        return await asyncio.create_subprocess_exec(
            *program.argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(program.environment),
            cwd=program.folder,
            user=identity.uid if identity else None,
            group=identity.gid if identity else None,
            extra_groups=[] if identity else None,
            start_new_session=True,
        )


async def _until_ready(program: Program, process: asyncio.subprocess.Process, limit: float | None) -> None:
    deadline = None if limit is None else time.monotonic() + limit
    while not await asyncio.to_thread(program.ready):
        if process.returncode is not None:
            raise StartFailedError(
                f"{program.name} 启动失败（{_manner(process.returncode)}），日志 {program.log}：\n{program.last_lines()}"
            )
        if deadline is not None and time.monotonic() > deadline:
            await _kill(process)
            raise StartFailedError(
                f"{program.name} 在 {limit:g} 秒内没有就绪，日志 {program.log}：\n{program.last_lines()}"
            )
        await asyncio.sleep(READY_POLL)


async def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _manner(code: int) -> str:
    """How a process ended, for a person."""
    if code >= 0:
        return f"退出码 {code}"
    try:
        return f"信号 {signal.Signals(-code).name}"
    except ValueError:
        return f"信号 {-code}"
