"""Live pages: 5,000 viewers held by one portal, one update a second to all of them; how late the update is at the slowest.

The viewers are bare sockets of one process of its own (`python -m tests.load.live` with a `Watch` on standard input). An
update's kind is the instant it was sent, so each frame says by itself how old it is.
"""

import asyncio
import json
import resource
import select
import socket
import sys
import time
from dataclasses import asdict, dataclass
from typing import Final

from infra.local.stack import Stack
from infra.nats.connection import bus
from tests.conftest import temporary_folder
from tests.house import COUNTY
from tests.load.figures import Figure, percentile, within
from tests.portal_at_work import signed_in
from tests.processes import start_all, stop_all
from tongxin_contracts.permissions import Role
from tongxin_contracts.subjects import hint_subject

VIEWERS: Final = 5_000
UPDATES: Final = 10
BAR_MS: Final = 1_000.0
_SPARE: Final = 200
"""Open files besides the viewers."""
_READ: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the viewers' process is told."""

    port: int
    cookie: str
    viewers: int
    updates: int


async def measure() -> list[Figure]:
    """The 99th percentile over all viewers and updates."""
    with temporary_folder() as folder:
        stack = Stack(folder).start()
        try:
            running = start_all(stack, ["portal"])
            try:
                async with signed_in(stack, Role.MEMBER) as somebody:
                    cookie = "; ".join(f"{one.name}={one.value}" for one in somebody.client.cookies.jar)
                    late = await _watched(stack, cookie)
            finally:
                stop_all(running.values())
        finally:
            stack.stop()
    assert len(late) == VIEWERS * UPDATES, f"{len(late)} frames of {VIEWERS * UPDATES} came"
    return [
        within(f"live page: update to {VIEWERS:,} viewers, p99", percentile(late, 0.99), "ms", at_most=BAR_MS)
    ]


async def _watched(stack: Stack, cookie: str) -> list[float]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.load.live",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    watch = Watch(port=stack.ports.portal, cookie=cookie, viewers=VIEWERS, updates=UPDATES)
    process.stdin.write(json.dumps(asdict(watch)).encode() + b"\n")
    assert await process.stdout.readline() == b"all are looking\n"
    async with bus(stack.nats_url, stack.keys.seed("members"), "members") as client:
        for _ in range(UPDATES):
            await client.publish(hint_subject(COUNTY, "members"), str(time.time_ns()).encode())
            await client.flush()
            await asyncio.sleep(1)
        late: list[float] = json.loads(await process.stdout.read())
    await process.wait()
    return late


def look(watch: Watch) -> list[float]:
    """Open all lines, read until everybody saw everything; how late each frame was, in milliseconds."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, watch.viewers + _SPARE), most))
    request = f"GET /live/events HTTP/1.1\r\nhost: 127.0.0.1:{watch.port}\r\ncookie: {watch.cookie}\r\n\r\n".encode()
    poll = select.epoll()
    lines: dict[int, socket.socket] = {}
    for _ in range(watch.viewers):
        line = socket.create_connection(("127.0.0.1", watch.port), 60)
        line.sendall(request)
        first = line.recv(_READ)
        assert first.startswith(b"HTTP/1.1 200"), first[:300]
        line.setblocking(False)
        lines[line.fileno()] = line
        poll.register(line.fileno(), select.EPOLLIN)
    print("all are looking", flush=True)
    late: list[float] = []
    deadline = time.monotonic() + watch.updates + 60
    while len(late) < watch.viewers * watch.updates and time.monotonic() < deadline:
        for number, _event in poll.poll(1.0):
            data = lines[number].recv(_READ)
            now = time.time_ns()
            if not data:
                poll.unregister(number)
            late += [(now - sent) / 1e6 for sent in _instants(data)]
    return late


def _instants(data: bytes) -> list[int]:
    """When the updates in these frames were sent."""
    return [int(part.split(b'"', 1)[0]) for part in data.split(b'{"kind": "')[1:]]


if __name__ == "__main__":
    print(json.dumps(look(Watch(**json.loads(sys.stdin.readline())))), flush=True)
