"""The consumer as FastStream's documentation writes it: one by one, ORM, its own Prometheus and OpenTelemetry middlewares.

Environment: `DSN`, `NATS`.
"""

import os
from uuid import UUID

import uvloop
from faststream import AckPolicy, FastStream
from faststream.nats import ConsumerConfig, JStream, NatsBroker, PullSub
from faststream.nats.opentelemetry import NatsTelemetryMiddleware
from faststream.nats.prometheus import NatsPrometheusMiddleware
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from prometheus_client import CollectorRegistry
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from tests.load.peers.stock_models import Inbox, Projection

STREAM = "PEER_STOCK"
engine = create_async_engine(os.environ["DSN"].replace("postgresql:", "postgresql+asyncpg:"), pool_size=8)
sessions = async_sessionmaker(engine)
broker = NatsBroker(
    os.environ["NATS"],
    logger=None,
    middlewares=[
        NatsPrometheusMiddleware(registry=CollectorRegistry()),
        NatsTelemetryMiddleware(tracer_provider=TracerProvider(sampler=ParentBased(TraceIdRatioBased(0.01)))),
    ],
)


class DutyRecorded(BaseModel):
    """The event, as much of it as is needed here."""

    event_id: UUID
    member_id: UUID


@broker.subscriber(
    "stock.>",
    stream=JStream(STREAM, declare=False),
    durable="projection",
    pull_sub=PullSub(batch_size=8, timeout=5),
    ack_policy=AckPolicy.NACK_ON_ERROR,
    config=ConsumerConfig(max_ack_pending=5000),
)
async def on_duty_recorded(event: DutyRecorded) -> None:
    """Count it once."""
    async with sessions.begin() as session:
        if await session.get(Inbox, (event.event_id, "projection")) is not None:
            return
        session.add(Inbox(event_id=event.event_id, consumer="projection"))
        known = await session.get(Projection, event.member_id, with_for_update=True)
        if known is None:
            session.add(Projection(member_id=event.member_id, facts=1))
        else:
            known.facts += 1


if __name__ == "__main__":
    uvloop.run(FastStream(broker, logger=None).run())
