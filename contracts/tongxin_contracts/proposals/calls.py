"""提案前置: before a session the office calls for proposals and hints at topics, early enough to study them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tongxin_contracts.classification import Public
from tongxin_contracts.message import Answer, Command, Done, Event, Query, ShortText, Visibility
from tongxin_contracts.words import Category

HintTitle = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60)]
HintText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
HINTS_MAX = 100


class HintDraft(BaseModel):
    """A topic as the office words it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: HintTitle
    text: HintText = ""
    """What could be looked into, in a sentence or two."""
    category: Category


class TopicHint(Answer):
    """选题建议: a topic members may write about; nobody has to."""

    hint_id: Public[UUID]
    title: Public[str]
    text: Public[str]
    category: Public[Category]


class CallForProposals(Command, service="proposals", answer=Done):
    """征集提案: tell all members, more than one month before the session opens; refused later than that."""

    call_id: UUID
    year: int = Field(ge=2000, le=2100)
    """Which year's session it is for."""
    opens_on: date
    """The day that session opens."""
    closes_on: date
    """The last day for handing in; the session's opening at the latest."""
    document: ShortText
    """The name or the number of the notice it goes out with."""
    hints: list[HintDraft] = Field(min_length=1, max_length=HINTS_MAX)


class CallOpened(
    Event, service="proposals", aggregate="call", visibility=Visibility.AGENCIES, label="征集提案"
):
    """The committee calls for proposals to its next session."""

    call_id: Public[UUID]
    year: Public[int]
    opens_on: Public[date]
    closes_on: Public[date]
    document: Public[str]
    hints: Public[tuple[TopicHint, ...]]


class HintRow(TopicHint):
    """A topic, and what became of it."""

    proposals: Public[int]
    """Handed in on it; drafts are their authors' own and not counted."""
    filed: Public[int]


class CallRow(Answer):
    """A call with its topics."""

    call_id: UUID
    year: int
    opens_on: date
    closes_on: date
    document: str
    called_at: datetime
    is_open: bool
    """Until the end of `closes_on`."""
    hints: list[HintRow]


class CallsAnswer(Answer):
    """Calls, the newest first."""

    calls: list[CallRow]


class CallsForProposals(Query, service="proposals", answer=CallsAnswer):
    """The committee's calls: the last ten, or only those that are open."""

    only_open: bool = False
