"""The services these tests ask, started once for all of them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import pytest

from infra.local.stack import Stack
from tests.house import House
from tongxin_contracts.subjects import OWNERS


@pytest.fixture(scope="session")
def services(stack: Stack) -> Iterator[Stack]:
    """The four owners of messages, as processes of their own."""
    with ExitStack() as running:
        for service in OWNERS:
            running.callback(stack.start_service(service).stop)
        yield stack


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
