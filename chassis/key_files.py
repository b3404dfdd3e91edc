"""Key files that may hold several keys and may change while a process runs: that is how keys are rotated.

Always holds: a file is read again only when it was replaced (`tongxin keys` replaces whole files in one step), and a
file that cannot be read leaves the keys known before in use.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger()

T = TypeVar("T")


class KeyFile(Generic[T]):
    """What a file holds, as it stands now; a look at the file's stamp costs microseconds."""

    def __init__(self, path: Path, read: Callable[[bytes], T]) -> None:
        self._path = path
        self._read = read
        self._stamp = self._look()
        self._held = read(path.read_bytes())

    def now(self) -> T:
        """The keys in the file; those known before where it cannot be read."""
        try:
            stamp = self._look()
            if stamp != self._stamp:
                self._held = self._read(self._path.read_bytes())
                self._stamp = stamp
                log.info("keys_read_again", file=self._path.name)
        except (OSError, ValueError) as error:
            log.warning("keys_not_read", file=self._path.name, error=type(error).__name__)
        return self._held

    def _look(self) -> tuple[int, int]:
        status = self._path.stat()
        return status.st_mtime_ns, status.st_ino


class Fixed(Generic[T]):
    """Keys that do not change, for tests and tools."""

    def __init__(self, held: T) -> None:
        self._held = held

    def now(self) -> T:
        """As given."""
        return self._held
