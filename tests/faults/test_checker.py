"""The checker finds what it is there for: each invariant broken once, in records made for it."""

from collections import Counter
from uuid import UUID, uuid4

import pytest

from tests.faults.checker import Record, unkept, violations
from tests.faults.load import Act, unexpected

ONE, OTHER = uuid4(), uuid4()


def record(*streamed: UUID, gates: dict[UUID, int] | None = None, held: int = 0) -> Record:
    """Two versions of one aggregate, committed."""
    first, second = UUID(int=1), UUID(int=2)
    return Record(
        committed=[(first, ONE, 1), (second, ONE, 2)],
        streamed=list(streamed) or [first, second],
        gates={"notify": gates if gates is not None else {ONE: 2}},
        held={"notify": held},
    )


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert violations(record()) == []
    assert violations(record(UUID(int=1), UUID(int=1), UUID(int=2))) == [], "a repeat is the broker's right"
    assert unkept([(ONE, 2), (ONE, None)], Counter({(ONE, 1): 1, (ONE, 2): 1})) == []


@pytest.mark.parametrize(
    ("broken", "invariant"),
    [
        (record(UUID(int=1)), "I1"),
        (record(UUID(int=2), UUID(int=1)), "I3"),
        (record(gates={ONE: 1}), "I2"),
        (record(gates={}), "I2"),
        (record(held=1), "I7"),
    ],
)
def test_what_is_wrong_is_named(broken: Record, invariant: str) -> None:
    assert any(found.startswith(invariant) for found in violations(broken)), violations(broken)


def test_a_promise_not_kept_or_kept_twice_is_named() -> None:
    assert [found[:2] for found in unkept([(OTHER, 1)], Counter({(ONE, 1): 2}))] == ["I1", "I2"]


def test_an_answer_nobody_should_get_is_named() -> None:
    def act(command: str, outcome: str) -> Act:
        return Act(0, command, str(ONE), None, 1, 0.0, 0.0, outcome)

    assert unexpected([act("FileProposal", "done"), act("TakeTopic", "not-found")]) == []
    assert len(unexpected([act("FileProposal", "fault"), act("SaveDraft", "unanswered")])) == 2
