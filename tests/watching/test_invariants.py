"""Each invariant finds a violation that was planted, and nothing in a sound database.

Planted in a transaction that is rolled back, as the database's superuser, with no service looking on.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from chassis.invariants import Invariant, everywhere
from services.members.bundled_schemes import bundled_data
from tests.house import COUNTY
from tests.waiting import until
from tests.watching.bench import Bench, bench
from tests.watching.conftest import Watched
from tests.watching.pages import values
from tests.watching.work import Done
from tongxin_contracts.subjects import SERVICES

LONG_AGO = datetime.now(UTC) - timedelta(hours=2)
Plant = Callable[[Bench], Awaitable[str]]
PLANTS: dict[str, tuple[str, Plant]] = {}
"""Invariant -> the service it is planted in, and how; the function returns what must be found."""


def plants(name: str, service: str) -> Callable[[Plant], Plant]:
    """Note how a violation is planted."""

    def note(function: Plant) -> Plant:
        PLANTS[name] = (service, function)
        return function

    return note


@plants("events_are_in_the_stream", "consultation")
async def _lost_event(here: Bench) -> str:
    message = uuid4()
    await here.plant(
        "outbox", message_id=message, stream="EVT_CONSULTATION", published_at=LONG_AGO,
        subject=f"evt.{COUNTY}.consultation.never_published.v1",
    )  # fmt: skip
    return str(message)


@plants("history_chains_verify", "proposals")
async def _tampered_history(here: Bench) -> str:
    aggregate: UUID = await here.raw.fetchval("select aggregate from history order by aggregate limit 1")
    await here.raw.execute("update history set actor = 'somebody else' where aggregate = $1", aggregate)
    return str(aggregate)


@plants("deadlines_fire", "proposals")
async def _silent_deadline(here: Bench) -> str:
    deadline = uuid4()
    await here.plant("deadline", id=deadline, kind="nobody_fires_this", due_at=LONG_AGO)
    return str(deadline)


@plants("letters_go_on", "notify")
async def _forgotten_letter(here: Bench) -> str:
    aggregate, event = uuid4(), uuid4()
    await here.plant("gate", consumer="notify:X", aggregate=aggregate, last_version=3)
    await here.plant(
        "held", consumer="notify:X", aggregate=aggregate, version=4, event_id=event, reason="gap",
        held_at=LONG_AGO,
    )  # fmt: skip
    return str(event)


async def _part(here: Bench, handling_state: str, **more: Any) -> UUID:
    handling, part = uuid4(), uuid4()
    await here.plant("handling", id=handling, state=handling_state)
    await here.plant("allocation", **{"id": part, "handling_id": handling, "part": "lead", **more})
    return part


@plants("handled_has_deadline", "proposals")
async def _without_deadline(here: Bench) -> str:
    return str(await _part(here, "in_hand", state="signed", due_at=LONG_AGO))


@plants("no_task_on_closed", "proposals")
async def _task_on_closed(here: Bench) -> str:
    task = uuid4()
    part = await _part(here, "closed", state="signed", done_at=LONG_AGO)
    await here.plant("task", id=task, matter=part, kind="handle_proposal", open=True)
    return str(task)


@plants("numbers_are_gapless", "proposals")
async def _hole_in_numbers(here: Bench) -> str:
    await here.plant("numbering", term=99, session=1, last_serial=2)
    await here.plant("proposal", number="990001", term=99, session=1, serial=1)
    return f"{COUNTY}/99/1"


@plants("points_are_the_ledger", "members")
async def _invented_points(here: Bench) -> str:
    member, data = uuid4(), bundled_data("sandikou")
    await here.plant(
        "scheme", rule_version="planted", data=json.dumps(data, ensure_ascii=False), adopted_at=LONG_AGO
    )
    await here.plant("year_result", member_id=member, year=2025, points=77, rule_version="planted")
    return f"{member}/2025"


@plants("running_has_a_step", "consultation")
async def _between_steps(here: Bench) -> str:
    process = uuid4()
    await here.plant("process", id=process, state="running", step="talk", run=1)
    return str(process)


@plants("handed_is_sent", "notify")
async def _never_sent(here: Bench) -> str:
    message = uuid4()
    await here.plant(
        "delivery", message_id=message, road="account", state="handed", sent_as=uuid4(), at=LONG_AGO
    )
    return str(message)


@plants("overdue_is_reminded", "notify")
async def _unwarned(here: Bench) -> str:
    task, due = uuid4(), datetime.now(UTC) - timedelta(days=11)
    await here.plant("todo", task_id=task, person=uuid4(), due_at=due, opened_at=due - timedelta(days=20))
    return str(task)


@plants("closed_are_signed_out", "portal")
async def _still_signed_in(here: Bench) -> str:
    account = uuid4()
    await here.raw.execute(
        "insert into account (id, login, person_id, name, must_change, made_at, closed_at)"
        " values ($1, $2, gen_random_uuid(), 'x', false, now(), now())",
        account, f"closed-{account}",
    )  # fmt: skip
    await here.plant(
        "session", digest=account.bytes, account_id=account, expires_at=datetime.now(UTC) + timedelta(hours=1)
    )
    return str(account)


def invariants(service: str) -> list[Invariant]:
    """Those of a service, the chassis' among them."""
    own = import_module(f"services.{service}.service").SERVICE.invariants
    return [*everywhere(), *(one() for one in own)]


@pytest.mark.parametrize("name", sorted(PLANTS))
async def test_it_finds_what_was_planted_and_nothing_before(watched: Watched, done: Done, name: str) -> None:
    service, plant = PLANTS[name]
    async with bench(watched.stack, service) as here:
        [before] = [one for one in invariants(service) if one.name == name]
        assert await here.found(before) == set()
        planted = await plant(here)
        [fresh] = [one for one in invariants(service) if one.name == name]
        assert planted in await here.found(fresh)


@pytest.mark.parametrize("name", ["history_chains_verify", "points_are_the_ledger"])
async def test_what_is_looked_at_in_rounds_is_remembered_until_it_is_mended(
    watched: Watched, done: Done, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next round looks elsewhere; the alert must not go out because of that."""
    service, plant = PLANTS[name]
    async with bench(watched.stack, service) as here:
        planted = await plant(here)
        await here.plant(
            "year_result", member_id=UUID(int=2**128 - 1), year=2025
        ) if service == "members" else None
        [one] = [one for one in invariants(service) if one.name == name]
        monkeypatch.setattr(import_module(type(one).__module__), "SAMPLE", 1)
        rounds = 0
        while planted not in await here.found(one):
            rounds += 1
            assert rounds < 500, "it is found in some round"
        assert planted in await here.found(one), "the next round looks at another one"
        table = "history" if service == "proposals" else "year_result"
        await here.raw.execute(f"delete from {table}")
        assert await here.found(one) == set()


def test_each_invariant_has_a_planted_violation_a_reason_and_a_file() -> None:
    root = Path(__file__).resolve().parents[2]
    every = {one.name: one for service in SERVICES for one in invariants(service)}
    assert every.keys() == PLANTS.keys()
    page = (root / "docs" / "runbooks" / "InvariantViolated.md").read_text()
    for name, one in every.items():
        assert one.reason.endswith(".")
        assert f"`{name}`" in page
        file = Path(str(import_module(type(one).__module__).__file__))
        assert file.parent.name == "invariants"
        assert "class " in file.read_text()


async def test_the_job_says_it_in_metric_and_log(watched: Watched, done: Done) -> None:
    """On the running service: committed for a moment, and taken back."""
    stack, deadline = watched.stack, uuid4()
    port = stack.ports.health["consultation"]
    connection = await asyncpg.connect(stack.database_url("consultation", "worker"))
    try:
        await connection.execute(
            "insert into deadline values ($1, $2, gen_random_uuid(), 'nobody_fires_this', '', now(), '', $3)",
            deadline, COUNTY, LONG_AGO,
        )  # fmt: skip

        def violations() -> list[float]:
            return values(port, "tongxin_invariant_violations", invariant="deadlines_fire")

        await asyncio.to_thread(until, lambda: violations() == [1.0], "the metric shows it")
        log = (stack.data / "logs" / "consultation.log").read_text()
        assert "invariant_violated" in log
        assert str(deadline) in log
        await connection.execute("update deadline set cancelled_at = now() where id = $1", deadline)
        await asyncio.to_thread(until, lambda: violations() == [0.0], "the metric shows that it is mended")
    finally:
        await connection.execute("update deadline set cancelled_at = now() where id = $1", deadline)
        await connection.close()
