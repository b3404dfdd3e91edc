"""A database that remembers what it was asked: for tests that hold the number of statements constant."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from chassis.database import Database, Transaction


class CountingDatabase(Database):
    """Remembers the statements of its transactions."""

    def __init__(self, url: str, *, pool_size: int) -> None:
        super().__init__(url, pool_size=pool_size)
        self.sent: list[str] = []

    @asynccontextmanager
    async def transaction(self, committees: Iterable[str] = ()) -> AsyncIterator[Transaction]:
        async with super().transaction(committees) as tx:
            tx.raw.add_query_logger(self._note)
            yield tx
            tx.raw.remove_query_logger(self._note)

    def _note(self, record: Any) -> None:
        self.sent.append(record.query)
