"""Shows what the bus says of itself as metrics: `python -m infra.nats.collector` or `tongxin collector`.

A process of its own, because it must go on telling when services are down. It keeps nothing: each scrape asks the
servers anew, so that what it shows is never older than the scrape. Any number of them may run.
"""

import json
import signal
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic_settings import BaseSettings, SettingsConfigDict

from infra.nats.monitoring import BusState, ConsumerState, StreamState, look


class CollectorSettings(BaseSettings):
    """What the collector needs to be told, from the environment."""

    model_config = SettingsConfigDict(env_prefix="TONGXIN_", extra="ignore")

    nats_monitor_urls: str = "http://127.0.0.1:8222"
    """Monitoring addresses of every server of the bus, with commas between them."""
    health_host: str = "127.0.0.1"
    health_port: int = 9100
    """`/livez`, `/readyz`, `/metrics`."""

    @property
    def addresses(self) -> list[str]:
        """One entry a server."""
        return [part.strip().rstrip("/") for part in self.nats_monitor_urls.split(",") if part.strip()]


_STREAM: Final = {
    "messages": "Messages in the stream.",
    "bytes": "Bytes in the stream.",
    "limit": "Bytes the stream may hold.",
    "last_sequence": "Sequence of the last message.",
    "replicas_behind": "Copies that are not current.",
}
_CONSUMER: Final = {
    "pending": "Messages never given to the consumer.",
    "ack_pending": "Messages given and not acknowledged.",
    "redelivered": "Messages given more than once and not acknowledged.",
    "waiting": "Open pull requests; 0 with messages pending means that nobody pulls.",
    "ack_floor": "Sequence up to which everything is acknowledged.",
    "delivered": "Sequence of the stream that was given last.",
    "replicas_behind": "Copies of where the consumer stands that are not current.",
}
_SERVER: Final = {
    "memory": ("memory_bytes", "Resident memory of the server."),
    "connections": ("connections", "Clients connected."),
    "store_bytes": ("store_bytes", "Bytes of all streams on disk."),
    "store_limit": ("store_limit_bytes", "Bytes all streams may use."),
}
_NAMES: Final = {"limit": "limit_bytes"}


class BusCollector(Collector):
    """Asks the servers at each scrape."""

    def __init__(self, addresses: list[str]) -> None:
        self._addresses = addresses

    def describe(self) -> Iterable[Metric]:
        """Nothing is promised before the first scrape, so that the process starts while the bus is down."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Everything, from one look."""
        state = look(self._addresses)
        yield from _servers(state)
        for field, text in _STREAM.items():
            gauge = GaugeMetricFamily(f"tongxin_stream_{_NAMES.get(field, field)}", text, labels=("stream",))
            for stream in state.streams:
                gauge.add_metric((stream.name,), _value(stream, field))
            yield gauge
        labels = ("stream", "consumer", "kind")
        for field, text in _CONSUMER.items():
            gauge = GaugeMetricFamily(f"tongxin_consumer_{field}", text, labels=labels)
            for consumer in state.consumers:
                gauge.add_metric((consumer.stream, consumer.name, consumer.kind), _value(consumer, field))
            yield gauge
        counter = CounterMetricFamily(
            "tongxin_consumer_deliveries", "Times a message was given, repetitions included.", labels=labels
        )
        for consumer in state.consumers:
            counter.add_metric((consumer.stream, consumer.name, consumer.kind), consumer.deliveries)
        yield counter
        yield _leaderless(state)


def _leaderless(state: BusState) -> Metric:
    gauge = GaugeMetricFamily(
        "tongxin_leaderless",
        "1 when servers hold copies and none of them leads: nothing is taken in or given out. consumer is empty for streams.",
        labels=("stream", "consumer"),
    )
    for stream in state.streams:
        gauge.add_metric((stream.name, ""), 0)
    for consumer in state.consumers:
        gauge.add_metric((consumer.stream, consumer.name), 0)
    for key in state.leaderless:
        gauge.add_metric(key, 1)
    return gauge


def _servers(state: BusState) -> Iterable[Metric]:
    up = GaugeMetricFamily(
        "tongxin_nats_up", "1 when the server's monitoring page answers.", labels=("server",)
    )
    for address, server in state.servers.items():
        up.add_metric((server.name if server else address,), 1 if server else 0)
    yield up
    known = [server for server in state.servers.values() if server]
    for field, (name, text) in _SERVER.items():
        gauge = GaugeMetricFamily(f"tongxin_nats_{name}", text, labels=("server",))
        for server in known:
            gauge.add_metric((server.name,), getattr(server, field))
        yield gauge
    slow = CounterMetricFamily(
        "tongxin_nats_slow_consumers", "Clients cut off because they did not read.", labels=("server",)
    )
    for server in known:
        slow.add_metric((server.name,), server.slow_consumers)
    yield slow


def _value(state: StreamState | ConsumerState, field: str) -> float:
    return float(getattr(state, field))


def server(settings: CollectorSettings) -> ThreadingHTTPServer:
    """The three pages, not yet served."""
    registry = CollectorRegistry()
    registry.register(BusCollector(settings.addresses))

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                self._send(200, generate_latest(registry), CONTENT_TYPE_LATEST)
            elif path == "/livez":
                self._send(200, b'{"status":"ok"}', "application/json")
            elif path == "/readyz":
                self._ready()
            else:
                self._send(404, b"", "text/plain")

        def _ready(self) -> None:
            silent = [address for address, found in look(settings.addresses).servers.items() if not found]
            every = len(silent) == len(settings.addresses)
            body = {"status": "unready" if every else "ok", "findings": {"bus": silent} if silent else {}}
            self._send(503 if every else 200, json.dumps(body).encode(), "application/json")

        def _send(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the library's name)
            """A scrape is no event."""

    return ThreadingHTTPServer((settings.health_host, settings.health_port), Pages)


def run() -> None:
    """Serve until SIGTERM or SIGINT."""
    serving = server(CollectorSettings())
    for number in (signal.SIGTERM, signal.SIGINT):
        # From another thread: shutdown() waits for the loop that runs in this one.
        signal.signal(number, lambda *_: threading.Thread(target=serving.shutdown).start())
    serving.serve_forever(poll_interval=0.2)
    serving.server_close()


if __name__ == "__main__":
    run()
