"""The services run with exactly what docker-compose.yml tells them, on three nodes with three copies of every stream."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from infra.nats.connection import bus
from tests.faults.load import Load, unexpected
from tests.house import House
from tests.proposals_at_work import open_session
from tests.replicas import CityRun, city_run
from tests.waiting import until_async
from tongxin_contracts.subjects import SERVICES, event_stream


@pytest.fixture(scope="module")
def city() -> Iterator[CityRun]:
    """One of each; two of each is for `tests/faults/test_replicas.py`."""
    with city_run(replicas=1) as run:
        yield run


@pytest.mark.timeout(300)
def test_the_files_own_health_check_finds_every_service_well(city: CityRun) -> None:
    for service in SERVICES:
        (replica,) = city.of(service)
        _cmd, program, *arguments = city.compose.services[service]["healthcheck"]["test"]
        assert program == "python"
        asked = [argument.replace(":9100/", f":{replica.health}/") for argument in arguments]
        done = subprocess.run([sys.executable, *asked], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{service}: {done.stderr}"
        away = [argument.replace(":9100/", ":9/") for argument in arguments]
        assert subprocess.run([sys.executable, *away], capture_output=True, check=False).returncode != 0


def test_the_nodes_are_well_where_the_file_asks_them(city: CityRun) -> None:
    for node in city.cluster.nodes.values():
        asked = city.compose.services[node.name]["healthcheck"]["test"][-1]
        found = httpx.get(asked.replace(":8222/", f":{node.monitor_port}/"))
        assert found.json() == {"status": "ok"}


async def test_every_stream_has_three_copies_and_work_flows_over_them(city: CityRun) -> None:
    stack = city.stack
    async with bus(stack.nats_url, stack.keys.seed("operator"), "operator") as client:
        for name in await client.jetstream().streams_info():
            assert name.config.num_replicas == 3
    house = await House.open(stack)
    try:
        await open_session(house)
        load = Load(house, seed=1, people=2)
        async with load.flowing():
            await load.until_done(12, limit=60)
        assert unexpected(load.acts) == []
    finally:
        await house.close()

    async def published() -> bool:
        async with bus(stack.nats_url, stack.keys.seed("operator"), "operator") as client:
            info = await client.jetstream().stream_info(event_stream("proposals"))
            return bool(info.state.messages >= 4)

    await until_async(published, "the events are in the stream", limit=20)


def test_the_operators_line_works_from_its_container(city: CityRun) -> None:
    assert "一切正常" in city.job("operator", "tongxin", "doctor")


def test_the_door_serves_and_believes_its_proxy(city: CityRun) -> None:
    (portal,) = city.of("portal")
    page = httpx.get(
        f"{portal.url}/login", headers={"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}
    )
    assert page.status_code == 200
    assert "secure" in page.headers.get("set-cookie", "secure").lower()
    assert "strict-transport-security" in page.headers


def test_everything_ends_in_order_and_in_time(city: CityRun) -> None:
    limits = {city.compose.services[service]["stop_grace_period"] for service in SERVICES}
    assert limits == {"40s"}, "above the 20 s a service gives its work, and what it needs beside"
    with ThreadPoolExecutor() as threads:
        codes = dict(zip(SERVICES, threads.map(city.stop, [*city.replicas]), strict=True))
    assert codes == dict.fromkeys(SERVICES, 0)
