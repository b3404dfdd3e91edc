"""Everything the proposals service does, in one list."""

from chassis.handling import handles
from chassis.service import Service, run
from services.proposals.commands.decline_proposal import decline_proposal
from services.proposals.commands.discard_draft import discard_draft
from services.proposals.commands.file_proposal import file_proposal
from services.proposals.commands.return_proposal import return_proposal
from services.proposals.commands.save_draft import save_draft
from services.proposals.commands.submit_proposal import submit_proposal
from services.proposals.deadlines.review_due import REVIEW_DUE, on_review_due
from services.proposals.queries.draft import draft
from services.proposals.queries.my_proposals import my_proposals
from services.proposals.queries.proposal import proposal
from services.proposals.queries.proposals import proposals
from services.proposals.queries.review_desk import review_desk
from services.proposals.reactions.session_opened import on_session_opened
from tongxin_contracts.members.events import SessionOpened
from tongxin_contracts.proposals.commands import (
    DeclineProposal,
    DiscardDraft,
    FileProposal,
    ReturnProposal,
    SaveDraft,
    SubmitProposal,
)
from tongxin_contracts.proposals.queries import Draft, MyProposals, Proposal, Proposals, ReviewDesk

SERVICE = Service(
    name="proposals",
    streams=("EVT_PROPOSALS",),
    handlers=(
        handles(SaveDraft, save_draft),
        handles(DiscardDraft, discard_draft),
        handles(SubmitProposal, submit_proposal),
        handles(FileProposal, file_proposal),
        handles(ReturnProposal, return_proposal),
        handles(DeclineProposal, decline_proposal),
        handles(MyProposals, my_proposals),
        handles(Draft, draft),
        handles(Proposal, proposal),
        handles(ReviewDesk, review_desk),
        handles(Proposals, proposals),
    ),
    reactions={SessionOpened: on_session_opened},
    deadlines={REVIEW_DUE: on_review_due},
)


def main() -> None:
    """Run the process."""
    run(SERVICE)
