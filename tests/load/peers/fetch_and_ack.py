"""Raw nats-py taking messages from a durable consumer, up to 500 at once, and doing nothing with them but acknowledging."""

from nats.aio.client import Client


async def take(connection: Client, stream: str, durable: str, count: int) -> None:
    """Return when so many messages were acknowledged."""
    subscription = await connection.jetstream().pull_subscribe_bind(consumer=durable, stream=stream)
    taken = 0
    while taken < count:
        messages = await subscription.fetch(500, timeout=5)
        for message in messages:
            await message.ack()
        taken += len(messages)
    await connection.flush()
    await subscription.unsubscribe()
