"""The tables of consultation. Each has a committee and stands behind row-level security."""

from sqlalchemy import (
    ARRAY,
    UUID,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from chassis.personal import INTERNAL, PERSONAL

metadata = MetaData()

candidate = Table(
    "candidate",
    metadata,
    Column("proposal_id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("filed_at", DateTime(timezone=True), nullable=False),
    Column("topic_id", UUID),
    Column("proposers", ARRAY(UUID), nullable=False),
)
"""A filed proposal as its event told it: a projection, and the topic that was made of it, if one was."""

topic = Table(
    "topic",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("proposal_id", UUID),
    Column("proposal_number", Text),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("taken_by", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("brought_by", Text, nullable=False, info=PERSONAL),
    Column("proposed_by", UUID),
    Column("study", JSONB, nullable=False),
    Column("reason", Text),
)
"""A topic of the committee; an aggregate. `study` is the pre-feasibility, a `Study` as JSON."""

plan = Table(
    "plan",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("year", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("max_topics", Integer, nullable=False),
    Column("approved_by", Text),
    Column("document_number", Text),
    Column("approved_on", Date),
    Column("published_at", DateTime(timezone=True)),
    Column("returned_because", Text),
)
"""A year's consultation plan; an aggregate."""

plan_item = Table(
    "plan_item",
    metadata,
    Column("topic_id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("plan_id", UUID, nullable=False),
    Column("month", Integer, nullable=False),
    Column("form", Text, nullable=False),
)
"""A topic in a plan; a topic is in one plan."""

template = Table(
    "template",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False, info=INTERNAL),
    Column("edition", Integer, nullable=False),
)
"""A template a committee works by; an aggregate. What it says is in its editions."""

template_edition = Table(
    "template_edition",
    metadata,
    Column("template_id", UUID, primary_key=True),
    Column("edition", Integer, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("source", Text, nullable=False),
    Column("adopted_at", DateTime(timezone=True), nullable=False),
    Column("adopted_by", Text, nullable=False),
)
"""What a template said from a time on; never changed, because processes go by it to their end."""

process = Table(
    "process",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("matter", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("template_id", UUID, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("topic_id", UUID),
    Column("proposal_id", UUID),
    Column("proposers", ARRAY(UUID), nullable=False),
    Column("unit_id", UUID),
    Column("step", Text),
    Column("run", Integer, nullable=False),
    Column("steps_done", Integer, nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("surveyed", Boolean, nullable=False),
    Column("consensus", Boolean),
    Column("rating", Text),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("started_by", Text, nullable=False),
    Column("outcome", Text),
    Column("summary", Text),
    Column("concluded_at", DateTime(timezone=True)),
    Column("entry", Text),
    Column("party", Text, nullable=False, info=INTERNAL),
    Column("place", Text, nullable=False),
    Column("venue", Text, nullable=False),
)
"""A consultation by one edition of a template; an aggregate. `step` is the one under way, `run` its count over all."""

step_run = Table(
    "step_run",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("process_id", UUID, nullable=False),
    Column("run", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("done_at", DateTime(timezone=True)),
    Column("done_by", Text),
    Column("on_behalf", Boolean, nullable=False),
    Column("outcome", Text),
    Column("entries", JSONB, nullable=False),
)
"""One time that a step was under way, and what was written down at its end."""

step_person = Table(
    "step_person",
    metadata,
    Column("process_id", UUID, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("person_id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
)
"""Who was named to do a step, or took it: whoever of the members accepts a matter goes on with it."""

process_team = Table(
    "process_team",
    metadata,
    Column("process_id", UUID, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("name", Text, nullable=False, info=PERSONAL),
    Column("person_id", UUID),
)
"""Who takes part in a consultation: the fixed team and those who join for this once."""

document = Table(
    "document",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("process_id", UUID, nullable=False),
    Column("run", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("added_by", Text, nullable=False),
)
"""A file that belongs to a step; kept for good."""

unit = Table(
    "unit",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("name", Text, nullable=False, info=INTERNAL),
    Column("active", Boolean, nullable=False),
)
"""A handling unit as members tells of it: a projection."""

unit_post = Table(
    "unit_post",
    metadata,
    Column("unit_id", UUID, primary_key=True),
    Column("person_id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
)
"""Who works in a unit: a projection."""
