"""What consultation can be asked to tell."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import PAGE_SIZE, Answer, Query
from tongxin_contracts.words import Category


class Candidate(Answer):
    """A filed proposal that could become a topic."""

    proposal_id: Public[UUID]
    number: Public[str]
    title: Public[str]
    category: Public[Category]
    filed_at: Public[datetime]


class Topic(Answer):
    """A topic of the committee."""

    topic_id: Public[UUID]
    title: Public[str]
    proposal_id: Public[UUID]
    proposal_number: Public[str]
    taken_at: Public[datetime]
    taken_by: Internal[str]


class TopicsAnswer(Answer):
    """Topics and what could become one, the newest first."""

    topics: list[Topic]
    candidates: list[Candidate]


class Topics(Query, service="consultation", answer=TopicsAnswer):
    """The committee's topics and the filed proposals that could become one."""

    limit: int = Field(default=50, ge=1, le=PAGE_SIZE)
