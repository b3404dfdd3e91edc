"""Everything the members service does, in one list."""

from chassis.handling import handles
from chassis.service import Service, run
from services.members.commands.adopt_scheme import adopt_scheme
from services.members.commands.annul_duty import annul_duty
from services.members.commands.close_duty_year import close_duty_year
from services.members.commands.decide_exit import decide_exit
from services.members.commands.export_roster import export_roster
from services.members.commands.import_roster import import_roster, read_file
from services.members.commands.open_session import open_session
from services.members.commands.record_duty import record_duty
from services.members.commands.register_unit import register_unit
from services.members.commands.staff_unit import staff_unit
from services.members.queries.colleagues import colleagues
from services.members.queries.current_session import current_session
from services.members.queries.dossier import dossier
from services.members.queries.roster import roster
from services.members.queries.roster_report import roster_report
from services.members.queries.scheme import scheme
from services.members.queries.units import units
from services.members.reactions.proposal_filed import on_proposal_filed
from services.members.reactions.proposal_submitted import on_proposal_submitted
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

SERVICE = Service(
    name="members",
    streams=("EVT_MEMBERS", "PERSON"),
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
    ),
    reactions={ProposalSubmitted: on_proposal_submitted, ProposalFiled: on_proposal_filed},
)


def main() -> None:
    """Run the process."""
    run(SERVICE)
