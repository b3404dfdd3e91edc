"""Which events a program has dealt with already, because the same one may come again.

Call `add` after the work is done. A crash between the work and `add` does the work once more: where that matters, keep
the id in the same database transaction as the work, and leave this helper aside.
"""

import os
from pathlib import Path
from typing import Final, TextIO
from uuid import UUID

KEEP: Final = 10_000
"""Ids kept unless told otherwise: a repeat comes within minutes, a replay in one go."""


class Seen:
    """The last ids, in memory, or also in a file that outlives the program."""

    def __init__(self, file: Path | str | None = None, *, keep: int = KEEP) -> None:
        self._file = Path(file) if file else None
        self._keep = keep
        self._added = 0
        self._ids: dict[UUID, None] = dict.fromkeys(self._read())
        self._forget()
        if self._file is not None:
            self._write_anew()  # without what a crash left half written

    def __contains__(self, id_: UUID) -> bool:
        return id_ in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, id_: UUID) -> None:
        """Remember that it is done; on disk when this returns, where there is a file."""
        self._ids[id_] = None
        self._forget()
        if self._file is None:
            return
        self._added += 1
        if self._added >= self._keep:
            self._write_anew()
            return
        with self._file.open("a", encoding="ascii") as file:
            file.write(f"{id_}\n")
            _to_disk(file)

    def _forget(self) -> None:
        while len(self._ids) > self._keep:
            del self._ids[next(iter(self._ids))]

    def _read(self) -> list[UUID]:
        if self._file is None or not self._file.exists():
            return []
        lines = self._file.read_text("ascii", errors="replace").splitlines()
        return [found for line in lines if (found := _id(line)) is not None]

    def _write_anew(self) -> None:
        """The file only grows until here; a new one takes its place in one step."""
        assert self._file is not None
        new = self._file.with_name(self._file.name + ".new")
        with new.open("w", encoding="ascii") as file:
            file.writelines(f"{id_}\n" for id_ in self._ids)
            _to_disk(file)
        new.replace(self._file)
        self._added = 0


def _id(line: str) -> UUID | None:
    """A line that a crash cut short is nothing."""
    try:
        return UUID(line)
    except ValueError:
        return None


def _to_disk(file: TextIO) -> None:
    file.flush()
    os.fsync(file.fileno())
