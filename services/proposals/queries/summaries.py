"""A proposal's line in a list, and a page of such lines."""

from collections.abc import Sequence
from typing import Any

from chassis.cursor import write_cursor
from tongxin_contracts.proposals.queries import ProposalPage, ProposalSummary


def summary(row: Any, *, for_reviewers: bool = False) -> ProposalSummary:
    """One row of `proposal` as a list shows it; whether rounds differ is for reviewers alone."""
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
        round_name=row.round_name,
        disputed=row.disputed and for_reviewers,
    )


def page(rows: Sequence[Any], limit: int, cursor_of: Any, *, for_reviewers: bool = False) -> ProposalPage:
    """A page out of `limit + 1` rows; the extra one only says that there is a next page."""
    shown = rows[:limit]
    following = write_cursor(*cursor_of(shown[-1])) if len(rows) > limit else None
    return ProposalPage(
        proposals=[summary(row, for_reviewers=for_reviewers) for row in shown], next=following
    )
