"""Signed replies, and the days that pass after them: what tests of feedback, promises and appraisal begin with."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from chassis.calendar import local_date
from chassis.clock import SystemClock
from chassis.database import Database, Transaction
from chassis.identity import Actor
from chassis.ids import derived_id
from infra.local.stack import Stack
from tests.handling_at_work import Handled, Unit, drafted, in_hand, reply_lines, sign, talked, units
from tests.house import House
from tests.proposals_at_work import TEXT
from tests.waiting import until_async
from tongxin_contracts.proposals.handling_commands import ReplyLineDraft
from tongxin_contracts.words import ReplyClass

SUGGESTIONS = len(TEXT["suggestions"])


@dataclass(frozen=True, slots=True)
class Replied:
    """A proposal whose reply was signed."""

    handled: Handled

    @property
    def proposal_id(self) -> UUID:
        """The proposal."""
        return self.handled.proposal_id

    @property
    def proposer(self) -> Actor:
        """The first proposer."""
        return self.handled.proposer

    @property
    def handling_id(self) -> UUID:
        """The handling's id, as everybody derives it."""
        return derived_id("handling", self.proposal_id)


@asynccontextmanager
async def proposals_database(stack: Stack, committee: str) -> AsyncIterator[Transaction]:
    """A transaction with the rights the proposals worker has."""
    opened = Database(stack.database_url("proposals", "worker"), pool_size=1)
    try:
        async with opened.transaction([committee]) as tx:
            yield tx
    finally:
        await opened.close()


async def make_unit(house: House, committee: str, name: str = "市水务局") -> Unit:
    """A unit with its people, known to proposals when this returns."""
    [unit] = await units(house, committee, name)
    return unit


async def replied(
    house: House,
    unit: Unit,
    *,
    lines: Sequence[ReplyLineDraft] = (),
    co_proposers: Sequence[UUID] = (),
    late: bool = False,
    **written: Any,
) -> Replied:
    """A filed proposal that the unit has replied to; its proposers have just been asked."""
    handled = await in_hand(house, _committee(unit), unit, **written)
    made = Replied(handled)
    async with proposals_database(house.stack, handled.committee) as tx:
        if co_proposers:
            await tx.sql.execute(
                text("update proposal set co_proposers = :people where id = :id"),
                {"people": list(co_proposers), "id": made.proposal_id},
            )
        if late:
            await tx.sql.execute(
                text("update allocation set due_at = now() - interval '5 days' where handling_id = :id"),
                {"id": made.handling_id},
            )
    await talked(house, handled)
    await reply(house, made, lines)
    return made


async def reply_again(house: House, made: Replied, lines: Sequence[ReplyLineDraft] = ()) -> None:
    """The second round's talk and reply."""
    await talked(house, made.handled)
    await reply(house, made, lines)


async def reply(house: House, made: Replied, lines: Sequence[ReplyLineDraft]) -> None:
    """Write it, with A where nothing else is said, and sign it."""
    given = {line.suggestion: line for line in lines}
    solved = reply_lines(*[ReplyClass.A] * SUGGESTIONS)
    await drafted(house, made.handled, [given.get(line.suggestion, line) for line in solved])
    await sign(house, made.handled)


def _committee(unit: Unit) -> str:
    return unit.handler.committee


def promise(days: int, suggestion: int = 1) -> ReplyLineDraft:
    """A B line that is due in so many days."""
    return ReplyLineDraft(
        suggestion=suggestion,
        text="年底前增加两台机组，总投资 480 万元。",
        reply_class=ReplyClass.B,
        promised_by=after_today(days),
    )


async def days_pass(house: House, committee: str, kind: str, matter: UUID) -> None:
    """Have a deadline fall due now and wait until it fired."""
    async with proposals_database(house.stack, committee) as tx:
        moved = await tx.sql.execute(
            text(
                "update deadline set due_at = now() - interval '1 second'"
                " where matter = :matter and kind = :kind and fired_at is null and cancelled_at is null"
            ),
            {"matter": matter, "kind": kind},
        )
        assert moved.rowcount == 1, f"there is one open deadline {kind}"

    async def fired() -> bool:
        async with proposals_database(house.stack, committee) as tx:
            left = await tx.sql.scalar(
                text(
                    "select count(*) from deadline where matter = :matter and kind = :kind"
                    " and fired_at is null and cancelled_at is null"
                ),
                {"matter": matter, "kind": kind},
            )
        return bool(left == 0)

    await until_async(fired, f"{kind} fires", limit=15)


async def row(stack: Stack, committee: str, statement: str, **values: Any) -> Any:
    """One row of the proposals database."""
    async with proposals_database(stack, committee) as tx:
        return (await tx.sql.execute(text(statement), values)).one()


def after_today(days: int) -> date:
    """A date so many days from now."""
    return local_date(SystemClock().now()) + timedelta(days=days)
