"""What the service does of writing together and of review in rounds, as a part of the list in `service.py`."""

from chassis.handling import Handler, handles
from services.proposals.commands.add_review_note import add_review_note
from services.proposals.commands.adopt_review_scheme import adopt_review_scheme
from services.proposals.commands.answer_invitation import answer_invitation
from services.proposals.commands.attach_file import attach_file, read_attachment
from services.proposals.commands.cancel_invitation import cancel_invitation
from services.proposals.commands.convert_proposal import convert_proposal
from services.proposals.commands.invite_co_proposers import invite_co_proposers
from services.proposals.commands.merge_proposal import merge_proposal
from services.proposals.commands.remove_attachment import remove_attachment
from services.proposals.commands.review_in_bulk import review_in_bulk
from services.proposals.commands.withdraw_proposal import withdraw_proposal
from services.proposals.queries.attachment import attachment
from services.proposals.queries.invitation import invitation
from services.proposals.queries.not_filed import not_filed
from services.proposals.queries.proposal_review import proposal_review
from services.proposals.queries.review_scheme import review_scheme
from services.proposals.queries.similar_proposals import similar_proposals
from tongxin_contracts.proposals.joint_commands import (
    AnswerInvitation,
    AttachFile,
    CancelInvitation,
    InviteCoProposers,
    RemoveAttachment,
    WithdrawProposal,
)
from tongxin_contracts.proposals.joint_queries import Attachment, Invitation
from tongxin_contracts.proposals.review_commands import (
    AddReviewNote,
    AdoptReviewScheme,
    ConvertProposal,
    MergeProposal,
    ReviewInBulk,
)
from tongxin_contracts.proposals.review_queries import (
    NotFiled,
    ProposalReview,
    ReviewScheme,
    SimilarProposals,
)

WRITING_AND_REVIEW: tuple[Handler, ...] = (
    handles(InviteCoProposers, invite_co_proposers),
    handles(AnswerInvitation, answer_invitation),
    handles(CancelInvitation, cancel_invitation),
    handles(AttachFile, attach_file, prepare=read_attachment),
    handles(RemoveAttachment, remove_attachment),
    handles(WithdrawProposal, withdraw_proposal),
    handles(AdoptReviewScheme, adopt_review_scheme),
    handles(MergeProposal, merge_proposal),
    handles(ConvertProposal, convert_proposal),
    handles(ReviewInBulk, review_in_bulk),
    handles(AddReviewNote, add_review_note),
    handles(Invitation, invitation),
    handles(Attachment, attachment),
    handles(ReviewScheme, review_scheme),
    handles(ProposalReview, proposal_review),
    handles(SimilarProposals, similar_proposals),
    handles(NotFiled, not_filed),
)
