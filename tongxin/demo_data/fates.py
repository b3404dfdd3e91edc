"""What becomes of each of the demo's proposals, and when: two years of a city, told backwards from today.

Pure and repeatable: the same list for the same day. Younger ones stand earlier on their way, so that every state has
some today and every date is a past one.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

_SEED: Final = 20_241_206
_DAY: Final = timedelta(days=1)


class Stage(IntEnum):
    """How far a proposal has come; each one has gone through those before it that are on its way."""

    WAITING = 0
    RETURNED = 1
    NOT_FILED = 2
    CONVERTED = 3
    MERGED = 4
    FILED = 5
    PRE_DISPATCHED = 6
    OBJECTED = 7
    """A unit says it is not theirs, and nobody has answered yet."""
    DISPATCHED = 8
    IN_HAND = 9
    EXTENDED = 10
    TALKED = 11
    IN_CHECK = 12
    """The reply is written and waits for the checker."""
    REPLIED = 13
    """Feedback is being asked."""
    REHANDLING = 14
    CLOSED = 15
    CLOSED_AGAIN = 16
    """Closed after a second round."""


@dataclass(frozen=True, slots=True)
class Fate:
    """One proposal's way."""

    stage: Stage
    handed_in: datetime
    co_proposers: int
    reallocated: bool = False
    """A unit returned it during pre-dispatch, and another one took it."""
    promises: bool = False
    """Its reply has a B line with a date."""

    def on(self, days: float) -> datetime:
        """So many days after it was handed in."""
        return self.handed_in + days * _DAY


_AGES: Final[tuple[tuple[tuple[int, int], float, Mapping[Stage, int]], ...]] = (
    ((280, 700), 0.52, {Stage.CLOSED: 76, Stage.CLOSED_AGAIN: 6, Stage.NOT_FILED: 7, Stage.CONVERTED: 5, Stage.MERGED: 6}),
    ((130, 280), 0.16, {Stage.CLOSED: 60, Stage.REPLIED: 8, Stage.REHANDLING: 10, Stage.CLOSED_AGAIN: 4, Stage.NOT_FILED: 8,
                        Stage.IN_HAND: 4, Stage.MERGED: 6}),
    ((95, 130), 0.07, {Stage.REPLIED: 40, Stage.REHANDLING: 10, Stage.EXTENDED: 15, Stage.IN_CHECK: 20, Stage.IN_HAND: 15}),
    ((45, 95), 0.10, {Stage.TALKED: 35, Stage.IN_HAND: 35, Stage.IN_CHECK: 15, Stage.EXTENDED: 15}),
    ((26, 45), 0.05, {Stage.IN_HAND: 45, Stage.DISPATCHED: 55}),
    ((12, 26), 0.05, {Stage.PRE_DISPATCHED: 55, Stage.OBJECTED: 30, Stage.FILED: 15}),
    ((1, 12), 0.05, {Stage.WAITING: 70, Stage.RETURNED: 20, Stage.FILED: 10}),
)  # fmt: skip
"""(days ago from, to), share of all, and how the ones of that age stand, by weight."""


def fates(committee: str, count: int, now: datetime) -> tuple[Fate, ...]:
    """The fates of a committee's proposals, the oldest first."""
    chance = random.Random(f"{_SEED} {committee}")  # noqa: S311  (nothing secret)
    return tuple(sorted(_each(count, now, chance), key=lambda fate: fate.handed_in))


def _each(count: int, now: datetime, chance: random.Random) -> Iterator[Fate]:
    left = count
    for (youngest, oldest), share, weights in _AGES:
        number = left if share is _AGES[-1][1] and youngest == 1 else min(left, round(count * share))
        left -= number
        stages = _spread(weights, number, chance)
        for stage in stages:
            age = timedelta(minutes=chance.randint(youngest * 1440, oldest * 1440))
            yield Fate(
                stage=stage,
                handed_in=now - age,
                co_proposers=chance.choice((0, 0, 0, 0, 1, 2)),
                reallocated=stage > Stage.OBJECTED and chance.random() < 0.08,
                promises=chance.random() < 0.4,
            )


def _spread(weights: Mapping[Stage, int], number: int, chance: random.Random) -> list[Stage]:
    """Every stage at least once where there is room, the rest by weight."""
    first = list(weights)[:number]
    rest = chance.choices(list(weights), list(weights.values()), k=number - len(first))
    found = first + rest
    chance.shuffle(found)
    return found
