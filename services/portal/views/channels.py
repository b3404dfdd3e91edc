"""Pages about being reached: preferences, circulars, the mail that was sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from tongxin_contracts.notify.channels import COUNTED, MailsAnswer, PreferencesAnswer
from tongxin_contracts.notify.circulars import CircularsAnswer
from tongxin_contracts.permissions import Role
from tongxin_contracts.problems import Problem
from tongxin_contracts.words import AudienceKind, Digest, MailState, NoticeKind, Sector

from .frame import View

NOTICE_GROUPS: Final[Sequence[tuple[str, Sequence[NoticeKind]]]] = (
    ("期限与逾期", (NoticeKind.DUE_SOON, NoticeKind.OVERDUE, NoticeKind.ESCALATED)),
    ("公告", (NoticeKind.CIRCULAR,)),
    (
        "提案、办理与履职",
        tuple(
            kind
            for kind in NoticeKind
            if kind
            not in (NoticeKind.DUE_SOON, NoticeKind.OVERDUE, NoticeKind.ESCALATED, NoticeKind.CIRCULAR)
        ),
    ),
)
"""Every kind of notice, in the groups a person chooses from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesView(View):
    """`/preferences`: POST `action` = `save` (`email`, `digest`, `with_mail` repeated, `quiet_from`, `quiet_to`),
    or `confirm` (`code`). Query: `code` fills in the code of a link in a mail.
    """

    template: ClassVar[str] = "preferences.html"
    preferences: PreferencesAnswer
    email: str = ""
    """As typed, or as it stands."""
    code: str = ""
    groups: Sequence[tuple[str, Sequence[NoticeKind]]] = NOTICE_GROUPS
    digests: Sequence[Digest] = tuple(Digest)
    problem: Problem | None = None
    """Its fields are `email`, `quiet_to`, `code`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CircularsView(View):
    """`/circulars`: POST `circular_id`, `title`, `text`, `among` (`members`, `sector:<value>`, `role:<value>`).

    Query: `after`. Hint: `notice`.
    """

    template: ClassVar[str] = "circulars.html"
    page: CircularsAnswer
    may_send: bool
    title: str = ""
    text: str = ""
    among: str = "members"
    problem: Problem | None = None
    """Its fields are `title`, `text`, `among`."""
    sectors: Sequence[Sector] = tuple(Sector)
    roles: Sequence[Role] = tuple(role for role in Role if role is not Role.MEMBER)

    def whom(self, audience: AudienceKind, among: str | None) -> str:
        """The audience in words."""
        if audience is AudienceKind.SECTOR and among:
            return f"界别：{Sector(among).label}"
        if audience is AudienceKind.ROLE and among:
            return Role(among).label
        return audience.label


@dataclass(frozen=True, slots=True, kw_only=True)
class MailsView(View):
    """`/mails`: POST `mails` (repeated) tries failed mail again. Query: `state`."""

    template: ClassVar[str] = "mails.html"
    answer: MailsAnswer
    state: MailState | None = None
    states: Sequence[MailState] = tuple(MailState)
    tones: Mapping[MailState, str] = field(
        default_factory=lambda: {
            MailState.WAITING: "waiting",
            MailState.SENT: "good",
            MailState.FAILED: "attention",
            MailState.DROPPED: "closed",
        }
    )

    def counted(self, state: MailState) -> str:
        """How many; with a plus where counting ended."""
        found = self.answer.counts.get(state, 0)
        return f"{found}+" if found >= COUNTED else str(found)
