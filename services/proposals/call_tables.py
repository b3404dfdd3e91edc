"""Calls for proposals and the topics they hint at."""

from sqlalchemy import UUID, Column, Date, DateTime, Integer, Table, Text

from chassis.personal import INTERNAL
from services.proposals.tables import metadata

call = Table(
    "call",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("year", Integer, nullable=False),
    Column("opens_on", Date, nullable=False),
    Column("closes_on", Date, nullable=False),
    Column("document", Text, nullable=False),
    Column("called_at", DateTime(timezone=True), nullable=False),
)
"""A call; an aggregate. Its topics never change after it went out."""

hint = Table(
    "hint",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("call_id", UUID, nullable=False),
    Column("place", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False, info=INTERNAL),
    Column("category", Text, nullable=False),
)
"""One topic of a call; drafts and proposals that follow it carry its id."""
