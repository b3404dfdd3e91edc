"""An upgrade and its way back without a pause: the release before this one beside this one, while people work.

The order is that of docs/production.md: expanding migrations first, then the services one by one; and of
docs/rollback.md: the code goes back, the schema does not.
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from chassis import migrations
from infra.local.ports import free_port
from infra.local.program import Running
from infra.local.stack import Stack
from tests.conftest import ACK_WAIT, temporary_folder
from tests.faults.city import City
from tests.faults.conftest import Processes
from tests.faults.frame import SEED, History, Recovery
from tests.faults.load import Load, count, unexpected
from tests.house import House
from tests.previous import PreviousRelease
from tests.processes import stop_all
from tongxin_contracts.subjects import OWNERS, SERVICES

WITHIN = 15.0


class Releases:
    """Both releases' processes; the database begins as the older one left it."""

    def __init__(self, stack: Stack, previous: PreviousRelease) -> None:
        self.stack = stack
        self.previous = previous
        self.old: dict[str, Running] = {}
        self.new: dict[str, Running] = {}

    def start_old(self, service: str) -> None:
        """One of the release before."""
        self.old[service] = self.previous.start(self.stack, service, _ports())
        self.old[service].wait_ready(60)

    def start_new(self, service: str) -> None:
        """One of this release."""
        self.new[service] = self.stack.start_service(service, _ports())

    def stop(self, processes: dict[str, Running], service: str) -> None:
        """Tell one to go; it goes in order."""
        code = processes.pop(service).stop()
        assert code == 0, f"{service} ended with {code}"

    def stop_all(self) -> None:
        """End what is left."""
        stop_all([*self.old.values(), *self.new.values()])


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Releases]:
    """Servers, a database as the older release migrated it, and that release's services."""
    previous = PreviousRelease.unpack(tmp_path_factory.mktemp("previous"))
    with temporary_folder() as folder, ExitStack() as end:
        stack = Stack(folder, ack_wait=ACK_WAIT)
        stack.prepare()
        end.callback(stack.stop)
        for program in (stack.nats_program, stack.postgres_program):
            end.callback(Running(program).wait_ready().stop)
        stack.make_databases()
        stack.provision()
        for service in SERVICES:
            previous.migrate(stack, service)
        made = Releases(stack, previous)
        end.callback(made.stop_all)
        for service in OWNERS:
            made.start_old(service)
        yield made


@pytest.fixture(scope="module")
def processes(releases: Releases) -> Processes:
    """What `house` and `history` stand on."""
    return Processes(releases.stack)


@pytest.fixture(scope="module")
async def city(house: House) -> City:
    """Opened while the older release runs alone."""
    return await City.open(house)


@pytest.mark.fault("F16", invariants="I1 I2 I3 I4 I5 I7")
@pytest.mark.timeout(900)
async def test_up_and_back_again_under_load(
    releases: Releases, city: City, history: History, recovery: Recovery
) -> None:
    """Nobody is refused, nothing is lost or done twice, and no letter is left, at any step there or back."""
    load = Load(city.house, SEED, members=city.writers, history=history)
    async with load.flowing():
        await load.until_done(10, limit=60)
        history.note("fault", what="migrated beside the older release")
        applied = await asyncio.to_thread(releases.stack.migrate)
        assert any(applied.values()), "this release has migrations of its own"
        await load.until_done(10, limit=60)
        for service in OWNERS:
            history.note("fault", what="both releases", service=service)
            await asyncio.to_thread(releases.start_new, service)
            await load.until_done(5, limit=60)
        for service in OWNERS:
            history.note("fault", what="older one gone", service=service)
            await asyncio.to_thread(releases.stop, releases.old, service)
            await load.until_done(5, limit=60)
    recovery.took(await city.whole_within(history, WITHIN), within=WITHIN)

    async with load.flowing():
        for service in OWNERS:
            history.note("fault", what="back to the older one", service=service)
            await asyncio.to_thread(releases.start_old, service)
            await asyncio.to_thread(releases.stop, releases.new, service)
            await load.until_done(5, limit=60)
        await load.until_done(10, limit=60)
        for service in OWNERS:
            history.note("fault", what="up again", service=service)
            await asyncio.to_thread(releases.start_new, service)
            await asyncio.to_thread(releases.stop, releases.old, service)
            await load.until_done(5, limit=60)
    recovery.took(await city.whole_within(history, WITHIN), within=WITHIN)
    assert unexpected(load.acts) == []
    assert count(load.acts, lambda act: act.outcome == "done") > 80


@pytest.mark.fault("F16", invariants="I5")
async def test_the_older_release_finds_nothing_missing_in_the_newer_schema(
    releases: Releases, tmp_path: Path
) -> None:
    """Every table and column it knew is there still."""
    for service in SERVICES:
        older = releases.previous.folder / "services" / service / "migrations" / "versions"
        known = {path.name for path in older.glob("[0-9]*.py")}
        today = {Path(script.path).name for script in migrations._scripts(service).walk_revisions()}
        assert known <= today, f"{service}: a migration that was released is gone"
        for name in known:
            here = Path(migrations._config(service).get_main_option("version_locations") or "") / name
            assert here.read_bytes() == (older / name).read_bytes() or _was_empty(older / name), (
                f"{service}: {name} was changed after it was released"
            )


def _ports() -> dict[str, str]:
    return {"TONGXIN_HEALTH_PORT": str(free_port())}


def _was_empty(revision: Path) -> bool:
    return 'TABLES = """\n"""' in revision.read_text()
