"""Everything the members service does, in one list."""

from chassis.handling import handles
from chassis.keepers import restoring
from chassis.service import Service
from chassis.serving import run
from services.members.commands.adopt_scheme import adopt_scheme
from services.members.commands.annul_duty import annul_duty
from services.members.commands.answer_appeal import answer_appeal
from services.members.commands.appeal_points import appeal_points
from services.members.commands.assign_duty import assign_duty
from services.members.commands.cancel_duty_day import cancel_duty_day
from services.members.commands.change_phone import change_phone
from services.members.commands.close_duty_year import close_duty_year
from services.members.commands.correct_duty import correct_duty
from services.members.commands.decide_exit import decide_exit
from services.members.commands.erase_person import erase_person
from services.members.commands.export_ranking import export_ranking
from services.members.commands.export_roster import export_roster
from services.members.commands.import_roster import import_roster, read_file
from services.members.commands.include_assessment import include_assessment
from services.members.commands.open_session import open_session
from services.members.commands.plan_duty_days import plan_duty_days
from services.members.commands.readmit_member import readmit_member
from services.members.commands.record_duty import record_duty
from services.members.commands.record_duty_day import record_duty_day
from services.members.commands.register_unit import register_unit
from services.members.commands.schedule_duty_day import schedule_duty_day
from services.members.commands.set_duty_plan import set_duty_plan
from services.members.commands.set_link_rules import set_link_rules
from services.members.commands.set_links import set_links
from services.members.commands.set_venues import set_venues
from services.members.commands.settle_matter import settle_matter
from services.members.commands.staff_unit import staff_unit
from services.members.figures import read_figures
from services.members.invariants import INVARIANTS
from services.members.keepers import KEEPERS
from services.members.queries.appeals import appeals
from services.members.queries.colleagues import colleagues
from services.members.queries.convener_assessment import convener_assessment
from services.members.queries.current_session import current_session
from services.members.queries.dossier import dossier
from services.members.queries.duty_days import duty_days
from services.members.queries.duty_ranking import duty_ranking
from services.members.queries.duty_statistics import duty_statistics
from services.members.queries.erasure_sheet import erasure_sheet
from services.members.queries.link_coverage import link_coverage
from services.members.queries.roster import roster
from services.members.queries.roster_report import roster_report
from services.members.queries.scheme import scheme
from services.members.queries.simulate_scheme import simulate_scheme
from services.members.queries.units import units
from services.members.reactions.process_concluded import on_process_concluded
from services.members.reactions.proposal_authors_joined import on_proposal_authors_joined
from services.members.reactions.proposal_filed import on_proposal_filed
from services.members.reactions.proposal_submitted import on_proposal_submitted
from services.members.reactions.proposal_withdrawn import on_proposal_withdrawn
from services.members.tellers import TELLERS
from tongxin_contracts.consultation.processes import ProcessConcluded
from tongxin_contracts.members.commands import (
    AdoptScheme,
    AnnulDuty,
    CloseDutyYear,
    DecideExit,
    ExportRoster,
    ImportRoster,
    OpenSession,
    RecordDuty,
    RegisterUnit,
    StaffUnit,
)
from tongxin_contracts.members.coverage import (
    ConvenerAssessment,
    IncludeAssessment,
    LinkCoverage,
    SetLinkRules,
    SetLinks,
    SetVenues,
)
from tongxin_contracts.members.duty_days import (
    AssignDuty,
    CancelDutyDay,
    DutyDays,
    DutyStatistics,
    PlanDutyDays,
    RecordDutyDay,
    ScheduleDutyDay,
    SetDutyPlan,
    SettleMatter,
)
from tongxin_contracts.members.erasure import ErasePerson, ErasureSheet
from tongxin_contracts.members.memberships import ChangePhone, ReadmitMember
from tongxin_contracts.members.points import (
    AnswerAppeal,
    AppealPoints,
    Appeals,
    CorrectDuty,
    DutyRanking,
    ExportRanking,
    SimulateScheme,
)
from tongxin_contracts.members.queries import (
    Colleagues,
    CurrentSession,
    Dossier,
    Roster,
    RosterReport,
    Scheme,
    Units,
)
from tongxin_contracts.proposals.events import ProposalFiled, ProposalSubmitted
from tongxin_contracts.proposals.review_events import ProposalAuthorsJoined, ProposalWithdrawn

SERVICE = Service(
    name="members",
    streams=("EVT_MEMBERS", "PERSON"),
    invariants=INVARIANTS,
    figures=(read_figures,),
    handlers=(
        handles(OpenSession, open_session),
        handles(ImportRoster, import_roster, prepare=read_file),
        handles(ExportRoster, export_roster),
        handles(AdoptScheme, adopt_scheme),
        handles(RecordDuty, record_duty),
        handles(AnnulDuty, annul_duty),
        handles(CloseDutyYear, close_duty_year),
        handles(DecideExit, decide_exit),
        handles(Roster, roster),
        handles(RosterReport, roster_report),
        handles(Dossier, dossier),
        handles(Scheme, scheme),
        handles(CurrentSession, current_session),
        handles(RegisterUnit, register_unit),
        handles(StaffUnit, staff_unit),
        handles(Units, units),
        handles(Colleagues, colleagues),
        handles(ChangePhone, change_phone),
        handles(ReadmitMember, readmit_member),
        handles(ErasePerson, erase_person),
        handles(ErasureSheet, erasure_sheet),
        handles(AnswerAppeal, answer_appeal),
        handles(AppealPoints, appeal_points),
        handles(AssignDuty, assign_duty),
        handles(CancelDutyDay, cancel_duty_day),
        handles(CorrectDuty, correct_duty),
        handles(ExportRanking, export_ranking),
        handles(PlanDutyDays, plan_duty_days),
        handles(RecordDutyDay, record_duty_day),
        handles(ScheduleDutyDay, schedule_duty_day),
        handles(SetDutyPlan, set_duty_plan),
        handles(SettleMatter, settle_matter),
        handles(Appeals, appeals),
        handles(DutyDays, duty_days),
        handles(DutyRanking, duty_ranking),
        handles(DutyStatistics, duty_statistics),
        handles(SimulateScheme, simulate_scheme),
        handles(SetLinkRules, set_link_rules),
        handles(SetLinks, set_links),
        handles(SetVenues, set_venues),
        handles(LinkCoverage, link_coverage),
        handles(ConvenerAssessment, convener_assessment),
        handles(IncludeAssessment, include_assessment),
    ),
    reactions={
        ProposalSubmitted: on_proposal_submitted,
        ProposalFiled: on_proposal_filed,
        ProposalWithdrawn: on_proposal_withdrawn,
        ProposalAuthorsJoined: on_proposal_authors_joined,
        ProcessConcluded: on_process_concluded,
        **restoring(KEEPERS),
    },
    keepers=KEEPERS,
    tellers=TELLERS,
)


def main() -> None:
    """Run the process."""
    run(SERVICE)
