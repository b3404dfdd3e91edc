"""What consultation brought back to proposals."""

from sqlalchemy import UUID, Boolean, Column, DateTime, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.personal import INTERNAL
from services.proposals.tables import metadata

evidence = Table(
    "evidence",
    metadata,
    Column("process_id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("proposal_id", UUID, nullable=False),
    Column("template_name", Text, nullable=False, info=INTERNAL),
    Column("outcome", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("consensus", Boolean, nullable=False),
    Column("rating", Text),
    Column("documents", JSONB, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""What one consultation on a proposal came to; one row a process, never changed."""
