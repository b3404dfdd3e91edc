"""What each page needs: one frozen dataclass a page, given to `render.Renderer.render`.

They exist so that whoever writes a page's handler and whoever writes its template agree in types. Always holds: a
view is plain data, already permitted and complete; a template asks nobody anything. Each view names its template
and says which forms the page sends, with their fields.

Every form posts to the page's own path with `csrf` and `command_id` (a UUID made when the form opens) beside the
fields named in the view.
"""

from .accounts import AccountRow, AccountsView, LoginView, NewPassword, PasswordView
from .agencies import AgenciesView, AgencyView
from .channels import CircularsView, MailsView, PreferencesView
from .consultation import TopicsView
from .duty import (
    AppealsView,
    DutyDaysView,
    DutyDayView,
    RankingView,
    SimulationView,
    UnitsView,
    UnitView,
)
from .frame import Committee, Flash, PageContext, SignedIn, View
from .joint import InvitationView
from .members import DossierView, MembersView, RosterImportView, RosterReportView
from .operations import LiveView, ProblemView, ProcessState, ProcessStatus
from .proposals import (
    NextStep,
    ProposalFormView,
    ProposalsView,
    ProposalView,
    TimelineEntry,
)
from .review import NotFiledView, ReviewDeskView, ReviewSchemeView
from .work import MyWorkView, NoticesView

__all__ = [
    "AccountRow",
    "AccountsView",
    "AgenciesView",
    "AgencyView",
    "AppealsView",
    "CircularsView",
    "Committee",
    "DossierView",
    "DutyDayView",
    "DutyDaysView",
    "Flash",
    "InvitationView",
    "LiveView",
    "LoginView",
    "MailsView",
    "MembersView",
    "MyWorkView",
    "NewPassword",
    "NextStep",
    "NotFiledView",
    "NoticesView",
    "PageContext",
    "PasswordView",
    "PreferencesView",
    "ProblemView",
    "ProcessState",
    "ProcessStatus",
    "ProposalFormView",
    "ProposalView",
    "ProposalsView",
    "RankingView",
    "ReviewDeskView",
    "ReviewSchemeView",
    "RosterImportView",
    "RosterReportView",
    "SignedIn",
    "SimulationView",
    "TimelineEntry",
    "TopicsView",
    "UnitView",
    "UnitsView",
    "View",
]
