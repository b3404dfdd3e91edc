"""Everything the proposals service does, in one list."""

from chassis.deadlines import Together
from chassis.handling import handles
from chassis.keepers import restoring
from chassis.service import Service
from chassis.serving import run
from services.proposals.commands.accept_allocation import accept_allocation
from services.proposals.commands.accept_rectification import accept_rectification
from services.proposals.commands.adopt_dispatch_rules import adopt_dispatch_rules
from services.proposals.commands.answer_rectification import answer_rectification
from services.proposals.commands.ask_extension import ask_extension
from services.proposals.commands.call_for_proposals import call_for_proposals
from services.proposals.commands.check_reply import check_reply
from services.proposals.commands.close_handling import close_handling
from services.proposals.commands.close_scoring import close_scoring
from services.proposals.commands.comment_commitment import comment_commitment
from services.proposals.commands.decide_extension import decide_extension
from services.proposals.commands.decline_proposal import decline_proposal
from services.proposals.commands.discard_draft import discard_draft
from services.proposals.commands.dispatch import dispatch
from services.proposals.commands.draft_reply import draft_reply
from services.proposals.commands.file_proposal import file_proposal
from services.proposals.commands.give_feedback import give_feedback
from services.proposals.commands.give_opinion import give_opinion
from services.proposals.commands.open_appraisal import open_appraisal
from services.proposals.commands.order_rehandling import order_rehandling
from services.proposals.commands.pre_dispatch import OBJECTION_OVER, pre_dispatch
from services.proposals.commands.publish_appraisal import publish_appraisal
from services.proposals.commands.reallocate import reallocate
from services.proposals.commands.record_talk import record_talk
from services.proposals.commands.record_vote import record_vote
from services.proposals.commands.report_commitment import report_commitment
from services.proposals.commands.report_result import report_result
from services.proposals.commands.return_allocation import return_allocation
from services.proposals.commands.return_proposal import return_proposal
from services.proposals.commands.return_to_drafting import return_to_drafting
from services.proposals.commands.save_draft import save_draft
from services.proposals.commands.score_proposal import score_proposal
from services.proposals.commands.score_unit import score_unit
from services.proposals.commands.set_responsibilities import set_responsibilities
from services.proposals.commands.settle_commitment import settle_commitment
from services.proposals.commands.sign_receipt import sign_receipt
from services.proposals.commands.sign_reply import sign_reply
from services.proposals.commands.submit_proposal import submit_proposal
from services.proposals.commands.submit_reply import submit_reply
from services.proposals.commitments import COMMITMENT_DUE
from services.proposals.deadlines.commitment_due import on_commitment_due
from services.proposals.deadlines.feedback_closes import on_feedback_closes
from services.proposals.deadlines.objection_over import on_objection_over
from services.proposals.deadlines.review_due import REVIEW_DUE, on_review_due
from services.proposals.deadlines.unit_due import on_units_due
from services.proposals.feedback import FEEDBACK_CLOSES
from services.proposals.figures import read_figures
from services.proposals.handlings import UNIT_DUE
from services.proposals.invariants import INVARIANTS
from services.proposals.keepers import KEEPERS
from services.proposals.queries.appraisal import appraisal
from services.proposals.queries.appraisals import appraisals
from services.proposals.queries.calls_for_proposals import calls_for_proposals
from services.proposals.queries.commitments import commitments
from services.proposals.queries.current_dispatch_rules import current_dispatch_rules
from services.proposals.queries.dispatch_desk import dispatch_desk
from services.proposals.queries.draft import draft
from services.proposals.queries.evidence import evidence
from services.proposals.queries.feedback import feedback
from services.proposals.queries.feedback_rates import feedback_rates
from services.proposals.queries.handling import handling
from services.proposals.queries.handling_circular import handling_circular
from services.proposals.queries.handling_units import handling_units
from services.proposals.queries.my_proposals import my_proposals
from services.proposals.queries.proposal import proposal
from services.proposals.queries.proposals import proposals
from services.proposals.queries.review_desk import review_desk
from services.proposals.queries.unit_desk import unit_desk
from services.proposals.reactions.membership import on_member_admitted, on_member_changed
from services.proposals.reactions.person_erased import on_person_erased
from services.proposals.reactions.process_concluded import on_process_concluded
from services.proposals.reactions.session_opened import on_session_opened
from services.proposals.reactions.unit_registered import on_unit_registered
from services.proposals.reactions.unit_staffed import on_unit_staffed
from services.proposals.tellers import TELLERS
from services.proposals.writing_and_review import WRITING_AND_REVIEW
from tongxin_contracts.consultation.processes import ProcessConcluded
from tongxin_contracts.members.erasure import PersonErased
from tongxin_contracts.members.events import (
    MemberAdmitted,
    MemberChanged,
    SessionOpened,
    UnitRegistered,
    UnitStaffed,
)
from tongxin_contracts.proposals.calls import CallForProposals, CallsForProposals
from tongxin_contracts.proposals.commands import (
    DeclineProposal,
    DiscardDraft,
    FileProposal,
    ReturnProposal,
    SaveDraft,
    SubmitProposal,
)
from tongxin_contracts.proposals.evidence import Evidence
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
from tongxin_contracts.proposals.handling_commands import (
    AcceptAllocation,
    AdoptDispatchRules,
    AskExtension,
    CheckReply,
    DecideExtension,
    Dispatch,
    DraftReply,
    GiveOpinion,
    PreDispatch,
    Reallocate,
    RecordTalk,
    ReportResult,
    ReturnAllocation,
    ReturnToDrafting,
    SetResponsibilities,
    SignReceipt,
    SignReply,
    SubmitReply,
)
from tongxin_contracts.proposals.handling_queries import (
    CurrentDispatchRules,
    DispatchDesk,
    Handling,
    HandlingCircular,
    HandlingUnits,
    UnitDesk,
)
from tongxin_contracts.proposals.queries import Draft, MyProposals, Proposal, Proposals, ReviewDesk

SERVICE = Service(
    name="proposals",
    streams=("EVT_PROPOSALS",),
    invariants=INVARIANTS,
    figures=(read_figures,),
    handlers=(
        *WRITING_AND_REVIEW,
        handles(CallForProposals, call_for_proposals),
        handles(CallsForProposals, calls_for_proposals),
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
        handles(Evidence, evidence),
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
        handles(PreDispatch, pre_dispatch),
        handles(AcceptAllocation, accept_allocation),
        handles(ReturnAllocation, return_allocation),
        handles(Reallocate, reallocate),
        handles(Dispatch, dispatch),
        handles(SignReceipt, sign_receipt),
        handles(AskExtension, ask_extension),
        handles(DecideExtension, decide_extension),
        handles(SetResponsibilities, set_responsibilities),
        handles(ReportResult, report_result),
        handles(GiveOpinion, give_opinion),
        handles(RecordTalk, record_talk),
        handles(DraftReply, draft_reply),
        handles(SubmitReply, submit_reply),
        handles(CheckReply, check_reply),
        handles(ReturnToDrafting, return_to_drafting),
        handles(SignReply, sign_reply),
        handles(AdoptDispatchRules, adopt_dispatch_rules),
        handles(DispatchDesk, dispatch_desk),
        handles(UnitDesk, unit_desk),
        handles(Handling, handling),
        handles(HandlingUnits, handling_units),
        handles(HandlingCircular, handling_circular),
        handles(CurrentDispatchRules, current_dispatch_rules),
    ),
    reactions={
        UnitRegistered: on_unit_registered,
        UnitStaffed: on_unit_staffed,
        ProcessConcluded: on_process_concluded,
        SessionOpened: on_session_opened,
        MemberAdmitted: on_member_admitted,
        MemberChanged: on_member_changed,
        PersonErased: on_person_erased,
        **restoring(KEEPERS),
    },
    keepers=KEEPERS,
    tellers=TELLERS,
    deadlines={
        OBJECTION_OVER: on_objection_over,
        UNIT_DUE: Together(on_units_due),
        FEEDBACK_CLOSES: on_feedback_closes,
        COMMITMENT_DUE: on_commitment_due,
        REVIEW_DUE: on_review_due,
    },
)


def main() -> None:
    """Run the process."""
    run(SERVICE)
