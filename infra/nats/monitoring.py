"""What nats-server's monitoring page says of streams and consumers, as plain values.

Always holds: of a cluster each stream and consumer is told once, by its leader, because only the leader knows what
waits; one that nobody leads is named; a server that does not answer is named and keeps nobody else from being read.
"""

import json
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from infra.nats.config import MAIN_ACCOUNT
from tongxin_contracts.subjects import AGENCY_STREAM

_LIMIT: Final = 2.0
_PAGE: Final = "/jsz?accounts=true&streams=true&consumers=true&config=true&limit=4096"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """A stream as its leader knows it."""

    name: str
    messages: int
    bytes: int
    limit: int
    """Bytes it may hold; 0 where there is no limit."""
    last_sequence: int
    replicas_behind: int
    """Copies that are not current."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerState:
    """A consumer as its leader knows it."""

    stream: str
    name: str
    pending: int
    """Messages it was never given."""
    ack_pending: int
    """Given and not acknowledged."""
    redelivered: int
    """Of these, given more than once."""
    waiting: int
    """Pull requests that are open: 0 with messages pending means that nobody pulls."""
    ack_floor: int
    """Everything up to this sequence of the stream is acknowledged."""
    delivered: int
    """Sequence of the stream that was given last."""
    deliveries: int
    """How often anything was given, repetitions included."""
    replicas_behind: int = 0
    """Copies of where it stands that are not current."""

    @property
    def kind(self) -> str:
        """Whose it is: a service's, or an agency's, who may pull when they like."""
        return "agency" if self.stream == AGENCY_STREAM else "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerState:
    """One server's own figures."""

    name: str
    memory: int
    connections: int
    slow_consumers: int
    store_bytes: int
    store_limit: int


@dataclass(frozen=True, slots=True)
class BusState:
    """The bus at one moment."""

    servers: Mapping[str, ServerState | None]
    """By address; None for one that does not answer."""
    streams: Sequence[StreamState]
    consumers: Sequence[ConsumerState]
    leaderless: Sequence[tuple[str, str]] = ()
    """(stream, consumer or nothing) of which servers hold copies and that none of them leads."""


def look(addresses: Sequence[str]) -> BusState:
    """Read every server, side by side."""
    with ThreadPoolExecutor(max(1, len(addresses))) as threads:
        read = list(threads.map(_read, addresses))
    servers = {address: found[0] if found else None for address, found in zip(addresses, read, strict=True)}
    streams: dict[str, StreamState] = {}
    consumers: dict[tuple[str, str], ConsumerState] = {}
    held: set[tuple[str, str]] = set()
    for found in read:
        if found is None:
            continue
        server, page = found
        for detail in _streams(page):
            held.add((detail["name"], ""))
            if _leads(detail, server.name):
                streams[detail["name"]] = _stream(detail)
            for consumer in detail.get("consumer_detail") or ():
                if _is_passing(consumer):
                    continue
                held.add((detail["name"], consumer["name"]))
                if _leads(consumer, server.name):
                    consumers[detail["name"], consumer["name"]] = _consumer(detail["name"], consumer)
    led = {(name, "") for name in streams} | consumers.keys()
    return BusState(
        servers,
        [streams[name] for name in sorted(streams)],
        [consumers[key] for key in sorted(consumers)],
        sorted(held - led),
    )


def _read(address: str) -> tuple[ServerState, Any] | None:
    try:
        general, page = _get(address + "/varz"), _get(address + _PAGE)
    except (OSError, ValueError):
        return None
    config = page.get("config") or {}
    return (
        ServerState(
            name=general["server_name"],
            memory=general["mem"],
            connections=general["connections"],
            slow_consumers=general["slow_consumers"],
            store_bytes=page.get("store", 0),
            store_limit=config.get("max_storage", 0),
        ),
        page,
    )


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=_LIMIT) as answer:  # noqa: S310  (addresses of our own settings)
        return json.load(answer)


def _streams(page: Any) -> Iterator[Any]:
    for account in page.get("account_details") or ():
        if account["name"] == MAIN_ACCOUNT:
            yield from account.get("stream_detail") or ()


def _leads(detail: Any, server: str) -> bool:
    # A server that is alone says nothing of a cluster; one of several leaves `leader` out once it knows of none.
    cluster = detail.get("cluster")
    return not cluster or cluster.get("leader") == server


def _is_passing(consumer: Any) -> bool:
    """One that a reader of the object store made for a moment."""
    return not (consumer.get("config") or {}).get("durable_name")


def _stream(detail: Any) -> StreamState:
    state, config = detail["state"], detail.get("config") or {}
    return StreamState(
        name=detail["name"],
        messages=state["messages"],
        bytes=state["bytes"],
        limit=max(0, config.get("max_bytes", 0)),
        last_sequence=state["last_seq"],
        replicas_behind=_behind(detail),
    )


def _consumer(stream: str, detail: Any) -> ConsumerState:
    return ConsumerState(
        stream=stream,
        name=detail["name"],
        pending=detail["num_pending"],
        ack_pending=detail["num_ack_pending"],
        redelivered=detail["num_redelivered"],
        waiting=detail["num_waiting"],
        ack_floor=detail["ack_floor"]["stream_seq"],
        delivered=detail["delivered"]["stream_seq"],
        deliveries=detail["delivered"]["consumer_seq"],
        replicas_behind=_behind(detail),
    )


def _behind(detail: Any) -> int:
    replicas = (detail.get("cluster") or {}).get("replicas") or ()
    return sum(not replica.get("current") for replica in replicas)
