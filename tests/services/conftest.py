"""The services these tests ask, started once for all of them."""

from collections.abc import AsyncIterator, Iterator

import pytest

from infra.local.stack import Stack
from tests.house import House
from tests.processes import start_all, stop_all
from tongxin_contracts.subjects import OWNERS


@pytest.fixture(scope="session")
def services(stack: Stack) -> Iterator[Stack]:
    """The four owners of messages, as processes of their own."""
    running = start_all(stack, OWNERS)
    try:
        yield stack
    finally:
        stop_all(running.values())


@pytest.fixture(scope="session")
async def house(services: Stack) -> AsyncIterator[House]:
    """Somebody who can ask the services."""
    opened = await House.open(services)
    yield opened
    await opened.connection.close()


@pytest.fixture(scope="session")
def portal(services: Stack) -> Iterator[Stack]:
    """The door, with the owners behind it."""
    process = services.start_service("portal")
    yield services
    process.stop()
