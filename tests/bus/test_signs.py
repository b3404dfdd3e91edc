"""Faults leave signs where an operator looks: a metric, a log line, and the trace of the event they hit (I9)."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import asyncpg
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from structlog.testing import capture_logs

from chassis import telemetry
from tests.bus.wire import FAILS, STREAM, Wire, letter, message, running
from tests.waiting import until_async

UNSAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
TRACE = int("0af7651916cd43dd8448eb211c80319c", 16)


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What is kept of traces while the test runs."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(telemetry, "tracer", provider.get_tracer("test"))
    yield exporter
    provider.shutdown()


def kept(spans: InMemorySpanExporter) -> list[str]:
    """Names of the spans in the event's own trace."""
    return [
        span.name for span in spans.get_finished_spans() if span.context and span.context.trace_id == TRACE
    ]


async def test_what_a_dead_relay_left_behind_is_counted_said_and_traced(
    wire: Wire, spans: InMemorySpanExporter
) -> None:
    sent = message(uuid4(), 1)
    await wire.state(replace(sent, envelope=replace(sent.envelope, traceparent=UNSAMPLED)))
    counter = telemetry.RELAY_LEFT_BEHIND.labels(STREAM)
    before = counter._value.get()

    async def is_late() -> bool:
        late = "select created_at < now() - interval '1 second' from outbox where message_id = $1"
        connection = await asyncpg.connect(wire.stack.database_url("proposals", "worker"))
        try:
            return bool(await connection.fetchval(late, sent.envelope.id))
        finally:
            await connection.close()

    await until_async(is_late, "it has waited for a second")
    with capture_logs() as said:
        async with running(wire.relay()):
            await until_async(lambda: counter._value.get() > before, "the next relay counts it")
    assert "relay_left_behind" in [line["event"] for line in said]
    assert kept(spans) == [f"send {STREAM} late"]


async def test_a_reaction_that_fails_is_in_the_trace_of_its_event(
    wire: Wire, spans: InMemorySpanExporter
) -> None:
    sent = message(uuid4(), 1, reason=FAILS)
    sent = replace(sent, envelope=replace(sent.envelope, traceparent=UNSAMPLED))
    await wire.inbox("traced").take([letter(sent)])
    assert [name for name in kept(spans) if name.endswith("failed")]
