"""The review scheme in force, and those that come with the system."""

from collections.abc import Mapping
from typing import Any

from chassis.work import Work
from services.proposals.rules.review import ONE_ROUND, ReviewScheme, load_review_scheme
from services.proposals.schemes import BUNDLED, adopted_schemes, bundled_review_data
from tongxin_contracts.proposals import review_queries as contract
from tongxin_contracts.words import RoundTakes


async def review_scheme(_query: contract.ReviewScheme, work: Work) -> contract.ReviewSchemeAnswer:
    """The one adopted last; the single round by the office where none was."""
    adopted = await adopted_schemes(work)
    now = adopted[0] if adopted else None
    bundled = [bundled_review_data(name) for name in BUNDLED]
    return contract.ReviewSchemeAnswer(
        current=scheme_row(now.scheme, now.data) if now else scheme_row(ONE_ROUND, bundled[0]),
        scheme_id=now.id if now else None,
        source=now.source if now else None,
        adopted_at=now.adopted_at if now else None,
        bundled=[scheme_row(load_review_scheme(data), data) for data in bundled],
    )


def scheme_row(scheme: ReviewScheme, data: Mapping[str, Any]) -> contract.ReviewSchemeRow:
    """A scheme as a page shows it."""
    return contract.ReviewSchemeRow(
        code=scheme.code,
        version=scheme.version,
        name=scheme.name,
        rounds=round_rows(scheme),
        grounds=list(scheme.grounds),
        data=dict(data),
    )


def round_rows(scheme: ReviewScheme) -> list[contract.RoundRow]:
    """The rounds in their order; in the last one every outcome takes effect."""
    last = len(scheme.rounds) - 1
    return [
        contract.RoundRow(
            name=one.name,
            seats=list(one.seats),
            takes=RoundTakes(one.takes),
            outcomes=list(one.outcomes),
            final=list(one.outcomes if index == last else one.final),
        )
        for index, one in enumerate(scheme.rounds)
    ]
