"""The relay one finds in most articles: LISTEN, lock rows, publish one by one, delete. Environment: `DSN`, `NATS`."""

import asyncio
import os
from typing import Any

import asyncpg
import nats
import uvloop

_WAITING = "select id, event_id, subject, payload from outbox order by id limit 100 for update skip locked"


async def main() -> None:
    """For ever."""
    bus = await nats.connect(os.environ["NATS"])
    stream = bus.jetstream()
    database = await asyncpg.connect(os.environ["DSN"])
    listening = await asyncpg.connect(os.environ["DSN"])
    wake = asyncio.Event()

    def notified(*_what: Any) -> None:
        wake.set()

    await listening.add_listener("outbox", notified)
    while True:
        wake.clear()
        async with database.transaction():
            rows = await database.fetch(_WAITING)
            for row in rows:
                await stream.publish(
                    row["subject"], row["payload"], headers={"Nats-Msg-Id": str(row["event_id"])}
                )
                await database.execute("delete from outbox where id = $1", row["id"])
        if not rows:
            try:
                await asyncio.wait_for(wake.wait(), 0.25)
            except TimeoutError:
                continue


if __name__ == "__main__":
    uvloop.run(main())
