"""Everything the notify service does, in one list."""

from chassis.handling import handles
from chassis.inbox import Reaction
from chassis.keepers import restoring
from chassis.service import Service
from chassis.serving import run
from services.notify.commands.change_subscription import change_subscription
from services.notify.commands.confirm_email import confirm_email
from services.notify.commands.mark_notices_read import mark_notices_read
from services.notify.commands.redeliver_event import redeliver_event
from services.notify.commands.replay_events import replay_events
from services.notify.commands.retry_mails import retry_mails
from services.notify.commands.rotate_secret import rotate_secret
from services.notify.commands.send_circular import send_circular
from services.notify.commands.send_test_event import send_test_event
from services.notify.commands.set_preferences import set_preferences
from services.notify.commands.set_webhook import set_webhook
from services.notify.commands.show_roles import show_roles
from services.notify.commands.subscribe_agency import subscribe_agency
from services.notify.commands.unsubscribe_agency import unsubscribe_agency
from services.notify.figures import read_figures
from services.notify.invariants import INVARIANTS
from services.notify.keepers import KEEPERS, STATING_TASKS
from services.notify.queries.agencies import agencies
from services.notify.queries.agency_deliveries import agency_deliveries
from services.notify.queries.circulars import circulars
from services.notify.queries.mails import mails
from services.notify.queries.my_work import my_work
from services.notify.queries.notices import notices
from services.notify.queries.preferences import preferences
from services.notify.reactions.aggregate_restored import on_aggregate_restored
from services.notify.reactions.appraisal_published import on_appraisal_published
from services.notify.reactions.authors_joined import on_authors_joined
from services.notify.reactions.call_opened import on_call_opened
from services.notify.reactions.co_proposer_invited import on_co_proposer_invited
from services.notify.reactions.commitment_due import on_commitment_due
from services.notify.reactions.commitment_reported import on_commitment_reported
from services.notify.reactions.commitment_settled import on_commitment_settled
from services.notify.reactions.consultation_told import (
    on_evidence_added,
    on_process_started,
    on_topic_assessed,
)
from services.notify.reactions.duty_told import on_duty_day_assigned, on_duty_day_cancelled
from services.notify.reactions.exit_suggested import on_exit_suggested
from services.notify.reactions.feedback_asked import on_feedback_asked
from services.notify.reactions.forwarding import forward
from services.notify.reactions.handling_closed import on_handling_closed
from services.notify.reactions.handling_told import HANDLING_REACTIONS
from services.notify.reactions.invitation_answered import on_invitation_answered
from services.notify.reactions.member_known import on_member_admitted, on_member_changed
from services.notify.reactions.person_erased import on_person_erased
from services.notify.reactions.points_told import (
    on_appeal_answered,
    on_duty_corrected,
    on_exit_withdrawn,
    on_points_appealed,
)
from services.notify.reactions.proposal_converted import on_proposal_converted
from services.notify.reactions.proposal_filed import on_proposal_filed
from services.notify.reactions.proposal_merged import on_proposal_merged
from services.notify.reactions.proposal_not_filed import on_proposal_not_filed
from services.notify.reactions.proposal_returned import on_proposal_returned
from services.notify.reactions.proposal_submitted import on_proposal_submitted
from services.notify.reactions.proposal_withdrawn import on_proposal_withdrawn
from services.notify.reactions.rehandling_ordered import on_rehandling_ordered
from services.notify.reactions.task_closed import on_task_closed
from services.notify.reactions.task_opened import on_task_opened
from services.notify.reactions.unit_staffed import on_unit_staffed
from services.notify.settings import NotifySettings
from services.notify.workers.rounds import WORKERS
from tongxin_contracts.catalogue import agency_events
from tongxin_contracts.consultation.events import TopicTaken
from tongxin_contracts.consultation.planning import PlanPublished, TopicAssessed
from tongxin_contracts.consultation.processes import (
    ProcessConcluded,
    ProcessStarted,
    StepCompleted,
    StepOverdue,
)
from tongxin_contracts.members.duty_days import DutyDayAssigned, DutyDayCancelled
from tongxin_contracts.members.erasure import PersonErased
from tongxin_contracts.members.events import (
    ExitSuggested,
    MemberAdmitted,
    MemberChanged,
    SchemeAdopted,
    UnitRegistered,
    UnitStaffed,
)
from tongxin_contracts.members.points import (
    AppealAnswered,
    DutyCorrected,
    ExitSuggestionWithdrawn,
    PointsAppealed,
)
from tongxin_contracts.message import Event
from tongxin_contracts.notify.agencies import (
    AgencyDeliveries,
    ChangeSubscription,
    RedeliverEvent,
    ReplayEvents,
    RotateSecret,
    SendTestEvent,
    SetWebhook,
)
from tongxin_contracts.notify.channels import (
    ConfirmEmail,
    Mails,
    Preferences,
    RetryMails,
    SetPreferences,
    ShowRoles,
)
from tongxin_contracts.notify.circulars import Circulars, SendCircular
from tongxin_contracts.notify.commands import MarkNoticesRead, SubscribeAgency, UnsubscribeAgency
from tongxin_contracts.notify.queries import Agencies, MyWork, Notices
from tongxin_contracts.proposals.calls import CallOpened
from tongxin_contracts.proposals.events import (
    ProposalFiled,
    ProposalNotFiled,
    ProposalReturned,
    ProposalSubmitted,
)
from tongxin_contracts.proposals.evidence import EvidenceAdded
from tongxin_contracts.proposals.feedback_events import (
    AppraisalOpened,
    AppraisalPublished,
    CommitmentDue,
    CommitmentReported,
    CommitmentSettled,
    FeedbackAsked,
    FeedbackClosed,
    HandlingClosed,
    RectificationAccepted,
    RectificationAnswered,
    ReHandlingOrdered,
)
from tongxin_contracts.proposals.review_events import (
    CoProposerInvited,
    InvitationAnswered,
    ProposalAuthorsJoined,
    ProposalConverted,
    ProposalMerged,
    ProposalWithdrawn,
)
from tongxin_contracts.tasks import TASK_CLOSED, TASK_OPENED

REACTIONS: dict[type[Event], Reaction] = {
    # Whatever agencies may follow is forwarded; a reaction of its own below has to do it too.
    **dict.fromkeys(agency_events(), forward),
    CallOpened: on_call_opened,
    ProposalSubmitted: on_proposal_submitted,
    ProposalReturned: on_proposal_returned,
    ProposalFiled: on_proposal_filed,
    ProposalNotFiled: on_proposal_not_filed,
    CoProposerInvited: on_co_proposer_invited,
    InvitationAnswered: on_invitation_answered,
    ProposalWithdrawn: on_proposal_withdrawn,
    ProposalMerged: on_proposal_merged,
    ProposalAuthorsJoined: on_authors_joined,
    ProposalConverted: on_proposal_converted,
    ExitSuggested: on_exit_suggested,
    MemberAdmitted: on_member_admitted,
    MemberChanged: on_member_changed,
    PersonErased: on_person_erased,
    UnitStaffed: on_unit_staffed,
    **HANDLING_REACTIONS,
    FeedbackAsked: on_feedback_asked,
    ReHandlingOrdered: on_rehandling_ordered,
    HandlingClosed: on_handling_closed,
    CommitmentDue: on_commitment_due,
    CommitmentReported: on_commitment_reported,
    CommitmentSettled: on_commitment_settled,
    FeedbackClosed: forward,
    AppraisalOpened: forward,
    AppraisalPublished: on_appraisal_published,
    RectificationAnswered: forward,
    RectificationAccepted: forward,
    DutyCorrected: on_duty_corrected,
    ExitSuggestionWithdrawn: on_exit_withdrawn,
    PointsAppealed: on_points_appealed,
    AppealAnswered: on_appeal_answered,
    DutyDayAssigned: on_duty_day_assigned,
    DutyDayCancelled: on_duty_day_cancelled,
    UnitRegistered: forward,
    SchemeAdopted: forward,
    TopicTaken: forward,
    TopicAssessed: on_topic_assessed,
    PlanPublished: forward,
    ProcessStarted: on_process_started,
    StepCompleted: forward,
    StepOverdue: forward,
    ProcessConcluded: forward,
    EvidenceAdded: on_evidence_added,
    **{TASK_OPENED[service]: on_task_opened for service in STATING_TASKS},
    **{TASK_CLOSED[service]: on_task_closed for service in STATING_TASKS},
    **restoring(KEEPERS, first=on_aggregate_restored),
}

SERVICE = Service(
    name="notify",
    streams=("EVT_NOTIFY", "AGENCY"),
    invariants=INVARIANTS,
    figures=(read_figures,),
    handlers=(
        handles(MarkNoticesRead, mark_notices_read),
        handles(SubscribeAgency, subscribe_agency),
        handles(UnsubscribeAgency, unsubscribe_agency),
        handles(SetPreferences, set_preferences),
        handles(ConfirmEmail, confirm_email),
        handles(ShowRoles, show_roles),
        handles(RetryMails, retry_mails),
        handles(SendCircular, send_circular),
        handles(MyWork, my_work),
        handles(Notices, notices),
        handles(Preferences, preferences),
        handles(Mails, mails),
        handles(Circulars, circulars),
        handles(Agencies, agencies),
        handles(ChangeSubscription, change_subscription),
        handles(SetWebhook, set_webhook),
        handles(RotateSecret, rotate_secret),
        handles(SendTestEvent, send_test_event),
        handles(ReplayEvents, replay_events),
        handles(RedeliverEvent, redeliver_event),
        handles(AgencyDeliveries, agency_deliveries),
    ),
    reactions=REACTIONS,
    keepers=KEEPERS,
    workers=WORKERS,
    settings=NotifySettings,
)


def main() -> None:
    """Run the process."""
    run(SERVICE)
