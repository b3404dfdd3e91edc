"""Times, deadlines and points as pages word them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from services.portal.deadlines import chip
from services.portal.render import age, paragraphs, points, points_sum, when

FRIDAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 6, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "words", "tone"),
    [
        (-2, "已超期 2 天", "over"),
        (0, "今天到期", "today"),
        (1, "还剩 1 天，均为休息日", "today"),
        (3, "还剩 1 个工作日", "near"),
        (5, "还剩 3 个工作日", "near"),
        (6, "还剩 4 个工作日", "calm"),
    ],
)
def test_a_deadline_says_in_words_how_near_it_is(days: int, words: str, tone: str) -> None:
    said = chip(FRIDAY + timedelta(days=days), FRIDAY)
    assert (said.words, said.tone) == (words, tone)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 19, 16, 1, tzinfo=UTC), "今天 00:01"),
        (datetime(2026, 11, 19, 15, 59, tzinfo=UTC), "昨天 23:59"),
        (datetime(2026, 3, 5, 2, 0, tzinfo=UTC), "3月5日 10:00"),
        (datetime(2025, 12, 31, 16, 30, tzinfo=UTC), "1月1日 00:30"),
        (datetime(2025, 12, 31, 15, 30, tzinfo=UTC), "2025年12月31日"),
    ],
)
def test_times_are_told_by_the_clock_in_china(at: datetime, words: str) -> None:
    assert when(at, NOW) == words


def test_points_keep_their_worth_and_lose_idle_zeros() -> None:
    assert [points(value) for value in ("10.0", "7.50", "100", "-0.5")] == ["10", "7.5", "100", "-0.5"]
    assert points(Decimal("1E+2")) == "100"
    assert points_sum(["0.1", "0.2", "-5"]) == "-4.7"


def test_ages_are_told_in_the_largest_whole_unit() -> None:
    assert [age(seconds) for seconds in (0.2, 59, 60, 7199, 172_800)] == [
        "不到 1 秒",
        "59 秒",
        "1 分钟",
        "1 小时",
        "2 天",
    ]


def test_text_is_never_markup() -> None:
    assert (
        paragraphs("<script>alert(1)</script>\n\n二")
        == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n<p>二</p>"
    )
