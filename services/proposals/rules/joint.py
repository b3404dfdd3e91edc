"""联名: whose names may stand under a text, and whether they confirmed this very text.

Always holds: a proposal is handed in with the names of exactly those who confirmed the text that is handed in, its
files included; somebody who has not answered, or who confirmed another text, is named and nothing is lost.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tongxin_contracts.refusals import FieldError, FieldsRefused
from tongxin_contracts.words import Category, InvitationState, ProposalKind

from .text import ProposalText, tidied

CO_PROPOSERS_MAX: Final = 30
"""Names under one proposal, besides the first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who was asked, and what they said to which text."""

    person: UUID
    state: InvitationState
    digest: str | None
    """Of the text confirmed."""


def text_digest(text: ProposalText, category: Category | None, files: Iterable[str]) -> str:
    """What a confirmation is of: every word as it is handed in, the category and the files, in any order."""
    tidy = tidied(text)
    content = [tidy.title, tidy.facts, tidy.analysis, *tidy.suggestions]
    said = json.dumps([content, category, sorted(files)], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def confirmed(asked: Sequence[Asked], digest: str) -> tuple[UUID, ...]:
    """The co-proposers, in the order they were asked; raises FieldsRefused naming whom to ask, wait for or leave out."""
    errors = [
        FieldError(f"co_proposers.{one.person}", message)
        for one in asked
        if (message := _obstacle(one, digest))
    ]
    if errors:
        raise FieldsRefused("还有联名人没有确认现在的文本；已写的内容不会丢失。", tuple(errors))
    return tuple(one.person for one in asked if one.state is InvitationState.ACCEPTED)


def kind_of(co_proposers: Sequence[UUID]) -> ProposalKind:
    """Joint as soon as one other name stands under it."""
    return ProposalKind.JOINT if co_proposers else ProposalKind.INDIVIDUAL


def _obstacle(one: Asked, digest: str) -> str | None:
    if one.state is InvitationState.INVITED:
        return "还没有答复联名邀请：请等待对方确认，或取消邀请后再提交。"
    if one.state is InvitationState.ACCEPTED and one.digest != digest:
        return "确认之后文本有改动：请再次征求对方确认，或取消邀请后再提交。"
    return None
