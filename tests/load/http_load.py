"""A load generator cheap enough to share two cores with what it measures: keep-alive HTTP/1.1 over bare sockets.

Reads one JSON object from standard input (`Load`'s fields), posts commands over so many connections for so many seconds
and prints one JSON object. The same program drives the house and its peers, so what it costs itself cancels out.
"""

import asyncio
import json
import random
import sys
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, cast
from uuid import uuid4

import uvloop

_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What to post, where, and for how long."""

    port: int
    path: str
    members: list[str]
    """Ids of the members whose duty is recorded, taken by chance so that no row is hot."""
    committee: str
    headers: dict[str, str] = field(default_factory=dict)
    connections: int = 24
    seconds: float = 6.0
    warm_up: float = 1.0
    """Seconds at the beginning that are not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came of it."""

    per_second: float
    p50_ms: float
    p99_ms: float
    refused: int
    """Answers that were no success, of all."""
    first_refusal: str


class Requests:
    """Makes one request after another; only ids differ, so making them costs little."""

    def __init__(self, load: Load) -> None:
        self._members = load.members
        head = [
            f"POST {load.path} HTTP/1.1",
            f"host: 127.0.0.1:{load.port}",
            "content-type: application/json",
        ]
        head += [f"{name}: {value}" for name, value in load.headers.items()]
        self._head = "\r\n".join(head)
        yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
        self._body = (
            f'{{"committee":"{load.committee}","kind":"volunteering","on":"{yesterday}","quantity":1,'
            '"note":"防汛志愿服务：老城区三处易涝点值守","member_id":"%s","fact_id":"%s"}'
        )

    def next(self) -> bytes:
        """The next request, whole."""
        body = (self._body % (random.choice(self._members), uuid4())).encode()
        head = f"{self._head}\r\nidempotency-key: {uuid4()}\r\ncontent-length: {len(body)}\r\n\r\n"
        return head.encode() + body


class Line(asyncio.Protocol):
    """One connection: the next request goes out when the last one's answer is in."""

    def __init__(self, requests: Requests, seen: "Seen") -> None:
        self._requests = requests
        self._seen = seen
        self._rest = b""
        self._sent = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        """Count an answer when it is complete."""
        self._rest += data
        head, found, body = self._rest.partition(_HEAD_END)
        if not found or len(body) < _length(head):
            return
        self._seen.take(time.perf_counter(), self._sent, head, body)
        self._rest = b""
        self._send()

    def close(self) -> None:
        """Enough."""
        self._transport.close()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._requests.next())


class Seen:
    """Answers since the warm-up ended."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self.refused = 0
        self.first_refusal = ""
        self.since: float | None = None

    def take(self, now: float, sent: float, head: bytes, body: bytes) -> None:
        """Note one answer."""
        if head[9:10] != b"2":
            self.refused += 1
            self.first_refusal = self.first_refusal or (head[:16] + b" " + body[:300]).decode(
                errors="replace"
            )
        elif self.since is not None and sent >= self.since:
            self.latencies.append(now - sent)


def _length(head: bytes) -> int:
    start = head.lower().index(_LENGTH) + len(_LENGTH)
    return int(head[start:].split(b"\r\n", 1)[0])


async def drive(load: Load) -> Measured:
    """Post until the time is up."""
    requests, seen, lines = Requests(load), Seen(), []
    loop = asyncio.get_running_loop()
    for _ in range(load.connections):
        _, line = await loop.create_connection(lambda: Line(requests, seen), "127.0.0.1", load.port)
        lines.append(line)
    await asyncio.sleep(load.warm_up)
    seen.since = time.perf_counter()
    await asyncio.sleep(load.seconds)
    took = time.perf_counter() - seen.since
    taken = sorted(seen.latencies)
    for line in lines:
        line.close()
    return Measured(
        per_second=len(taken) / took,
        p50_ms=1000 * taken[len(taken) // 2] if taken else 0.0,
        p99_ms=1000 * taken[len(taken) * 99 // 100] if taken else 0.0,
        refused=seen.refused,
        first_refusal=seen.first_refusal,
    )


def main() -> None:
    """Standard input to standard output."""
    measured = uvloop.run(drive(Load(**json.load(sys.stdin))))
    print(json.dumps(asdict(measured), ensure_ascii=False))


if __name__ == "__main__":
    main()
