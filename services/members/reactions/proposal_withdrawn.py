"""A proposal was taken back before it was decided: what it counted for handing it in is struck out."""

from collections.abc import Sequence
from typing import Final

from chassis.inbox import Incoming
from chassis.work import Work
from tongxin_contracts.proposals.review_events import ProposalWithdrawn

WITHDRAWN: Final = "提案已由提案人撤回"
"""Why such a fact is struck out."""

_STRIKE_OUT: Final = """
update duty_fact set annulled_at = withdrawn.at, annulled_because = $3
from unnest($1::uuid[], $2::timestamptz[]) as withdrawn (matter, at)
where duty_fact.matter = withdrawn.matter and source_event is not null and annulled_at is null
"""


async def on_proposal_withdrawn(events: Sequence[Incoming[ProposalWithdrawn]], work: Work) -> None:
    """Strike out the facts of these proposals; one statement. The evidence itself stays."""
    await work.tx.raw.execute(
        _STRIKE_OUT,
        [event.data.proposal_id for event in events],
        [event.envelope.time for event in events],
        WITHDRAWN,
    )
    for event in events:
        work.hint("dossier", event.envelope.committee)
