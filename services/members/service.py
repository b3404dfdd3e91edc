"""Everything the members service does, in one list."""

from chassis.handling import handles
from chassis.service import Service, run
from services.members.commands.import_roster import import_roster, read_file
from services.members.commands.open_session import open_session
from services.members.queries.current_session import current_session
from services.members.queries.roster_report import roster_report
from tongxin_contracts.members.commands import ImportRoster, OpenSession
from tongxin_contracts.members.queries import CurrentSession, RosterReport

SERVICE = Service(
    name="members",
    streams=("EVT_MEMBERS", "PERSON"),
    handlers=(
        handles(OpenSession, open_session),
        handles(ImportRoster, import_roster, prepare=read_file),
        handles(RosterReport, roster_report),
        handles(CurrentSession, current_session),
    ),
)


def main() -> None:
    """Run the process."""
    run(SERVICE)
