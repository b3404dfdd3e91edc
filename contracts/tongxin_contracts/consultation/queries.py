"""What consultation can be asked to tell of topics; plans, templates and processes have modules of their own."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.message import PAGE_SIZE, Answer, Query
from tongxin_contracts.words import Category, TopicSource, TopicState


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
    proposal_id: Public[UUID | None]
    """None for one that came from elsewhere."""
    proposal_number: Public[str | None]
    taken_at: Public[datetime]
    """When it was taken, or put forward."""
    taken_by: Internal[str]
    state: Public[TopicState] = TopicState.TAKEN
    source: Public[TopicSource] = TopicSource.PROPOSAL
    studied: Internal[bool] = False
    """Whether its pre-feasibility is whole."""
    year: Public[int | None] = None
    month: Public[int | None] = None
    """Where the plan has it."""
    processes: Public[int] = 0


class TopicsAnswer(Answer):
    """Topics and what could become one, the newest first."""

    topics: list[Topic]
    candidates: list[Candidate]


class Topics(Query, service="consultation", answer=TopicsAnswer):
    """The committee's topics and the filed proposals that could become one."""

    limit: int = Field(default=50, ge=1, le=PAGE_SIZE)
