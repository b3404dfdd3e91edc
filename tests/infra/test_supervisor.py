"""The supervisor with real processes: a death is said loudly and mended, an order to stop is obeyed."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from infra.local.leftovers import Leftovers, started
from infra.local.problems import StartFailedError
from infra.local.program import Program
from infra.local.supervisor import Supervisor
from tests.waiting import until, until_async

LIVES = "import time, pathlib, sys; print('hello'); pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"
DIES = "import sys; print('cannot go on'); sys.exit(3)"
STUBBORN = (
    "import signal, time, pathlib, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"
)


class Heard:
    """What the supervisor said."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.alarms: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def alarm(self, text: str) -> None:
        self.alarms.append(text)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def supervisor(heard: Heard, tmp_path: Path) -> Supervisor:
    return Supervisor(heard, Leftovers(tmp_path / "pids.json"))


def _program(folder: Path, code: str, name: str = "members", grace: float = 5) -> Program:
    mark = folder / f"{name}.ready"
    return Program(
        name=name,
        argv=(sys.executable, "-c", code, str(mark)),
        log=folder / f"{name}.log",
        ready=mark.exists,
        environment={"PYTHONUNBUFFERED": "1"},
        grace=grace,
        start_limit=10,
    )


async def test_a_killed_program_is_named_with_its_last_words_and_started_again(
    supervisor: Supervisor, heard: Heard, tmp_path: Path
) -> None:
    await supervisor.start(_program(tmp_path, LIVES))
    first = supervisor.pid("members")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until_async(lambda: supervisor.pid("members") not in {None, first}, "it runs again")
    (alarm,) = heard.alarms
    assert "members" in alarm
    assert "SIGKILL" in alarm
    assert "0.5 秒后" in alarm
    assert "hello" in alarm
    await until_async(lambda: any("已恢复" in note for note in heard.notes), "the recovery is said")
    await supervisor.stop_all([])


async def test_it_waits_longer_each_time_a_program_dies_young(
    supervisor: Supervisor, heard: Heard, tmp_path: Path
) -> None:
    await supervisor.start(_program(tmp_path, LIVES))
    for deaths in (1, 2):
        await until_async(lambda: supervisor.pid("members") is not None, "it runs")
        pid = supervisor.pid("members")
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until_async(lambda: len(heard.alarms) == deaths, "its death is said")  # noqa: B023
    assert ["0.5 秒后" in heard.alarms[0], "1 秒后" in heard.alarms[1]] == [True, True]
    await supervisor.stop_all([])


async def test_a_program_that_cannot_start_is_an_error_with_its_last_words(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    with pytest.raises(StartFailedError, match="cannot go on") as caught:
        await supervisor.start(_program(tmp_path, DIES))
    assert "退出码 3" in str(caught.value)
    await supervisor.stop_all([])


async def test_what_is_asked_to_stop_stays_down_and_nothing_is_alarmed(
    supervisor: Supervisor, heard: Heard, tmp_path: Path
) -> None:
    await supervisor.start(_program(tmp_path, LIVES), _program(tmp_path, LIVES, "portal"))
    pids = [supervisor.pid("members"), supervisor.pid("portal")]
    await supervisor.stop_all([["portal"], ["members"]])
    assert [started(pid) for pid in pids if pid] == [None, None]
    assert heard.alarms == []


async def test_one_waiting_to_be_restarted_is_not_started_after_the_stop(
    supervisor: Supervisor, heard: Heard, tmp_path: Path
) -> None:
    await supervisor.start(_program(tmp_path, LIVES))
    pid = supervisor.pid("members")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await until_async(lambda: bool(heard.alarms), "its death is said")
    await supervisor.stop_all([])
    assert supervisor.pid("members") is None


async def test_one_that_will_not_end_is_killed_and_that_is_said(
    supervisor: Supervisor, heard: Heard, tmp_path: Path
) -> None:
    await supervisor.start(_program(tmp_path, STUBBORN, grace=0.2))
    pid = supervisor.pid("members")
    assert pid is not None
    await supervisor.stop_all([])
    assert started(pid) is None
    assert "强制终止" in heard.alarms[0]


async def test_what_a_killed_supervisor_left_is_ended_at_the_next_start(tmp_path: Path) -> None:
    program = _program(tmp_path, LIVES)
    process = await asyncio.create_subprocess_exec(*program.argv, stdout=asyncio.subprocess.DEVNULL)
    left = Leftovers(tmp_path / "pids.json")
    left.record({"members": process.pid})
    until(lambda: started(process.pid) is not None, "it runs")
    assert await asyncio.to_thread(left.end, ["members"], {}, 5.0) == ["members"]
    assert await process.wait() == -signal.SIGTERM


def test_a_pid_that_belongs_to_somebody_else_by_now_is_left_alone(tmp_path: Path) -> None:
    record = tmp_path / "pids.json"
    record.write_text(f'{{"members": [{os.getpid()}, 1], "portal": [999999, 5], "nats": [1, null]}}')
    assert Leftovers(record).running() == {}
    assert Leftovers(record).end(["members", "portal", "nats"], {}, 1.0) == []
    record.write_text("not json")
    assert Leftovers(record).running() == {}


def test_a_log_that_has_grown_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.local.program.LOG_KEPT", 10)
    program = _program(tmp_path, LIVES)
    program.log.write_text("a long line of before")
    program.open_log().close()
    assert program.log.read_text() == ""
    assert (tmp_path / "members.log.1").read_text() == "a long line of before"
    assert time.time() - program.log.stat().st_mtime < 60
