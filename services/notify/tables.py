"""The tables of notify. Each has a committee and stands behind row-level security."""

from sqlalchemy import ARRAY, UUID, Column, DateTime, Integer, MetaData, Table, Text

metadata = MetaData()

todo = Table(
    "todo",
    metadata,
    Column("task_id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("matter", UUID, nullable=False),
    Column("person", UUID),
    Column("role", Text),
    Column("unit", UUID),
    Column("about", UUID),
    Column("due_at", DateTime(timezone=True)),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
)
"""Everybody's work to do: the one table that pages and reminders read (decision 20)."""

unit_post = Table(
    "unit_post",
    metadata,
    Column("unit_id", UUID, primary_key=True),
    Column("person_id", UUID, primary_key=True),
    Column("duty", Text, primary_key=True),
    Column("committee", Text, nullable=False),
)
"""Who does what in which unit, as members tells of it: a projection; whose a unit's work is follows from it."""

notice = Table(
    "notice",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("person", UUID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("matter", UUID, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("read_at", DateTime(timezone=True)),
)
"""What one person is told. The id is made from event and person, so one event tells one person once."""

subscription = Table(
    "subscription",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("agency", Text, nullable=False),
    Column("agency_name", Text, nullable=False),
    Column("events", ARRAY(Text), nullable=False),
    Column("clearance", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
)
"""What an agency is told of one committee's events; an aggregate."""

delivery = Table(
    "delivery",
    metadata,
    Column("message_id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("subscription_id", UUID, nullable=False),
    Column("event_id", UUID, nullable=False),
    Column("event", Text, nullable=False),
    Column("title", Text),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""What was cut for an agency, and when."""
