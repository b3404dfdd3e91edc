"""The tables of consultation. Each has a committee and stands behind row-level security."""

from sqlalchemy import UUID, Column, DateTime, Integer, MetaData, Table, Text

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
    Column("proposal_id", UUID, nullable=False),
    Column("proposal_number", Text, nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("taken_by", Text, nullable=False),
)
"""A topic of the committee; an aggregate."""
