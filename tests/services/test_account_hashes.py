"""Many accounts at once: nothing is hashed inside the transaction that writes them, for a database lets none idle long."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest

from chassis.database import Database
from infra.local.stack import Stack
from services.portal.accounts import passwords
from tongxin.demo import accounts
from tongxin.demo.cast import office
from tongxin.demo_data.places import BESIDE


async def test_the_demos_passwords_are_hashed_between_transactions(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_now, inside = [0], []
    real_transaction, real_hashed = Database.transaction, passwords.hashed

    @asynccontextmanager
    async def transaction(self: Database, *args: Any, **more: Any) -> AsyncIterator[Any]:
        async with real_transaction(self, *args, **more) as tx:
            open_now[0] += 1
            try:
                yield tx
            finally:
                open_now[0] -= 1

    async def hashed(password: str) -> str:
        inside.append(open_now[0])
        return await real_hashed(password)

    monkeypatch.setattr(Database, "transaction", transaction)
    monkeypatch.setattr(passwords, "hashed", hashed)
    with mock.patch.dict(accounts._PREFIX, {BESIDE.code: f"x{uuid4().hex[:8]}"}):
        made = await accounts.make_accounts(stack, [office(BESIDE)], {BESIDE.code: []})
    assert made
    assert inside == [0] * len(made)
