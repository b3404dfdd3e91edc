"""What members keep of proposals and consultations: facts that count, and places where something was held.

A fact is evidence and is never deleted: it is struck out, and counts again when its owner states it again.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import delete

from chassis.keepers import Keeper
from chassis.work import Work
from services.members import coverage_tables
from services.members.reactions.process_concluded import on_process_concluded
from services.members.reactions.proposal_authors_joined import on_proposal_authors_joined
from services.members.reactions.proposal_facts import RESTORED
from services.members.reactions.proposal_filed import on_proposal_filed
from services.members.reactions.proposal_submitted import on_proposal_submitted
from services.members.reactions.proposal_withdrawn import WITHDRAWN, on_proposal_withdrawn
from tongxin_contracts.consultation.processes import ProcessConcluded
from tongxin_contracts.proposals.events import ProposalFiled, ProposalSubmitted
from tongxin_contracts.proposals.review_events import ProposalAuthorsJoined, ProposalWithdrawn

_STRIKE_OUT: Final = """
update duty_fact set annulled_at = $2, annulled_because = $3
where matter = any($1) and source_event is not null and (annulled_at is null or annulled_because = $4)
"""
"""Not what staff struck out: that is this service's own and stays so."""


async def _strike_out(ids: Sequence[UUID], work: Work) -> None:
    await work.tx.raw.execute(_STRIKE_OUT, list(ids), work.now, RESTORED, WITHDRAWN)


async def _forget_processes(ids: Sequence[UUID], work: Work) -> None:
    await _strike_out(ids, work)
    held = coverage_tables.held_consultation
    await work.tx.sql.execute(delete(held).where(held.c.process_id.in_(ids)))


KEEPERS = (
    Keeper(
        of={
            ProposalSubmitted: on_proposal_submitted,
            ProposalFiled: on_proposal_filed,
            ProposalAuthorsJoined: on_proposal_authors_joined,
            ProposalWithdrawn: on_proposal_withdrawn,
        },
        forget=_strike_out,
        hint="dossier",
    ),
    Keeper(of={ProcessConcluded: on_process_concluded}, forget=_forget_processes, hint="dossier"),
)
