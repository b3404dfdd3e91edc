"""Figures of the work are what rows say, and a share's denominator is everybody who was asked."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import uuid4

from prometheus_client import Gauge

from tests.house import COUNTY
from tests.watching.bench import Bench, bench
from tests.watching.conftest import Watched

NOW = datetime.now(UTC)


async def read(service: str, here: Bench) -> Any:
    """The service's figures, read as its job reads them."""
    figures = import_module(f"services.{service}.figures")
    await figures.read_figures(here.raw)
    return figures


def shown(gauge: Gauge) -> dict[tuple[str, ...], float]:
    """The county's values by their other labels."""
    return {
        tuple(value for label, value in sorted(sample.labels.items()) if label != "committee"): sample.value
        for family in gauge.collect()
        for sample in family.samples
        if sample.labels.get("committee", COUNTY) == COUNTY
    }


async def test_proposals_are_counted_with_whole_denominators(watched: Watched) -> None:
    async with bench(watched.stack, "proposals") as here:
        await here.raw.execute("delete from proposal")
        for days in (2, 4, 9):
            at = NOW - timedelta(days=20)
            await here.plant(
                "proposal", id=uuid4(), state="filed", submitted_at=at, decided_at=at + timedelta(days=days)
            )
        handling = uuid4()
        for state, done_at, due_at in (
            ("signed", None, NOW - timedelta(days=1)),
            ("signed", None, NOW + timedelta(days=1)),
            ("signed", NOW, NOW - timedelta(days=1)),
            ("returned", None, None),
            ("replaced", None, None),
        ):
            await here.plant(
                "allocation", id=uuid4(), handling_id=handling, part="lead", state=state, done_at=done_at,
                due_at=due_at,
            )  # fmt: skip
        talked, silent = uuid4(), uuid4()
        await here.plant("talk", id=uuid4(), handling_id=talked, at=NOW - timedelta(days=3))
        await here.plant("talk", id=uuid4(), handling_id=silent, at=NOW)
        for one in (talked, silent):
            await here.plant("reply", id=uuid4(), handling_id=one, signed_at=NOW - timedelta(days=1))
        for result, closed_at in (("agree", NOW), (None, NOW), (None, None)):
            window = uuid4()
            await here.plant("feedback_window", id=window, handling_id=uuid4(), closed_at=closed_at)
            await here.plant("feedback", id=uuid4(), window_id=window, is_first=True, result=result)
        figures = await read("proposals", here)
    assert shown(figures.PROPOSALS) == {("filed",): 3}
    assert shown(figures.FILING_SECONDS)["0.5",] == timedelta(days=4).total_seconds()
    assert shown(figures.PARTS) == {
        ("lead", "done"): 1, ("lead", "open"): 1, ("lead", "overdue"): 1, ("lead", "returned"): 2,
    }  # fmt: skip
    assert shown(figures.REPLIES) == {("no",): 1, ("yes",): 1}
    assert shown(figures.FEEDBACK) == {("agree",): 1, ("awaited",): 1, ("none",): 1}


async def test_members_and_consultations_are_counted(watched: Watched) -> None:
    async with bench(watched.stack, "members") as here:
        await here.raw.execute("delete from member")
        await here.plant("member", id=uuid4(), standing="serving")
        await here.plant("duty_fact", id=uuid4(), recorded_at=NOW)
        await here.plant("duty_fact", id=uuid4(), recorded_at=NOW, annulled_at=NOW)
        members = await read("members", here)
    assert shown(members.MEMBERS) == {("serving",): 1}
    assert shown(members.DUTY) == {("annulled",): 1, ("stands",): 1}
    async with bench(watched.stack, "consultation") as here:
        await here.plant("process", id=uuid4(), state="running", due_at=NOW - timedelta(days=1))
        await here.plant("process", id=uuid4(), state="running", due_at=NOW + timedelta(days=1))
        processes = await read("consultation", here)
    assert shown(processes.PROCESSES) == {("overdue",): 1, ("running",): 1}


async def test_what_waits_in_notify_is_counted(watched: Watched) -> None:
    async with bench(watched.stack, "notify") as here:
        await here.raw.execute("delete from todo")
        for due in (NOW - timedelta(days=1), NOW + timedelta(days=1), None):
            await here.plant("todo", task_id=uuid4(), person=uuid4(), due_at=due)
        await here.plant("mail", id=uuid4(), state="waiting", next_at=NOW - timedelta(hours=1))
        subscription = uuid4()
        await here.plant("subscription", id=subscription, agency="slow", road="webhook")
        await here.plant(
            "delivery", message_id=uuid4(), subscription_id=subscription, state="waiting", road="webhook",
            at=NOW - timedelta(hours=2),
        )  # fmt: skip
        notify = await read("notify", here)
    assert shown(notify.WORK) == {("open",): 2, ("overdue",): 1}
    assert shown(notify.MAIL_WAITING) == {(): 1}
    assert shown(notify.AGENCY_WAITING)["slow",] == 1
    assert shown(notify.AGENCY_OLDEST_SECONDS)["slow",] >= 7200
