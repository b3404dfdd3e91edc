"""Everything the proposals service does, in one list."""

from chassis.handling import handles
from chassis.service import Service, run
from services.proposals.commands.accept_rectification import accept_rectification
from services.proposals.commands.answer_rectification import answer_rectification
from services.proposals.commands.close_handling import close_handling
from services.proposals.commands.close_scoring import close_scoring
from services.proposals.commands.comment_commitment import comment_commitment
from services.proposals.commands.decline_proposal import decline_proposal
from services.proposals.commands.discard_draft import discard_draft
from services.proposals.commands.file_proposal import file_proposal
from services.proposals.commands.give_feedback import give_feedback
from services.proposals.commands.open_appraisal import open_appraisal
from services.proposals.commands.order_rehandling import order_rehandling
from services.proposals.commands.publish_appraisal import publish_appraisal
from services.proposals.commands.record_vote import record_vote
from services.proposals.commands.report_commitment import report_commitment
from services.proposals.commands.return_proposal import return_proposal
from services.proposals.commands.save_draft import save_draft
from services.proposals.commands.score_proposal import score_proposal
from services.proposals.commands.score_unit import score_unit
from services.proposals.commands.settle_commitment import settle_commitment
from services.proposals.commands.submit_proposal import submit_proposal
from services.proposals.commitments import COMMITMENT_DUE
from services.proposals.deadlines.commitment_due import on_commitment_due
from services.proposals.deadlines.feedback_closes import on_feedback_closes
from services.proposals.deadlines.review_due import REVIEW_DUE, on_review_due
from services.proposals.feedback import FEEDBACK_CLOSES
from services.proposals.queries.appraisal import appraisal
from services.proposals.queries.appraisals import appraisals
from services.proposals.queries.commitments import commitments
from services.proposals.queries.draft import draft
from services.proposals.queries.feedback import feedback
from services.proposals.queries.feedback_rates import feedback_rates
from services.proposals.queries.my_proposals import my_proposals
from services.proposals.queries.proposal import proposal
from services.proposals.queries.proposals import proposals
from services.proposals.queries.review_desk import review_desk
from services.proposals.reactions.membership import on_member_admitted, on_member_changed
from services.proposals.reactions.session_opened import on_session_opened
from services.proposals.writing_and_review import WRITING_AND_REVIEW
from tongxin_contracts.members.events import MemberAdmitted, MemberChanged, SessionOpened
from tongxin_contracts.proposals.commands import (
    DeclineProposal,
    DiscardDraft,
    FileProposal,
    ReturnProposal,
    SaveDraft,
    SubmitProposal,
)
from tongxin_contracts.proposals.feedback_commands import (
    AcceptRectification,
    AnswerRectification,
    CloseHandling,
    CloseScoring,
    CommentCommitment,
    GiveFeedback,
    OpenAppraisal,
    OrderRehandling,
    PublishAppraisal,
    RecordVote,
    ReportCommitment,
    ScoreProposal,
    ScoreUnit,
    SettleCommitment,
)
from tongxin_contracts.proposals.feedback_queries import (
    Appraisal,
    Appraisals,
    Commitments,
    Feedback,
    FeedbackRates,
)
from tongxin_contracts.proposals.queries import Draft, MyProposals, Proposal, Proposals, ReviewDesk

SERVICE = Service(
    name="proposals",
    streams=("EVT_PROPOSALS",),
    handlers=(
        *WRITING_AND_REVIEW,
        handles(SaveDraft, save_draft),
        handles(DiscardDraft, discard_draft),
        handles(SubmitProposal, submit_proposal),
        handles(FileProposal, file_proposal),
        handles(ReturnProposal, return_proposal),
        handles(DeclineProposal, decline_proposal),
        handles(GiveFeedback, give_feedback),
        handles(OrderRehandling, order_rehandling),
        handles(CloseHandling, close_handling),
        handles(ReportCommitment, report_commitment),
        handles(CommentCommitment, comment_commitment),
        handles(SettleCommitment, settle_commitment),
        handles(OpenAppraisal, open_appraisal),
        handles(ScoreUnit, score_unit),
        handles(ScoreProposal, score_proposal),
        handles(CloseScoring, close_scoring),
        handles(RecordVote, record_vote),
        handles(PublishAppraisal, publish_appraisal),
        handles(AnswerRectification, answer_rectification),
        handles(AcceptRectification, accept_rectification),
        handles(Feedback, feedback),
        handles(Commitments, commitments),
        handles(FeedbackRates, feedback_rates),
        handles(Appraisals, appraisals),
        handles(Appraisal, appraisal),
        handles(MyProposals, my_proposals),
        handles(Draft, draft),
        handles(Proposal, proposal),
        handles(ReviewDesk, review_desk),
        handles(Proposals, proposals),
    ),
    reactions={
        SessionOpened: on_session_opened,
        MemberAdmitted: on_member_admitted,
        MemberChanged: on_member_changed,
    },
    deadlines={
        FEEDBACK_CLOSES: on_feedback_closes,
        COMMITMENT_DUE: on_commitment_due,
        REVIEW_DUE: on_review_due,
    },
)


def main() -> None:
    """Run the process."""
    run(SERVICE)
