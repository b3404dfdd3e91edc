"""A proposal's line in a list, and the cursors that lists are paged with."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from chassis.problems import Malformed
from tongxin_contracts.proposals.queries import ProposalPage, ProposalSummary


def summary(row: Any) -> ProposalSummary:
    """One row of `proposal` as a list shows it."""
    return ProposalSummary(
        proposal_id=row.id,
        committee=row.committee,
        number=row.number,
        title=row.title,
        category=row.category,
        kind=row.kind,
        state=row.state,
        first_proposer=row.first_proposer,
        submitted_at=row.submitted_at,
        review_due_at=row.review_due_at,
        version=row.version,
    )


def page(rows: Sequence[Any], limit: int, cursor_of: Any) -> ProposalPage:
    """A page out of `limit + 1` rows; the extra one only says that there is a next page."""
    shown = rows[:limit]
    following = write_cursor(*cursor_of(shown[-1])) if len(rows) > limit else None
    return ProposalPage(proposals=[summary(row) for row in shown], next=following)


def write_cursor(*place: Any) -> str:
    """Where a page ended, as text to hand back."""
    return base64.urlsafe_b64encode(json.dumps(place, default=str).encode()).decode()


def read_cursor(text: str, length: int) -> list[Any]:
    """Where to go on; raises Malformed for a text that is no cursor of ours."""
    try:
        place = json.loads(base64.urlsafe_b64decode(text.encode()))
    except ValueError as error:
        raise Malformed("翻页位置无效，请从第一页重新查看") from error
    if not isinstance(place, list) or len(place) != length:
        raise Malformed("翻页位置无效，请从第一页重新查看")
    return place
