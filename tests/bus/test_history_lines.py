"""Lines of history tell each change once, however many lines one command writes."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

from chassis import history
from chassis.database import Transaction
from chassis.work import Aggregate, Work
from services.proposals import tables


def lines_of(row: dict[str, Any]) -> tuple[Aggregate, list[Any]]:
    """An aggregate as it was loaded, and the lines it will write."""
    entries: list[Any] = []
    actor = SimpleNamespace(id="system:test", on_behalf_of=None)
    work = SimpleNamespace(entries=entries, now=datetime(2026, 3, 2, tzinfo=UTC), actor=actor)
    loaded = {"id": uuid4(), "committee": "340921", "version": 3, **row}
    return Aggregate(tables.proposal, loaded, cast("Work", work)), entries


def test_a_second_line_tells_only_what_came_after_the_first() -> None:
    proposal, entries = lines_of({"state": "submitted", "number": None})
    proposal.change(state="filed")
    proposal.note("file_proposal")
    proposal.change(number="0001")
    proposal.note("number_proposal")
    assert [entry.changes for entry in entries] == [
        {"state": ["submitted", "filed"]},
        {"number": [None, "0001"]},
    ]


def test_what_changes_again_goes_on_from_where_it_was_told() -> None:
    proposal, entries = lines_of({"state": "submitted"})
    proposal.change(state="filed")
    proposal.note("file_proposal")
    proposal.change(state="closed")
    proposal.note("close_proposal")
    assert [entry.changes["state"] for entry in entries] == [["submitted", "filed"], ["filed", "closed"]]
    assert proposal.changes == {"state": ["submitted", "closed"]}, "what is written is the whole change"


async def test_lines_written_by_themselves_are_all_written() -> None:
    """As after a restore, where no unit of work sends the last of them."""
    sent: list[UUID] = []

    async def execute(_statement: str, *values: Any) -> None:
        sent.extend([values[0]] if isinstance(values[0], UUID) else values[0])

    one, other = uuid4(), uuid4()
    lines = [
        history.Entry(
            aggregate=aggregate,
            committee="340921",
            at=datetime(2026, 3, 2, tzinfo=UTC),
            actor="a",
            action="b",
        )
        for aggregate in (one, one, other)
    ]
    tx = SimpleNamespace(raw=SimpleNamespace(execute=execute))
    await history.write(cast("Transaction", tx), lines)
    assert sent == [one, other, one]
    await history.write(cast("Transaction", tx), [])
    assert len(sent) == len(lines)
