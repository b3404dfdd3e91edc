"""A first start that is cut off in the middle of telling the demo: the next one takes it up, and nothing is told twice."""

import json
from collections import Counter
from collections.abc import Callable

import asyncpg
import pytest

from infra.local.blocking import blocking
from infra.local.stack import Stack
from tests.conftest import ACK_WAIT, temporary_folder
from tongxin.demo import load_demo
from tongxin.login import Login
from tongxin_contracts.subjects import OWNERS

CUTS = ("提案两年历程", "云岭县：2", "邮箱：")
"""The first line that begins so ends an attempt: among the proposals, after a year was closed, when all have a login."""


class CutError(Exception):
    """Somebody pressed Ctrl-C."""


def cut_at(word: str) -> Callable[[str], None]:
    """Told how far it is, until it is far enough."""

    def say(line: str) -> None:
        if line.startswith(word):
            raise CutError

    return say


async def stated(stack: Stack) -> Counter[tuple[str, str]]:
    """How many events of each type every service has stated."""
    found: Counter[tuple[str, str]] = Counter()
    for service in OWNERS:
        connection = await asyncpg.connect(stack.database_url(service, "worker"))
        try:
            for row in await connection.fetch("select headers from outbox"):
                found[service, json.loads(row["headers"])["ce-type"]] += 1
        finally:
            await connection.close()
    return found


@pytest.mark.timeout(900)
@pytest.mark.fault("F22", invariants="I1 I2")
def test_a_demo_that_was_cut_off_is_taken_up_and_told_once() -> None:
    with temporary_folder() as folder:
        stack = Stack(folder, ack_wait=ACK_WAIT).start()
        try:
            for word in CUTS:
                with pytest.raises(CutError):
                    load_demo(stack, cut_at(word))
            logins = load_demo(stack, lambda _line: None)
            assert len(people(logins)) == len(logins) == 30
            once = blocking(stated(stack))
            assert once["members", "tongxin.members.duty_year_closed.v1"] == 3
            assert people(load_demo(stack, lambda _line: None)) == people(logins)
            assert blocking(stated(stack)) == once
        finally:
            stack.stop()


def people(logins: list[Login]) -> set[tuple[str, str]]:
    """Who is shown with which account; passwords are new each time."""
    return {(login.who, login.account) for login in logins}
