"""Makes the streams and consumers on the server what the specs say; run twice, the second time changes nothing.

Services never declare anything (a client library that "helps" rewrites streams to its own idea): this is the only
code that creates or updates. What exists and is not wanted is named, never deleted: it may hold messages.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from nats.aio.client import Client
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, StreamConfig
from nats.js.errors import APIError, NotFoundError, ServiceUnavailableError

from chassis.topology import (
    Follows,
    WantedConsumer,
    agency_consumer_spec,
    consumer_specs,
    drift,
    stream_specs,
)
from tongxin_contracts.subjects import AGENCY_STREAM

OLDEST_SERVER: Final = (2, 14)
PATIENCE: Final = timedelta(seconds=10)
"""How long JetStream may take to answer after a start or a reload."""


class ProvisionError(Exception):
    """The server cannot be made what is wanted; the text says why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What decides which streams and consumers there are."""

    follows: Follows
    agencies: Sequence[str]
    replicas: int
    ack_wait: timedelta

    def streams(self) -> list[StreamConfig]:
        """Every stream of the system."""
        return stream_specs(self.replicas)

    def consumers(self) -> list[WantedConsumer]:
        """Every durable of the system: the services' and the agencies'."""
        services = [
            spec for service in self.follows for spec in consumer_specs(service, self.follows, self.ack_wait)
        ]
        return services + [
            WantedConsumer(AGENCY_STREAM, agency_consumer_spec(agency)) for agency in self.agencies
        ]


async def provision(client: Client, wanted: Wanted) -> list[str]:
    """Create or update every stream and consumer; returns a line for each change and for each stranger found."""
    require_server(client)
    context = client.jetstream()
    await _until_answering(context)
    said = []
    for spec in wanted.streams():
        said += await _ensure_stream(context, spec)
    for consumer in wanted.consumers():
        said += await _ensure_consumer(context, consumer)
    return said + await _strangers(context, wanted)


async def all_drift(client: Client, wanted: Wanted) -> list[str]:
    """What provisioning would change, without changing it."""
    context = client.jetstream()
    found = []
    for spec in wanted.streams():
        found += drift(await _stream_config(context, spec), spec)
    for consumer in wanted.consumers():
        differences = drift(await _consumer_config(context, consumer), consumer.config)
        found += [f"{consumer.stream}: {difference}" for difference in differences]
    return found


def require_server(client: Client) -> None:
    """Refuse a server that would silently ignore what it does not know, atomic batches among it."""
    version = client.connected_server_version
    if (version.major, version.minor) < OLDEST_SERVER:
        needed = ".".join(map(str, OLDEST_SERVER))
        raise ProvisionError(f"NATS 服务器的版本是 {version.major}.{version.minor}，需要 {needed} 以上。")


async def _until_answering(context: JetStreamContext) -> None:
    """Wait out the moment after a reload in which the server's own subscriptions are made again."""
    deadline = asyncio.get_running_loop().time() + PATIENCE.total_seconds()
    while True:
        try:
            await context.account_info()
        except (ServiceUnavailableError, NatsTimeoutError):
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.02)
        else:
            return


async def _ensure_stream(context: JetStreamContext, spec: StreamConfig) -> list[str]:
    actual = await _stream_config(context, spec)
    differences = drift(actual, spec)
    if not differences:
        return []
    if actual is None:
        await context.add_stream(spec)
        return [f"stream {spec.name} made"]
    stated = {key: value for key, value in spec.__dict__.items() if value is not None}
    try:
        await context.update_stream(actual.evolve(**stated))
    except APIError as error:
        raise ProvisionError(
            f"无法更改 {spec.name}：{error.description}；{'; '.join(differences)}"
        ) from error
    return [f"changed: {difference}" for difference in differences]


async def _ensure_consumer(context: JetStreamContext, wanted: WantedConsumer) -> list[str]:
    actual = await _consumer_config(context, wanted)
    differences = drift(actual, wanted.config)
    if not differences:
        return []
    try:
        await context.add_consumer(wanted.stream, wanted.config)
    except APIError as error:
        raise ProvisionError(
            f"无法更改 {wanted.stream} 的消费者 {wanted.name}：{error.description}；{'; '.join(differences)}"
        ) from error
    if actual is None:
        return [f"consumer {wanted.name} on {wanted.stream} made"]
    return [f"changed on {wanted.stream}: {difference}" for difference in differences]


async def _stream_config(context: JetStreamContext, spec: StreamConfig) -> StreamConfig | None:
    if spec.name is None:
        raise ValueError("stream spec without a name")
    try:
        return (await context.stream_info(spec.name)).config
    except NotFoundError:
        return None


async def _consumer_config(context: JetStreamContext, wanted: WantedConsumer) -> ConsumerConfig | None:
    try:
        found: ConsumerConfig | None = (await context.consumer_info(wanted.stream, wanted.name)).config
    except NotFoundError:
        return None
    return found


async def _strangers(context: JetStreamContext, wanted: Wanted) -> list[str]:
    """Durables nobody wants any more: they hold a place in the stream's history and would mislead a reader."""
    known = {(consumer.stream, consumer.name) for consumer in wanted.consumers()}
    found = []
    for spec in wanted.streams():
        if spec.name is None:
            continue
        for info in await context.consumers_info(spec.name):
            durable = info.config.durable_name
            if durable and (spec.name, durable) not in known:
                found.append(f"left alone: consumer {durable} on {spec.name}, which nobody here wants")
    return found
