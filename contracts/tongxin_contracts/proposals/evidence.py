"""What consultation brought back to a proposal: stated by proposals, asked for on the proposal's page."""

from datetime import datetime
from uuid import UUID

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import Answer, Event, Query, Visibility
from tongxin_contracts.words import ProcessOutcome, StepOutcome


class EvidenceAdded(
    Event, service="proposals", aggregate="proposal", visibility=Visibility.AGENCIES, label="协商结果附入提案"
):
    """The outcome of a consultation on a proposal is kept with it as evidence."""

    proposal_id: Public[UUID]
    title: Public[str]
    process_id: Public[UUID]
    template_name: Public[str]
    outcome: Public[ProcessOutcome]
    summary: Public[str]
    consensus: Public[bool]
    first_proposer: Internal[UUID]
    co_proposers: Internal[tuple[UUID, ...]] = ()


class EvidenceDocument(Answer):
    """A document of the consultation; its content is asked of consultation."""

    kind: Public[str]
    filename: Internal[str]
    digest: Public[str]


class EvidenceRow(Answer):
    """What one consultation came to."""

    process_id: Public[UUID]
    template_name: Public[str]
    outcome: Public[ProcessOutcome]
    summary: Public[str]
    consensus: Public[bool]
    rating: Public[StepOutcome | None]
    documents: Internal[list[EvidenceDocument]]
    at: Public[datetime]


class EvidenceAnswer(Answer):
    """All of it, the newest first."""

    evidence: list[EvidenceRow]


class Evidence(Query, service="proposals", answer=EvidenceAnswer):
    """What consultations on a proposal came to; for whoever may read the proposal."""

    proposal_id: UUID
