"""A database that remembers what it was asked: for tests that hold the number of statements constant.

Core's statements are heard at its engine, the chassis' own at the driver, which does not log those that Core prepares.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event

from chassis.database import Database, Transaction


class CountingDatabase(Database):
    """Remembers the statements of its transactions."""

    def __init__(self, url: str, *, pool_size: int) -> None:
        super().__init__(url, pool_size=pool_size)
        self.sent: list[str] = []
        event.listen(self.engine.sync_engine, "before_cursor_execute", self._note_core)

    @asynccontextmanager
    async def transaction(
        self, committees: Iterable[str] = (), *, first: str = ""
    ) -> AsyncIterator[Transaction]:
        async with super().transaction(committees, first=first) as tx:
            tx.raw.add_query_logger(self._note)
            yield tx
            tx.raw.remove_query_logger(self._note)

    def _note(self, record: Any) -> None:
        self.sent.append(record.query)

    def _note_core(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.sent.append(statement)
