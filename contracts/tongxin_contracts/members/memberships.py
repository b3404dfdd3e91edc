"""Putting right who a member is, one member at a time: the phone they sign in with, and a membership that goes on."""

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from tongxin_contracts.message import Command, Done, ShortText


class ChangePhone(Command, service="members", answer=Done):
    """Give a member another phone; it is what they sign in with and where they are reached."""

    member_id: UUID
    phone: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
    reason: ShortText


class ReadmitMember(Command, service="members", answer=Done):
    """Take somebody back who was a member before; their record goes on."""

    member_id: UUID
    reason: ShortText
