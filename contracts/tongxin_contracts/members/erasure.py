"""Erasing a person (PIPL art. 47): what it takes, what it asks, and the fact that it was done.

Always holds: nothing here carries what is erased except the answer to who may erase; the event names ids alone, so that
every service, and every agency that kept an id, can let go of what it holds.
"""

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import Answer, Command, Done, Event, Query, ShortText, Visibility
from tongxin_contracts.words import ErasureGround, MemberStanding

ERASED_NAME = "已删除的人员"
"""What stands where the name was: on pages, in lists of proposers, in grids."""


class PersonErased(
    Event, service="members", aggregate="member", visibility=Visibility.AGENCIES, label="个人信息删除"
):
    """Everything personal of somebody who was a member is gone; whoever keeps something of theirs lets go of it."""

    member_id: Public[UUID]
    person_id: Internal[UUID]


class ErasePerson(Command, service="members", answer=Done):
    """Erase what is known of a person who is a member no more; what is record stays, without the name."""

    member_id: UUID
    ground: ErasureGround
    reason: ShortText
    """Goes into the history; must not name the person."""
    confirmation: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
    """The person's name, typed by whoever erases: the second confirmation."""


class ErasureSheetAnswer(Answer):
    """Who would be erased, and what stands in the way."""

    member_id: UUID
    name: str
    standing: MemberStanding
    erased: bool
    obstacles: list[str]
    """In words, each with what to do; empty when it can be done."""


class ErasureSheet(Query, service="members", answer=ErasureSheetAnswer):
    """Look at what erasing a member would meet, before it is done."""

    member_id: UUID
