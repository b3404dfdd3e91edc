"""Whether the bus is as it was provisioned, seen from one service: its own streams and its own consumers.

A deleted or changed consumer goes unnoticed by clients (facts.md), so readiness asks the server.
"""

from collections.abc import Sequence
from datetime import timedelta

from nats.aio.client import Client
from nats.js.errors import NotFoundError

from chassis import topology
from tongxin_contracts import subjects


async def find_drift(
    connection: Client, *, service: str, streams: Sequence[str], follows: Sequence[str], ack_wait: float
) -> list[str]:
    """What differs from the specs, one line each; `ack_wait` in seconds."""
    jetstream = connection.jetstream(timeout=2)
    found: list[str] = []
    for spec in topology.stream_specs(replicas=1):
        if spec.name is None or spec.name not in streams:
            continue
        spec.num_replicas = None  # how many there are is the operator's choice
        try:
            actual = (await jetstream.stream_info(spec.name)).config
        except NotFoundError:
            found.append(f"stream {spec.name} is missing: run `tongxin provision`")
        else:
            found += topology.drift(actual, spec)
    for wanted in topology.consumer_specs(service, {service: follows}, timedelta(seconds=ack_wait)):
        try:
            info = await jetstream.consumer_info(wanted.stream, subjects.consumer_name(service))
        except NotFoundError:
            found.append(f"consumer {wanted.name} on {wanted.stream} is missing: run `tongxin provision`")
        else:
            found += topology.drift(info.config, wanted.config)
    return found
