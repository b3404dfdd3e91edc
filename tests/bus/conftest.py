"""A stack of its own: no service takes these events away."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from infra.local.stack import Stack
from tests.bus.wire import Wire, open_wire
from tests.conftest import bare_servers


@pytest.fixture(scope="package")
def quiet_stack() -> Iterator[Stack]:
    """Servers without services."""
    with bare_servers() as started:
        yield started


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def _wire(quiet_stack: Stack) -> AsyncIterator[Wire]:
    async with open_wire(quiet_stack) as opened:
        yield opened


@pytest.fixture
def wire(_wire: Wire) -> Wire:
    """Both ends, with nothing mended and nothing counted."""
    _wire.mended = False
    _wire.calls.clear()
    _wire.instants.clear()
    return _wire
