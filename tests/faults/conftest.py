"""A house of its own for each module of faults: its processes die, and nobody else shall see them die."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack

import pytest

from infra.local.program import Running
from infra.local.stack import Stack
from tests.conftest import ACK_WAIT, temporary_folder
from tests.faults import signs
from tests.faults.city import City
from tests.faults.frame import History, keep, new_history
from tests.house import House
from tests.processes import START, start_all, stop_all
from tongxin_contracts.subjects import OWNERS


class Processes:
    """The services as they run now; a test may let one die and start it again."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.running: dict[str, Running] = {}

    def start(self, service: str, failpoint: str = "", extra: Mapping[str, str] | None = None) -> Running:
        """Start one, armed with a failpoint or not, with other settings or not."""
        armed = {"TONGXIN_FAILPOINT": failpoint} if failpoint else {}
        program = self.stack.service_program(service, armed | dict(extra or {}))
        self.running[service] = Running(program)
        return self.running[service].wait_ready(START)

    def restart(self, service: str, failpoint: str = "", extra: Mapping[str, str] | None = None) -> Running:
        """End one in order and start it again."""
        self.running[service].stop()
        return self.start(service, failpoint, extra)

    def pids(self) -> dict[str, int]:
        """Who runs now."""
        return {service: running.pid for service, running in self.running.items()}

    def stop_all(self) -> None:
        """End what still runs."""
        stop_all(self.running.values())


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    """Servers and the four services, for one module."""
    with temporary_folder() as folder, ExitStack() as end:
        stack = Stack(folder, ack_wait=ACK_WAIT, extra_environment=signs.tracing(folder)).start()
        end.callback(stack.stop)
        made = Processes(stack)
        end.callback(made.stop_all)
        made.running |= start_all(stack, OWNERS)
        yield made


@pytest.fixture(scope="module")
async def house(processes: Processes) -> AsyncIterator[House]:
    """Somebody who can ask."""
    opened = await House.open(processes.stack)
    yield opened
    await opened.connection.close()


@pytest.fixture(scope="module")
async def city(house: House) -> City:
    """Members on a roster, a points scheme in force, and the wait until all holds again."""
    return await City.open(house)


@pytest.fixture
def history(processes: Processes, request: pytest.FixtureRequest) -> Iterator[History]:
    """What this test promised and saw; kept under build/faults/ when it is over."""
    made = new_history(processes.stack.data, request.node.nodeid)
    yield made
    keep(made)
