"""Order, exactly-once effects, holding and mending, from outbox to effect."""

import random
from typing import Final
from uuid import uuid4

import pytest

from chassis import letters, outbox
from chassis.database import is_transient
from chassis.held import Letter
from chassis.problems import TooLarge
from chassis.relay import FEW
from tests.bus.counting import CountingDatabase
from tests.bus.wire import FAILS, STREAM, Wire, letter, message, running
from tests.waiting import until_async

STATEMENTS_PER_BATCH: Final = 8
"""Gate, held, savepoint and its release, the reaction's own, the gate's move; without begin and commit."""


async def test_what_is_committed_takes_effect_once_and_in_order(wire: Wire) -> None:
    """1,200 events of 40 aggregates: more than two batches of the relay."""
    aggregates = [uuid4() for _ in range(40)]
    for version in range(1, 31):
        await wire.state(*(message(aggregate, version) for aggregate in aggregates))

    async def all_there() -> bool:
        return all([await wire.effects(aggregate) == list(range(1, 31)) for aggregate in aggregates])

    async with running(wire.relay(), wire.consumer("once")):
        await until_async(all_there, "every version of every aggregate took effect once, in order", limit=20)


@pytest.mark.fault("F9", invariants="I2 I3", ci=True)
async def test_shuffled_tripled_and_batched_anyhow_it_is_the_same(wire: Wire) -> None:
    """Deliveries as a broken broker would make them, many times over."""
    chance = random.Random(20261121)
    for round_ in range(10):
        inbox, aggregates = wire.inbox(f"shuffled-{round_}"), [uuid4() for _ in range(5)]
        sent = [
            letter(message(aggregate, version)) for aggregate in aggregates for version in range(1, 9)
        ] * 3
        chance.shuffle(sent)
        while sent:
            size = chance.randint(1, 25)
            batch, sent = sent[:size], sent[size:]
            await inbox.take(batch)
        for aggregate in aggregates:
            assert await wire.effects(aggregate) == list(range(1, 9))


@pytest.mark.parametrize("events", [5, FEW + 5])
async def test_a_batch_of_which_the_broker_knows_some_goes_out_all_the_same(wire: Wire, events: int) -> None:
    aggregate = uuid4()
    sent = [message(aggregate, version) for version in range(1, events + 1)]
    for known in sent[:2]:
        await wire.sender.jetstream().publish(
            known.subject,
            known.payload,
            headers=known.envelope.headers() | {"Nats-Msg-Id": str(known.envelope.id)},
        )
    await wire.state(*sent)

    async def published() -> bool:
        return await wire.streamed(aggregate) == list(range(1, events + 1))

    async with running(wire.relay()):
        await until_async(published, "the rest follows, in order, nothing twice")


async def test_two_relays_at_once_publish_nothing_twice_and_keep_the_order(wire: Wire) -> None:
    aggregate = uuid4()
    async with running(wire.relay(), wire.relay()):
        for version in range(1, 61):
            await wire.state(message(aggregate, version))

        async def published() -> bool:
            return await wire.streamed(aggregate) == list(range(1, 61))

        await until_async(published, "all of it, in order", limit=20)


async def test_a_relay_that_somebody_overtook_is_fenced_and_goes_on(wire: Wire) -> None:
    aggregate, stranger = uuid4(), message(uuid4(), 1)
    async with running(wire.relay()):
        await wire.state(message(aggregate, 1))

        async def streamed(count: int) -> bool:
            return await wire.streamed(aggregate) == list(range(1, count + 1))

        await until_async(lambda: streamed(1), "the relay is at work")
        await wire.sender.jetstream().publish(
            stranger.subject, stranger.payload, headers=stranger.envelope.headers()
        )
        await wire.state(message(aggregate, 2))
        await until_async(lambda: streamed(2), "it read the last sequence again")


async def test_one_that_fails_holds_its_own_aggregate_and_nobody_else(wire: Wire) -> None:
    inbox, stuck, others = wire.inbox("stuck"), uuid4(), [uuid4() for _ in range(6)]
    batch = [letter(message(stuck, 1)), letter(message(stuck, 2, reason=FAILS)), letter(message(stuck, 3))]
    batch += [letter(message(other, version)) for other in others for version in (1, 2)]
    outcome = await inbox.take(batch)
    assert await wire.effects(stuck) == [1]
    assert all([await wire.effects(other) == [1, 2] for other in others])
    assert (outcome.applied, outcome.dead, outcome.held) == (13, 1, 1)

    worker = wire.stack.database_url("consultation", "worker")
    held = [one for one in await letters.list_letters(worker, waiting_too=True) if one.aggregate == stuck]
    assert sorted((one.version, one.reason) for one in held) == [(2, "failed"), (3, "gap")]
    wire.mended = True
    await letters.wish(worker, next(one.id for one in held if one.version == 2), "retry")
    await inbox.carry_out_wishes()
    assert await wire.effects(stuck) == [1, 2, 3]


async def test_a_dropped_letter_lets_what_waits_behind_it_through(wire: Wire) -> None:
    inbox, stuck = wire.inbox("dropped"), uuid4()
    await inbox.take(
        [letter(message(stuck, 1, reason=FAILS)), letter(message(stuck, 2)), letter(message(stuck, 3))]
    )
    assert await wire.effects(stuck) == []
    worker = wire.stack.database_url("consultation", "worker")
    found = next(one for one in await letters.list_letters(worker) if one.aggregate == stuck)
    await letters.wish(worker, found.id, "drop")
    await inbox.carry_out_wishes()
    assert await wire.effects(stuck) == [2, 3]


async def test_a_version_taken_by_another_event_is_a_fork_and_changes_nothing(wire: Wire) -> None:
    inbox, aggregate = wire.inbox("forked"), uuid4()
    await inbox.take([letter(message(aggregate, 1))])
    outcome = await inbox.take([letter(message(aggregate, 1))])
    assert (outcome.applied, outcome.dead) == (0, 1)
    assert await wire.effects(aggregate) == [1]


async def test_a_message_without_our_headers_is_kept_and_stops_nothing(wire: Wire) -> None:
    inbox, aggregate = wire.inbox("loose"), uuid4()
    strange = Letter(subject="evt.x", headers={}, payload=b"?", stream_sequence=77)
    outcome = await inbox.take([strange, letter(message(aggregate, 1)), strange])
    assert await wire.effects(aggregate) == [1]
    assert outcome.dead >= 1
    rows = await wire.admin.fetch("select reason from held where consumer = 'loose' and aggregate is null")
    assert [row["reason"] for row in rows] == ["undecodable"]


async def test_a_database_that_is_away_makes_no_dead_letter_and_loses_nothing(wire: Wire) -> None:
    aggregate = uuid4()
    inbox = wire.inbox("outage")
    await inbox.take([letter(message(aggregate, 1))])
    wire.stack.stop_postgres()
    sent = letter(message(aggregate, 2))
    with pytest.raises(Exception) as failed:  # noqa: PT011  (any kind the driver has for a lost connection)
        await inbox.take([sent])
    assert is_transient(failed.value)
    wire.stack.start_postgres()
    await inbox.take([sent])
    await wire.reconnect()
    assert await wire.effects(aggregate) == [1, 2]
    assert await wire.admin.fetchval("select count(*) from held where consumer = 'outage'") == 0


async def test_connections_that_died_while_nobody_used_them_are_nobodys_failure(wire: Wire) -> None:
    aggregate, inbox = uuid4(), wire.inbox("restart")
    await inbox.take([letter(message(aggregate, 1))])
    wire.stack.restart_postgres()
    await inbox.take([letter(message(aggregate, 2))])
    await wire.reconnect()
    assert await wire.effects(aggregate) == [1, 2]


async def test_an_event_too_large_fails_where_it_is_stated(wire: Wire) -> None:
    with pytest.raises(TooLarge):
        await wire.state(message(uuid4(), 1, reason="长" * outbox.MAX_EVENT))


@pytest.mark.parametrize("events", [10, 400])
async def test_a_reaction_is_called_once_for_a_batch_whatever_its_size(wire: Wire, events: int) -> None:
    await wire.inbox(f"sets-{events}").take([letter(message(uuid4(), 1)) for _ in range(events)])
    assert wire.calls == [events]


@pytest.mark.parametrize("events", [10, 400])
async def test_statements_do_not_grow_with_the_batch(wire: Wire, events: int) -> None:
    """A batch of 400 costs what a batch of 10 costs."""
    database = CountingDatabase(wire.stack.database_url("consultation", "worker"), pool_size=1)
    inbox = wire.inbox(f"statements-{events}", database)
    await inbox.take([letter(message(uuid4(), 1))])  # what the driver asks once for each connection
    database.sent.clear()
    await inbox.take([letter(message(uuid4(), 1)) for _ in range(events)])
    await database.close()
    assert 0 < len(database.sent) <= STATEMENTS_PER_BATCH, database.sent


def test_the_stream_of_these_tests_is_the_one_that_is_provisioned() -> None:
    assert STREAM == "EVT_PROPOSALS"
