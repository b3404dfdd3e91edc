"""What operators see: metrics, traces and logs, set up in one place for every process.

Names of subjects in metrics and spans are templates, never concrete subjects; labels are bounded and hold no ids or
names. A trace that is not sampled costs one comparison; a failure is always kept, in a span of its own in the same
trace. Logs are JSON, carry the trace id, and hold no personal data.
"""

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final, Literal

import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    ConsoleSpanExporter,
    SimpleSpanProcessor,
    SpanExporter,
)
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, StatusCode, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import Counter, Gauge, Histogram

_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600)

HANDLER_SECONDS = Histogram(
    "tongxin_handler_seconds",
    "Time in a command, query or reaction.",
    ("service", "handler", "outcome"),
    buckets=_BUCKETS,
)
EVENT_AGE_SECONDS = Histogram(
    "tongxin_event_age_seconds",
    "Age of an event when a reaction starts on it.",
    ("service", "event"),
    buckets=_BUCKETS,
)
OUTBOX_WAITING = Gauge("tongxin_outbox_waiting", "Rows not yet published.", ("stream",))
OUTBOX_OLDEST_SECONDS = Gauge(
    "tongxin_outbox_oldest_seconds", "Age of the oldest row not yet published.", ("stream",)
)
RELAY_BATCHES = Counter("tongxin_relay_batches_total", "Batches by how they went.", ("stream", "outcome"))
RELAY_EVENTS = Counter("tongxin_relay_events_total", "Events published.", ("stream",))
RELAY_LEFT_BEHIND = Counter(
    "tongxin_relay_left_behind_total",
    "Events that waited when a relay began: the one before it had died, or bus or database had been away.",
    ("stream",),
)
INBOX_EVENTS = Counter(
    "tongxin_inbox_events_total", "Events taken, by what became of them.", ("service", "outcome")
)
DEAD_LETTERS = Gauge(
    "tongxin_dead_letters", "Held events that wait for a person, by reason.", ("service", "reason")
)
SWEEP_AGE_SECONDS = Gauge(
    "tongxin_deadline_sweep_age_seconds", "Time since deadlines were last swept.", ("service",)
)
DEADLINES = Counter(
    "tongxin_deadlines_total",
    "Deadlines that passed, by what became of them.",
    ("service", "kind", "outcome"),
)
NOTICES = Counter(
    "tongxin_notices_total",
    "Notices by channel (portal, email) and what became of them.",
    ("channel", "outcome"),
)
MAILS = Counter("tongxin_mails_total", "Attempts to send a mail, by how they went.", ("outcome",))
AGENCY_DELIVERIES = Counter(
    "tongxin_agency_deliveries_total",
    "Events cut for an agency (cut), posted to its webhook (by outcome), given up (dead), told again (repeated).",
    ("agency", "outcome"),
)
LOOP_LAG_SECONDS = Gauge("tongxin_loop_lag_seconds", "How late the event loop wakes up.", ("service",))
DEAD_LETTERS_OLDEST_SECONDS = Gauge(
    "tongxin_dead_letters_oldest_seconds", "Age of the oldest event that waits for a person.", ("service",)
)
RESTORED_AGGREGATES = Gauge(
    "tongxin_restored_aggregates",
    "Aggregates that went back with a restored database and that nobody has looked at yet.",
    ("service",),
)
POOL_CONNECTIONS = Gauge(
    "tongxin_pool_connections", "Database connections in use (in_use) and allowed (limit).", ("pool", "state")
)
POOL_WAIT_SECONDS = Histogram(
    "tongxin_pool_wait_seconds", "Time until a pool gave a connection.", ("pool",), buckets=_BUCKETS
)
DRIFT = Gauge(
    "tongxin_drift", "Differences between the bus and what was provisioned, seen by a service.", ("service",)
)
READY = Gauge("tongxin_ready", "1 when /readyz says so, else 0.", ("service",))
INVARIANT_VIOLATIONS = Gauge(
    "tongxin_invariant_violations", "Rows that break what must always hold.", ("service", "invariant")
)
INVARIANT_CHECKED = Gauge(
    "tongxin_invariant_checked_timestamp_seconds",
    "When an invariant was last checked to the end.",
    ("service", "invariant"),
)
EVENTS_DUE = Counter(
    "tongxin_events_due_total", "Events a reaction had to handle, dead ones included.", ("service",)
)
EVENTS_LATE = Counter(
    "tongxin_events_late_total",
    "Of these, handled later than 30 s after their commit, or not at all.",
    ("service",),
)
REMINDERS = Counter(
    "tongxin_reminders_total", "Reminders by whether they went out within 15 minutes.", ("outcome",)
)
SLO_TARGET = Gauge("tongxin_slo_target_ratio", "What share is promised.", ("slo",))

EVENT_IN_TIME_SECONDS: Final = 30.0
REMINDER_IN_TIME_SECONDS: Final = 900.0
SLO_TARGETS: Final[Mapping[str, float]] = {
    "events_handled_within_30s": 0.995,
    "http_without_5xx": 0.999,
    "reminders_within_15m": 1.0,
}
for _slo, _target in SLO_TARGETS.items():
    SLO_TARGET.labels(_slo).set(_target)

tracer = trace.get_tracer("tongxin")
_propagator = TraceContextTextMapPropagator()

Kind = Literal["internal", "server", "client", "producer", "consumer"]


def set_up(service: str, *, traces: str, ratio: float, level: str) -> None:
    """Logs and traces of this process; called once, first thing in main."""
    _set_up_logs(service, level)
    provider = TracerProvider(
        resource=Resource.create({"service.name": service, "service.namespace": "tongxin"}),
        sampler=ParentBased(TraceIdRatioBased(ratio)),
    )
    target, _, where = traces.partition(":")
    if target == "file":
        exporter: SpanExporter = ConsoleSpanExporter(
            out=Path(where).open("a", encoding="utf-8"),  # noqa: SIM115  (open for the process' life)
            formatter=_one_line,
        )
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    elif target == "otlp":
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=where)))
    trace.set_tracer_provider(provider)


def _one_line(span: ReadableSpan) -> str:
    text: str = span.to_json(indent=None)
    return text + "\n"


def _set_up_logs(service: str, level: str) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_trace,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stdout, format='{"level":"%(levelname)s","event":"%(message)s"}'
    )
    logging.getLogger("nats").setLevel(logging.CRITICAL)


def _add_trace(_logger: Any, _method: str, event: Any) -> Any:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
    return event


@contextmanager
def span(
    name: str,
    *,
    kind: Kind = "internal",
    parent: str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Iterator[Span]:
    """A span around a block; `parent` is a traceparent from a header, without one the active span is the parent.

    An exception is recorded and passed on; where the trace is not sampled, a span of its own keeps the failure.
    """
    with _opened(name, kind, parent, attributes) as current:
        try:
            yield current
        except Exception as error:
            if not current.is_recording():
                keep_failure(name, error)
            raise


def _opened(
    name: str, kind: Kind, parent: str | None, attributes: Mapping[str, Any] | None
) -> AbstractContextManager[Span]:
    """A span made active; under a trace that is not kept that trace goes on as it is, which costs next to nothing."""
    context = _propagator.extract({"traceparent": parent}) if parent else None
    above = trace.get_current_span(context)
    here = above.get_span_context()
    if here.is_valid and not here.trace_flags.sampled:
        return trace.use_span(above) if parent else nullcontext(above)
    return tracer.start_as_current_span(
        name, context=context, kind=SpanKind[kind.upper()], attributes=dict(attributes or {})
    )


def keep_failure(name: str, error: BaseException, *, parent: str | None = None) -> None:
    """A sampled span for a failure in a trace that is not sampled: the active one, or that of a header value."""
    attributes = {"error.type": type(error).__name__}
    _keep(f"{name} failed", _here(parent), attributes, failed=type(error).__name__)


def keep_delay(name: str, parent: str, seconds: float) -> None:
    """A sampled span in an event's own trace that says that it was late on its way, and by how much."""
    _keep(f"{name} late", _here(parent), {"tongxin.late_seconds": seconds})


def _here(parent: str | None) -> SpanContext:
    context = _propagator.extract({"traceparent": parent}) if parent else None
    return trace.get_current_span(context).get_span_context()


def _keep(name: str, here: SpanContext, attributes: Mapping[str, Any], *, failed: str | None = None) -> None:
    if not here.is_valid:
        return
    sampled = SpanContext(
        here.trace_id, here.span_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED)
    )
    with tracer.start_as_current_span(
        name, context=trace.set_span_in_context(NonRecordingSpan(sampled)), attributes=dict(attributes)
    ) as kept:
        if failed is not None:
            kept.set_status(StatusCode.ERROR, failed)


def messaging(template: str, **more: Any) -> dict[str, Any]:
    """Attributes by the messaging conventions, with the subject's template."""
    return {"messaging.system": "nats", "messaging.destination.template": template, **more}


def current_traceparent() -> str | None:
    """The active span as a W3C header value; None when there is none."""
    if not trace.get_current_span().get_span_context().is_valid:
        return None
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


def trace_id() -> str | None:
    """The active trace's id as people quote it."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def trace_of(traceparent: str | None) -> str | None:
    """The trace id in a header value."""
    parts = (traceparent or "").split("-")
    return parts[1] if len(parts) == 4 else None


_FLAGS: Final = re.compile("[0-9a-f]{2}")


def is_sampled(traceparent: str | None) -> bool:
    """Whether a header value says that its trace is kept."""
    if traceparent is None:
        return False
    flags = traceparent[-2:]
    # The lowest bit; others may be set too, as by an id that is random (W3C Trace Context, level 2).
    return bool(_FLAGS.fullmatch(flags)) and bool(int(flags, 16) & TraceFlags.SAMPLED)


def record_sent(template: str, parent: str) -> None:
    """Note in an event's own trace that it is on the bus; only worth calling where that trace is kept."""
    tracer.start_span(
        f"send {template}",
        context=_propagator.extract({"traceparent": parent}),
        kind=SpanKind.PRODUCER,
        attributes=messaging(template),
    ).end()


@contextmanager
def linked_span(name: str, parent: str | None, attributes: Mapping[str, Any]) -> Iterator[str | None]:
    """A consumer's span under an event's own trace, beside the active one; gives the header value to go on with."""
    started = tracer.start_span(
        name,
        context=_propagator.extract({"traceparent": parent or ""}),
        kind=SpanKind.CONSUMER,
        attributes=dict(attributes),
    )
    carrier: dict[str, str] = {}
    _propagator.inject(carrier, context=trace.set_span_in_context(started))
    try:
        yield carrier.get("traceparent")
    finally:
        started.end()
