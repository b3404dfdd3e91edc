"""Pages of writing together: the invitation a co-proposer reads and answers."""

from dataclasses import dataclass
from typing import ClassVar

from tongxin_contracts.problems import Problem
from tongxin_contracts.proposals.joint_queries import InvitationAnswer

from .frame import View


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView(View):
    """`/invitations/{id}`: read the text, confirm it or decline.

    POST `answer` = `accept` | `decline` and `revision`, the one that was read. Hint: `invitation`.
    """

    template: ClassVar[str] = "invitation.html"
    invitation: InvitationAnswer
    problem: Problem | None = None
