"""`tongxin lag`: a table whose columns stand under each other, and a line for whatever is late."""

import unicodedata

import pytest

from infra.lag import ConsumerLag, Lag, OutboxLag
from infra.nats.monitoring import ConsumerState
from tongxin.commands.lag import duration, said, table


def consumer(*, stream: str = "EVT_PROPOSALS", oldest: float = 0.0, **more: int) -> ConsumerLag:
    """One with nothing to say unless told."""
    numbers = {
        "pending": 0, "ack_pending": 0, "redelivered": 0, "waiting": 1, "ack_floor": 0, "delivered": 0,
        "deliveries": 0,
    }  # fmt: skip
    return ConsumerLag(ConsumerState(stream=stream, name="notify", **(numbers | more)), oldest)


def test_columns_stand_under_each_other() -> None:
    lines = table(("流", "未取"), [("EVT_PROPOSALS", "3"), ("人员", "12")])
    starts = {
        sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line[: line.rindex("  ") + 2])
        for line in lines
    }
    assert len(starts) == 1


@pytest.mark.parametrize(
    ("one", "late"),
    [
        (consumer(), False),
        (consumer(pending=4, oldest=5), False),
        (consumer(pending=4, oldest=61), True),
        (consumer(pending=4, oldest=5, waiting=0), True),
        (consumer(ack_pending=4, oldest=5, waiting=0), False),
        (consumer(stream="AGENCY", pending=4, oldest=86400, waiting=0), False),
    ],
)
def test_what_is_late_is_said(one: ConsumerLag, late: bool) -> None:
    found = Lag([one], [])
    assert bool(said(found, 60)) is late
    assert found.is_late(60) is late


def test_an_old_outbox_is_said_with_what_to_do() -> None:
    [line] = said(Lag([], [OutboxLag("proposals", "EVT_PROPOSALS", 7, 300)]), 60)
    assert "7 件" in line
    assert "5 分钟" in line
    assert "NATS" in line


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "—"), (0.4, "不到 1 秒"), (59, "59 秒"), (600, "10 分钟"), (9000, "2 小时")]
)
def test_spans_of_time_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words
