"""A service whose clock a test sets: `python -m tests.faults.off_clock SERVICE FILE`, where FILE holds seconds to add.

The machine's clock is not touched; every place in a service that asks what time it is asks the clock it was given.
"""

import importlib
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop

from chassis import telemetry
from chassis.service import Service
from chassis.serving import serve


class FileClock:
    """The machine's time and as many seconds more as a file says now."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """The present instant as the file has it, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=float(self._path.read_text()))

    def set(self, instant: datetime) -> None:
        """Have it be this instant now."""
        draft = self._path.with_suffix(".new")
        draft.write_text(str((instant - datetime.now(UTC)).total_seconds()))
        draft.replace(self._path)


def main(name: str, path: Path) -> None:
    """Run the service until it is told to stop."""
    service: Service = importlib.import_module(f"services.{name}.service").SERVICE
    settings = service.settings()
    telemetry.set_up(name, traces=settings.traces, ratio=settings.trace_ratio, level=settings.log_level)
    uvloop.run(serve(service, settings, FileClock(path)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
