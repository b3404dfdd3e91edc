"""How a person is reached besides the portal: preferences, the address, and the mail that was sent.

Always holds: an address travels only in a request of the person it belongs to and in the answer to that person; no
event carries it.
"""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field, StringConstraints

from tongxin_contracts.message import Answer, Command, Query
from tongxin_contracts.words import Digest, MailState, NoticeKind

Address = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=200,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+$",
    ),
]
"""A mail address as mail servers take it everywhere."""
Hour = Annotated[int, Field(ge=0, le=23)]


class PreferencesAnswer(Answer):
    """How one is reached; what nobody set yet is as it is for everybody."""

    email: str | None = None
    """The confirmed address, None for nobody's."""
    pending: str | None = None
    """An address that waits to be confirmed."""
    digest: Digest = Digest.OFF
    without_mail: list[NoticeKind] = Field(default=[])
    """Kinds that are shown in the portal only."""
    quiet_from: int | None = None
    quiet_to: int | None = None
    """Hours in Asia/Shanghai between which no mail is sent; both or none."""


class Preferences(Query, service="notify", answer=PreferencesAnswer):
    """How one is reached."""


class PreferencesSet(Answer):
    """They are kept; the address is not repeated, for answers of commands are stored."""

    to_confirm: bool
    """Whether a code was sent to a new address."""


class SetPreferences(Command, service="notify", answer=PreferencesSet):
    """Say how one wants to be reached; a new address counts when it is confirmed."""

    email: Address | None = None
    """None: no mail any more."""
    digest: Digest = Digest.OFF
    without_mail: list[NoticeKind] = Field(default=[], max_length=100)
    quiet_from: Hour | None = None
    quiet_to: Hour | None = None


class EmailConfirmed(Answer):
    """Whether the code was right; a wrong one is counted."""

    confirmed: bool
    tries_left: int


class ConfirmEmail(Command, service="notify", answer=EmailConfirmed):
    """Give back the code that was sent to the address: it is one's own."""

    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=40)]


class ShownRoles(Answer):
    """Nothing to say."""


class ShowRoles(Command, service="notify", answer=ShownRoles):
    """Have one's roles in the committee noted, as the token says them: who holds a role is told of its overdue work.

    The portal asks it when somebody signs in or changes the committee.
    """


class Mail(Answer):
    """One mail, without its address and text."""

    mail_id: UUID
    person: UUID
    subject: str
    state: MailState
    attempts: int
    made_at: datetime
    next_at: datetime | None
    """When it is tried next; None when it is not."""
    sent_at: datetime | None
    error: str | None
    """What the mail server said last."""


COUNTED: Final = 1_000


class MailsAnswer(Answer):
    """Mail of the committee, what did not go out on top."""

    server_set: bool
    """Whether this installation has a mail server; without one mail waits."""
    counts: dict[MailState, int]
    """Of each state, counted up to `COUNTED`: so many, or more."""
    mails: list[Mail]


class Mails(Query, service="notify", answer=MailsAnswer):
    """What became of the committee's mail."""

    state: MailState | None = None
    limit: int = Field(default=50, ge=1, le=100)


class MailsRetried(Answer):
    """How many are tried again."""

    retried: int


class RetryMails(Command, service="notify", answer=MailsRetried):
    """Try mail again that was given up."""

    mails: list[UUID] = Field(min_length=1, max_length=100)
