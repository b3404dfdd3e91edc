"""The tables of the liaison grid; they belong to the members service and stand behind row-level security.

A link ends and is never deleted, so an earlier year's grid can be shown; parties and rules are as they are now.
"""

from sqlalchemy import ARRAY, UUID, Boolean, Column, Date, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.personal import INTERNAL, PERSONAL
from services.members.tables import metadata

grid = Table(
    "grid",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
)
"""A committee's grid; an aggregate, and one a committee."""

party = Table(
    "link_party",
    metadata,
    Column("committee", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True, info=PERSONAL),
    Column("number", Integer, nullable=False),
    Column("person_id", UUID),
)
"""Whoever can be an end of a link."""

rule = Table(
    "link_rule",
    metadata,
    Column("committee", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False, info=INTERNAL),
    Column("from_kind", Text, nullable=False),
    Column("to_kind", Text, nullable=False),
    Column("per_from", Integer, nullable=False),
    Column("per_to", Integer, nullable=False),
)
"""Which kind looks after which, and how many."""

link = Table(
    "link",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("giver", Text, nullable=False, info=PERSONAL),
    Column("taker", Text, nullable=False, info=PERSONAL),
    Column("begins_on", Date, nullable=False),
    Column("ends_on", Date),
)
"""Who looks after whom; `ends_on` is the first day on which it holds no more."""

venue = Table(
    "venue",
    metadata,
    Column("committee", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True, info=INTERNAL),
    Column("has", ARRAY(Text), nullable=False),
)
"""A place to meet."""

held_consultation = Table(
    "held_consultation",
    metadata,
    Column("process_id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("on_day", Date, nullable=False),
    Column("solved", Boolean, nullable=False),
    Column("took_part", Integer, nullable=False),
)
"""A consultation concluded in a place, as consultation told it: a projection."""

inclusion = Table(
    "inclusion",
    metadata,
    Column("committee", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("document", Text, nullable=False),
    Column("on_day", Date, nullable=False),
    Column("lines", JSONB, nullable=False, info=PERSONAL),
)
"""An evaluation that a year's assessment was taken into; `lines` are `ConvenerLine` as JSON, as they were that day."""
