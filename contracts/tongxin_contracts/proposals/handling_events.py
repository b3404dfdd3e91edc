"""What proposals states about handling: from pre-dispatch to a kept promise.

The aggregate is the handling of one filed proposal; its id is derived from the proposal's, so that either leads to the
other. What co-handlers write, and what a proposer says of a unit before the window closes, is in no event.
"""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import Event, Visibility
from tongxin_contracts.words import AllocationPart, ReplyClass, ReplyStage, TalkForm


class Allocated(BaseModel):
    """A unit's part in the handling, and until when it has to do it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    unit_id: Public[UUID]
    part: Public[AllocationPart]
    due_at: Public[datetime | None] = None
    """None before the formal dispatch."""


class ProposalPreDispatched(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="提案预交办"
):
    """预交办, first or after a return: these units are asked whether it is theirs."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    number: Public[str]
    title: Public[str]
    units: Public[tuple[Allocated, ...]]
    object_by: Public[datetime]
    """Until when a unit may return it."""
    again: Public[bool] = False
    """True after a return was answered by another allocation."""


class AllocationAccepted(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="承办单位接收"
):
    """A unit says it is theirs, or let the days pass."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID]
    by_silence: Public[bool] = False


class ReturnAnswered(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="退回审核"
):
    """The office answered a return: another unit takes it, or it stays."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID]
    new_unit: Public[UUID | None]
    answer: Internal[str]
    first_proposer: Internal[UUID]


class DispatchRulesAdopted(Event, service="proposals", aggregate="dispatch_rules"):
    """The committee's own times hold for what is dispatched from now on."""

    rules_id: Public[UUID]
    object_days: Public[int]
    answer_days: Public[int]
    lead_months: Public[int]
    co_months: Public[int]
    source: Public[str]


class AllocationReturned(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="承办单位申请退回"
):
    """A unit says it is not theirs; the office answers in seven days."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID]
    reason: Internal[str]
    answer_by: Public[datetime]


class ProposalDispatched(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="提案正式交办"
):
    """正式交办: units have to handle it from now on, until their dates."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    number: Public[str]
    title: Public[str]
    units: Public[tuple[Allocated, ...]]
    first_proposer: Internal[UUID]
    co_proposers: Internal[tuple[UUID, ...]] = ()


class DispatchSigned(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="交办签收"
):
    """签收: a unit has it in hand."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID]
    part: Public[AllocationPart]


class ExtensionAsked(Event, service="proposals", aggregate="handling"):
    """A unit asks for more time."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID]
    until: Public[date]
    reason: Internal[str]


class ExtensionDecided(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="延期审批"
):
    """More time was granted or not; what was granted is never overdue before the new date."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID]
    granted: Public[bool]
    due_at: Public[datetime]
    """The unit's date as it holds now."""
    reason: Internal[str] = ""


class ResponsibilitiesSet(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="办理责任清单"
):
    """责任清单: each suggestion has what is done about it, by whom, until when."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID]
    lines: Public[int]


class ResultReported(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="办理结果填报"
):
    """成果清单: a line of the responsibility list is done, with what shows it."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID]
    suggestion: Public[int]
    done: Public[int]
    """Lines done so far."""
    lines: Public[int]


class OpinionGiven(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="会办意见"
):
    """A co-handler gave its opinion to the lead unit; what it says goes to nobody else."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID]
    lead_unit: Public[UUID]


class TalkRecorded(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="沟通协商记录"
):
    """不协商不答复: the unit talked with the proposer, and it is on record."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID]
    round: Public[int]
    form: Public[TalkForm]
    on: Public[date]
    first_proposer: Internal[UUID]


class ReplyMoved(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="答复稿流转"
):
    """The reply went on inside its unit: to the checker, to the signer, or back."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID]
    round: Public[int]
    stage: Public[ReplyStage]


class SuggestionAnswered(BaseModel):
    """How a reply answers one suggestion."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    suggestion: Public[int]
    """Its place in the proposal, from 0."""
    reply_class: Public[ReplyClass]
    promised_by: Public[date | None] = None
    """B: until when it will be done."""


class ProposalReplied(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="提案答复"
):
    """答复: a signed letter with its number went to the proposers."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    number: Public[str]
    title: Public[str]
    unit_id: Public[UUID]
    round: Public[int]
    """1, or 2 after a re-handling."""
    letter_number: Public[str]
    reply_class: Public[ReplyClass]
    lines: Public[tuple[SuggestionAnswered, ...]]
    first_proposer: Internal[UUID]
    co_proposers: Internal[tuple[UUID, ...]] = ()


class HandlingOverdue(
    Event, service="proposals", aggregate="handling", visibility=Visibility.AGENCIES, label="办理逾期"
):
    """A unit's date has passed and nothing came."""

    handling_id: Public[UUID]
    proposal_id: Public[UUID]
    title: Public[str]
    unit_id: Public[UUID]
    part: Public[AllocationPart]
    due_at: Public[datetime]
