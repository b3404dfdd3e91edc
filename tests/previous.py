"""The release before this one, run beside this one: its code out of the repository's history, on today's packages."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from infra.local import environment
from infra.local.program import Program, Running
from infra.local.stack import Stack
from services.portal.assets.manifest import DIST
from tests.compose import ROOT

PREVIOUS: Final = "78d7505e81a12d24831f37abd3e25e9355f231eb"
"""What was released last; moved on with every release (docs/rollback.md)."""
_MIGRATE: Final = """
import sys
from chassis.migrations import migrate
print(migrate(sys.argv[1], sys.argv[2]))
"""


class PreviousRelease:
    """Its files in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def unpack(cls, folder: Path) -> "PreviousRelease":
        """Take it out of the history; skips the test, saying why, in a clone that has none."""
        packed = subprocess.run(["git", "archive", PREVIOUS], cwd=ROOT, capture_output=True, check=False)
        if packed.returncode != 0:
            pytest.skip(
                f"the release before this one ({PREVIOUS}) is not in this clone's history: "
                f"{packed.stderr.decode().strip()}; `git fetch --unshallow` brings it"
            )
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
            archive.extractall(folder, filter="data")
        # The front end is built, not kept; its pages are today's, which is all the same to what is tested here.
        shutil.copytree(DIST, folder / DIST.relative_to(ROOT))
        return cls(folder)

    def migrate(self, stack: Stack, service: str) -> str:
        """Bring a database to where that release had it; its output."""
        done = subprocess.run(
            [sys.executable, "-c", _MIGRATE, service, stack.database_url(service, "owner")],
            env={**os.environ, **self._paths()},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def program(self, stack: Stack, service: str, told: Mapping[str, str]) -> Program:
        """One of its services as a program; `told` has its own ports."""
        health = int(told["TONGXIN_HEALTH_PORT"])
        return Program(
            name=f"{service} (previous)",
            argv=(sys.executable, "-m", "tongxin.service", service),
            log=stack.data / "logs" / f"{service}-previous.log",
            ready=lambda: serves(health),
            environment={**stack.environment(service), **told, **self._paths()},
            folder=self.folder,
            grace=30,
        )

    def start(self, stack: Stack, service: str, told: Mapping[str, str]) -> Running:
        """Start it; not yet ready."""
        return Running(self.program(stack, service, told))

    def _paths(self) -> dict[str, str]:
        return {"PYTHONPATH": f"{self.folder}:{self.folder / 'contracts'}"}


def serves(health: int) -> bool:
    """Ready, or not ready only because the database is ahead, which that release took for a fault."""
    status, page = environment._readiness(health)
    if status == 200:
        return True
    return status == 503 and page.count(b"database is at") == 1 and b'"bus"' not in page
