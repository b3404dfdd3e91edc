"""Circulars (通知公告): a committee's office tells many people one thing, and sees who has read it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import Answer, Command, Event, LongText, Query, ShortText
from tongxin_contracts.permissions import ROLES
from tongxin_contracts.words import AudienceKind, Sector

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=80)]
Text = Annotated[LongText, StringConstraints(strip_whitespace=True, min_length=1)]


class SentCircular(Answer):
    """A circular went out."""

    circular_id: UUID
    told: int
    """How many people."""


class SendCircular(Command, service="notify", answer=SentCircular):
    """Tell all members of the committee, a sector of them, or whoever holds a role."""

    circular_id: UUID
    title: Title
    text: Text
    audience: AudienceKind = AudienceKind.MEMBERS
    among: ShortText | None = None
    """A sector or a role, by its value; None for all members."""

    @model_validator(mode="after")
    def _among_fits(self) -> "SendCircular":
        known: dict[AudienceKind, set[str | None]] = {
            AudienceKind.MEMBERS: {None},
            AudienceKind.SECTOR: {sector.value for sector in Sector},
            AudienceKind.ROLE: set(ROLES),
        }
        if self.among not in known[self.audience]:
            raise ValueError("请选择发送范围：全体委员、一个界别或一类人员")
        return self


class CircularSent(Event, service="notify", aggregate="circular"):
    """A circular went out; its text is in the notices."""

    circular_id: Public[UUID]
    title: Internal[str]
    audience: Internal[AudienceKind]
    among: Internal[str | None] = None
    told: Internal[int]


class Circular(Answer):
    """A circular, and how many have read it."""

    circular_id: UUID
    title: str
    text: str
    audience: AudienceKind
    among: str | None
    sent_by: UUID
    sent_at: datetime
    told: int
    read: int


class CircularsAnswer(Answer):
    """Circulars of the committee, the newest first."""

    circulars: list[Circular]
    next: str | None = None


class Circulars(Query, service="notify", answer=CircularsAnswer):
    """What the committee's offices told."""

    after: str | None = None
    limit: int = Field(default=20, ge=1, le=50)
