"""One stack a data folder: a lock the kernel gives back when its holder dies, however it dies."""

import fcntl
import os
from pathlib import Path
from typing import BinaryIO

from infra.local.problems import AlreadyRunningError


class FolderLock:
    """An exclusive lock that also says who holds it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def take(self) -> None:
        """Take the lock and write our pid; raises AlreadyRunningError when another process has it."""
        if self._file:
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        file = os.fdopen(descriptor, "r+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = file.read().decode().strip() or "?"
            file.close()
            raise AlreadyRunningError(
                f"数据目录 {self._path.parents[1]} 正由进程 {holder} 使用。"
                "先停止它（在它的终端按 Ctrl-C，或 make stop），或用 TONGXIN_DATA 指定另一个目录。"
            ) from None
        file.truncate()
        file.write(str(os.getpid()).encode())
        file.flush()
        self._file = file

    def release(self) -> None:
        """Give the lock back; the file stays, so that nobody waits on one that was replaced."""
        if self._file:
            self._file.close()
            self._file = None

    def holder(self) -> int | None:
        """The pid of the process that has the lock now; None when nobody has."""
        if not self._path.exists():
            return None
        with self._path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read() or b"0") or None
        return None
