"""What proposals states. A draft is nobody's business and states nothing."""

from uuid import UUID

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import Event, Visibility
from tongxin_contracts.words import Category, Ground, ProposalKind


class ProposalSubmitted(Event, service="proposals", aggregate="proposal"):
    """A proposal was handed in, for the first time or again after it was returned."""

    proposal_id: Public[UUID]
    kind: Public[ProposalKind]
    category: Public[Category]
    title: Internal[str]
    first_proposer: Internal[UUID]
    """Person id of the contact."""
    co_proposers: Internal[tuple[UUID, ...]] = ()
    again: Public[bool] = False
    """True after a return; points count a proposal's first submission only."""


class ProposalReturned(Event, service="proposals", aggregate="proposal"):
    """The office gave it back to be changed."""

    proposal_id: Public[UUID]
    title: Internal[str]
    first_proposer: Internal[UUID]
    co_proposers: Internal[tuple[UUID, ...]] = ()
    reason: Internal[str]


class ProposalFiled(
    Event, service="proposals", aggregate="proposal", visibility=Visibility.AGENCIES, label="提案立案"
):
    """立案: it has a number of term and session and will be handled."""

    proposal_id: Public[UUID]
    number: Public[str]
    """As people write it: 八届二次第0012号."""
    term: Public[int]
    session: Public[int]
    serial: Public[int]
    kind: Public[ProposalKind]
    category: Public[Category]
    title: Public[str]
    suggestions: Public[tuple[str, ...]]
    facts: Internal[str]
    analysis: Internal[str]
    first_proposer: Internal[UUID]
    co_proposers: Internal[tuple[UUID, ...]] = ()


class ProposalNotFiled(Event, service="proposals", aggregate="proposal"):
    """不予立案, on one of the ten grounds; the proposer is told in time."""

    proposal_id: Public[UUID]
    title: Internal[str]
    first_proposer: Internal[UUID]
    co_proposers: Internal[tuple[UUID, ...]] = ()
    ground: Public[Ground]
    explanation: Internal[str]


class ReviewOverdue(Event, service="proposals", aggregate="proposal"):
    """The working days allowed for the review have passed and it is still undecided."""

    proposal_id: Public[UUID]
    title: Internal[str]
    due_at: Public[str]
