"""What many tests stand on: one real NATS and one real PostgreSQL a test run."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from infra.local.ports import TRIALS
from infra.local.stack import Stack
from tests.faults.frame import (
    pytest_collection_modifyitems,
    pytest_runtest_makereport,
    pytest_sessionfinish,
    pytest_terminal_summary,
    recovery,
)

__all__ = [
    "pytest_collection_modifyitems",
    "pytest_runtest_makereport",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "recovery",
]

ACK_WAIT = timedelta(seconds=3)
# Two runs side by side would now and then choose the same port between looking and listening.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ[TRIALS] = f"{20_000 + 2_000 * int(worker[2:])}-{22_000 + 2_000 * int(worker[2:])}"

# What tests log is read in text; structlog's own picture of a traceback, with every local in it, takes seconds each.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """An empty folder the database's user can reach, unlike pytest's own; removed afterwards."""
    with temporary_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Servers started, provisioned and migrated, without services."""
    with bare_servers() as started:
        yield started


@contextmanager
def bare_servers() -> Iterator[Stack]:
    """Servers of one's own, provisioned and migrated, stopped at the end."""
    with temporary_folder() as folder:
        running = Stack(folder, ack_wait=ACK_WAIT).start()
        try:
            yield running
        finally:
            running.stop()


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A data folder, removed afterwards with what an embedded PostgreSQL may have put elsewhere for it."""
    path = Path(tempfile.mkdtemp(prefix="tongxin-test-"))
    try:
        yield path
    finally:
        place = path / "postgres.place"
        if place.exists():
            shutil.rmtree(place.read_text(), ignore_errors=True)
        shutil.rmtree(path)
