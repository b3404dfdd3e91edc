"""What proposals states of joint authorship and of review in rounds, besides `events.py`."""

from uuid import UUID

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import Event, Visibility
from tongxin_contracts.words import ConvertTarget, Ground, ReviewOutcome


class CoProposerInvited(Event, service="proposals", aggregate="invitation"):
    """A member was asked to put their name under a draft: the one thing of a draft that anybody else is told."""

    invitation_id: Public[UUID]
    draft_id: Public[UUID]
    title: Internal[str]
    first_proposer: Internal[UUID]
    person: Internal[UUID]
    again: Public[bool] = False
    """True when the text changed, or after an earlier answer."""


class InvitationAnswered(Event, service="proposals", aggregate="invitation"):
    """The member confirmed the text as their own, or declined."""

    invitation_id: Public[UUID]
    draft_id: Public[UUID]
    title: Internal[str]
    first_proposer: Internal[UUID]
    person: Internal[UUID]
    accepted: Public[bool]


class InvitationCancelled(Event, service="proposals", aggregate="invitation"):
    """The first proposer took it back, or the draft was thrown away."""

    invitation_id: Public[UUID]
    draft_id: Public[UUID]
    title: Internal[str]
    first_proposer: Internal[UUID]
    person: Internal[UUID]


class ProposalWithdrawn(Event, service="proposals", aggregate="proposal"):
    """The first proposer took it back before it was decided; points for handing it in fall away."""

    proposal_id: Public[UUID]
    title: Internal[str]
    first_proposer: Internal[UUID]
    co_proposers: Internal[tuple[UUID, ...]] = ()
    reason: Internal[str]


class ProposalRecommended(Event, service="proposals", aggregate="proposal"):
    """A round that is not the last one said what it thinks; another round has it now."""

    proposal_id: Public[UUID]
    title: Internal[str]
    round: Public[int]
    """Index of the round that spoke, from 0."""
    round_name: Public[str]
    outcome: Internal[ReviewOutcome]
    ground: Internal[Ground | None] = None
    disputed: Internal[bool]
    next_round: Public[int]
    next_round_name: Public[str]
    rule_version: Public[str]


class ProposalMerged(
    Event, service="proposals", aggregate="proposal", visibility=Visibility.AGENCIES, label="提案并案"
):
    """并案: it goes on inside another one, which keeps its authors."""

    proposal_id: Public[UUID]
    into: Public[UUID]
    into_number: Public[str | None]
    """None while the other one is still in review."""
    title: Public[str]
    into_title: Public[str]
    first_proposer: Internal[UUID]
    co_proposers: Internal[tuple[UUID, ...]] = ()
    explanation: Internal[str] = ""


class ProposalAuthorsJoined(
    Event, service="proposals", aggregate="proposal", visibility=Visibility.AGENCIES, label="并案提案人加入"
):
    """Another proposal was merged into this one: its authors are co-proposers here from now on."""

    proposal_id: Public[UUID]
    merged: Public[UUID]
    title: Public[str]
    number: Public[str | None]
    """None while this one is still in review."""
    first_proposer: Internal[UUID]
    joined: Internal[tuple[UUID, ...]]
    """The authors who came with it."""
    co_proposers: Internal[tuple[UUID, ...]]
    """All co-proposers, as they stand now."""


class ProposalConverted(
    Event, service="proposals", aggregate="proposal", visibility=Visibility.AGENCIES, label="提案转办"
):
    """转为社情民意信息或意见建议."""

    proposal_id: Public[UUID]
    target: Public[ConvertTarget]
    title: Internal[str]
    first_proposer: Internal[UUID]
    co_proposers: Internal[tuple[UUID, ...]] = ()
    explanation: Internal[str] = ""


class ReviewSchemeAdopted(Event, service="proposals", aggregate="review_scheme"):
    """A review scheme is in force for what is handed in from now on."""

    scheme_id: Public[UUID]
    rule_version: Public[str]
    name: Public[str]
    rounds: Public[tuple[str, ...]]
    source: Public[str]
