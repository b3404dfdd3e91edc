"""Tables of writing together and of review in rounds, beside those of `tables.py`."""

from sqlalchemy import UUID, Boolean, Column, DateTime, Integer, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.personal import INTERNAL, PERSONAL
from services.proposals.tables import metadata

committee_member = Table(
    "committee_member",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("person_id", UUID, nullable=False),
    Column("serving", Boolean, nullable=False),
)
"""Who serves in the committee, as members tells: a projection."""

invitation = Table(
    "invitation",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("draft_id", UUID, nullable=False),
    Column("title", Text, nullable=False, info=PERSONAL),
    Column("first_proposer", UUID, nullable=False),
    Column("person", UUID, nullable=False),
    Column("place", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("text_digest", Text, info=INTERNAL),
    Column("invited_at", DateTime(timezone=True), nullable=False),
    Column("answered_at", DateTime(timezone=True)),
)
"""Somebody asked to be a co-proposer; an aggregate, one for each draft and person, in the order names will stand. The digest is of the text confirmed."""

attachment = Table(
    "attachment",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("proposal_id", UUID, nullable=False),
    Column("filename", Text, nullable=False, info=PERSONAL),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("content", LargeBinary, nullable=False, info=PERSONAL),
    Column("added_at", DateTime(timezone=True), nullable=False),
)
"""A file of a draft or proposal. Content stands here because the object store forgets after a day."""

review_scheme = Table(
    "review_scheme",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("rule_version", Text, nullable=False),
    Column("name", Text, nullable=False, info=INTERNAL),
    Column("source", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("adopted_at", DateTime(timezone=True), nullable=False),
)
"""How a committee reviews; an aggregate, never changed afterwards. The one adopted last is in force."""

recommendation = Table(
    "recommendation",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("proposal_id", UUID, nullable=False),
    Column("submission", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("round_name", Text, nullable=False, info=INTERNAL),
    Column("person", UUID),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("ground", Text),
    Column("reason", Text, nullable=False),
    Column("disputed", Boolean, nullable=False),
    Column("into_id", UUID),
    Column("target", Text),
    Column("rule_version", Text, nullable=False),
)
"""What each round said, the deciding one included; rows are only added."""

review_note = Table(
    "review_note",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("proposal_id", UUID, nullable=False),
    Column("person", UUID, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("note", Text, nullable=False, info=INTERNAL),
)
"""Remarks among reviewers."""
