"""Everything the consultation service does, in one list."""

from chassis.handling import handles
from chassis.keepers import restoring
from chassis.service import Service
from chassis.serving import run
from services.consultation.commands.adopt_template import adopt_template
from services.consultation.commands.assess_topic import assess_topic
from services.consultation.commands.assign_unit import assign_unit
from services.consultation.commands.change_plan import add_to_plan, remove_from_plan
from services.consultation.commands.complete_step import complete_step
from services.consultation.commands.conclude_process import conclude_process
from services.consultation.commands.decide_plan import approve_plan, publish_plan, return_plan, submit_plan
from services.consultation.commands.documents import add_document, read_document, remove_document
from services.consultation.commands.draft_plan import draft_plan
from services.consultation.commands.propose_topic import propose_topic
from services.consultation.commands.set_team import set_team
from services.consultation.commands.start_process import start_process
from services.consultation.commands.study_topic import study_topic
from services.consultation.commands.take_topic import take_topic
from services.consultation.deadlines.step_due import on_step_due
from services.consultation.figures import read_figures
from services.consultation.going import STEP_DUE
from services.consultation.invariants import INVARIANTS
from services.consultation.keepers import KEEPERS
from services.consultation.queries.plan import plan
from services.consultation.queries.process import document_file, process, process_units
from services.consultation.queries.process_statistics import process_statistics
from services.consultation.queries.processes import processes
from services.consultation.queries.templates import check_template, template_sheet, templates
from services.consultation.queries.topic_sheet import topic_sheet
from services.consultation.queries.topics import topics
from services.consultation.reactions.authors_joined import on_authors_joined
from services.consultation.reactions.person_erased import on_person_erased
from services.consultation.reactions.proposal_filed import on_proposal_filed
from services.consultation.reactions.units import on_unit_registered, on_unit_staffed
from services.consultation.tellers import TELLERS
from tongxin_contracts.consultation.commands import TakeTopic
from tongxin_contracts.consultation.planning import (
    AddToPlan,
    ApprovePlan,
    AssessTopic,
    DraftPlan,
    Plan,
    ProposeTopic,
    PublishPlan,
    RemoveFromPlan,
    ReturnPlan,
    StudyTopic,
    SubmitPlan,
    TopicSheet,
)
from tongxin_contracts.consultation.processes import (
    AddDocument,
    AssignUnit,
    CompleteStep,
    ConcludeProcess,
    DocumentFile,
    Process,
    Processes,
    ProcessUnits,
    RemoveDocument,
    StartProcess,
)
from tongxin_contracts.consultation.queries import Topics
from tongxin_contracts.consultation.teams import ProcessStatistics, SetTeam
from tongxin_contracts.consultation.templates import (
    AdoptTemplate,
    CheckTemplate,
    Templates,
    TemplateSheet,
)
from tongxin_contracts.members.erasure import PersonErased
from tongxin_contracts.members.events import UnitRegistered, UnitStaffed
from tongxin_contracts.proposals.events import ProposalFiled
from tongxin_contracts.proposals.review_events import ProposalAuthorsJoined

SERVICE = Service(
    name="consultation",
    streams=("EVT_CONSULTATION",),
    invariants=INVARIANTS,
    figures=(read_figures,),
    handlers=(
        handles(TakeTopic, take_topic),
        handles(ProposeTopic, propose_topic),
        handles(StudyTopic, study_topic),
        handles(AssessTopic, assess_topic),
        handles(Topics, topics),
        handles(TopicSheet, topic_sheet),
        handles(DraftPlan, draft_plan),
        handles(AddToPlan, add_to_plan),
        handles(RemoveFromPlan, remove_from_plan),
        handles(SubmitPlan, submit_plan),
        handles(ReturnPlan, return_plan),
        handles(ApprovePlan, approve_plan),
        handles(PublishPlan, publish_plan),
        handles(Plan, plan),
        handles(AdoptTemplate, adopt_template),
        handles(Templates, templates),
        handles(TemplateSheet, template_sheet),
        handles(CheckTemplate, check_template),
        handles(StartProcess, start_process),
        handles(CompleteStep, complete_step),
        handles(AddDocument, add_document, prepare=read_document),
        handles(RemoveDocument, remove_document),
        handles(AssignUnit, assign_unit),
        handles(ConcludeProcess, conclude_process),
        handles(Processes, processes),
        handles(Process, process),
        handles(DocumentFile, document_file),
        handles(ProcessUnits, process_units),
        handles(SetTeam, set_team),
        handles(ProcessStatistics, process_statistics),
    ),
    reactions={
        ProposalFiled: on_proposal_filed,
        ProposalAuthorsJoined: on_authors_joined,
        UnitRegistered: on_unit_registered,
        UnitStaffed: on_unit_staffed,
        PersonErased: on_person_erased,
        **restoring(KEEPERS),
    },
    keepers=KEEPERS,
    tellers=TELLERS,
    deadlines={STEP_DUE: on_step_due},
)


def main() -> None:
    """Run the process."""
    run(SERVICE)
