"""What consultations on a proposal came to."""

from typing import Any

from sqlalchemy import select

from chassis.problems import NotFound
from chassis.work import Work
from services.proposals import tables
from services.proposals.evidence_tables import evidence as table
from services.proposals.queries.proposal import may_see_whole
from tongxin_contracts.proposals.evidence import Evidence, EvidenceAnswer, EvidenceDocument, EvidenceRow
from tongxin_contracts.words import ProcessOutcome, ProposalState, StepOutcome


async def evidence(query: Evidence, work: Work) -> EvidenceAnswer:
    """All of it, the newest first; files are named only to who sees the proposal whole."""
    proposal = (
        await work.tx.sql.execute(
            select(tables.proposal).where(
                tables.proposal.c.id == query.proposal_id, tables.proposal.c.committee == query.committee
            )
        )
    ).one_or_none()
    if proposal is None:
        raise NotFound
    whole = may_see_whole(proposal, work)
    if not whole and proposal.state != ProposalState.FILED.value:
        raise NotFound
    rows = await work.tx.sql.execute(
        select(table).where(table.c.proposal_id == proposal.id).order_by(table.c.at.desc())
    )
    return EvidenceAnswer(evidence=[_row(row, whole=whole) for row in rows])


def _row(row: Any, *, whole: bool) -> EvidenceRow:
    return EvidenceRow(
        process_id=row.process_id,
        template_name=row.template_name,
        outcome=ProcessOutcome.of(row.outcome),
        summary=row.summary,
        consensus=row.consensus,
        rating=StepOutcome.of(row.rating) if row.rating else None,
        documents=[EvidenceDocument.model_validate(one) for one in row.documents] if whole else [],
        at=row.at,
    )
