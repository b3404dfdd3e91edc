"""What is kept of a handling beside its row and its allocations. Each has a committee and stands behind the wall.

Rows are changed only under the lock of their handling, so they need no version of their own.
"""

from sqlalchemy import UUID, Boolean, Column, Date, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.personal import INTERNAL, PERSONAL
from services.proposals.tables import handling, metadata
from tongxin_contracts.words import ReplyStage

responsibility = Table(
    "responsibility",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("handling_id", UUID, nullable=False),
    Column("suggestion", Integer, nullable=False),
    Column("what", Text, nullable=False),
    Column("who", Text, nullable=False, info=PERSONAL),
    Column("due_on", Date, nullable=False),
    Column("done_at", DateTime(timezone=True)),
    Column("evidence", Text),
)
"""A line of the responsibility list; with its evidence it is a line of the result list (row 44)."""

opinion = Table(
    "opinion",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("handling_id", UUID, nullable=False),
    Column("unit_id", UUID, nullable=False),
    Column("round", Integer, nullable=False),
    Column("text", Text, nullable=False, info=INTERNAL),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", UUID, nullable=False),
)
"""What a co-handler writes to the lead unit; the id is made from handling, unit and round."""

talk = Table(
    "talk",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("handling_id", UUID, nullable=False),
    Column("round", Integer, nullable=False),
    Column("form", Text, nullable=False),
    Column("on_day", Date, nullable=False),
    Column("with_whom", Text, nullable=False, info=PERSONAL),
    Column("summary", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", UUID, nullable=False),
)
"""A talk with the proposer before a reply."""

reply = Table(
    "reply",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("handling_id", UUID, nullable=False),
    Column("round", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("opening", Text, nullable=False),
    Column("lines", JSONB, nullable=False),
    Column("closing", Text, nullable=False),
    Column("remarks", Text),
    Column("letter_number", Text),
    Column("reply_class", Text),
    Column("drafted_by", UUID, nullable=False),
    Column("checked_by", UUID),
    Column("signed_by", UUID),
    Column("signed_at", DateTime(timezone=True)),
)
"""The reply of one round; the id is made from handling and round. `lines` as `ReplyLineDraft` has them."""

extension = Table(
    "extension",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("handling_id", UUID, nullable=False),
    Column("unit_id", UUID, nullable=False),
    Column("allocation_id", UUID, nullable=False),
    Column("round", Integer, nullable=False),
    Column("until_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("granted", Boolean),
    Column("answer_text", Text, info=INTERNAL),
)
"""More time that a unit asked for; the id is made from allocation and round: once a round."""

UNDECIDED = (
    (extension.c.handling_id == handling.c.id)
    & (extension.c.round == handling.c.round)
    & extension.c.granted.is_(None)
)
"""Joins a handling with what its lead unit asked for in this round and nobody has decided."""

letter_series = Table(
    "letter_series",
    metadata,
    Column("unit_id", UUID, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("last_serial", Integer, nullable=False),
)
"""The last letter number a unit gave in a year; its row lock makes numbers gapless."""

dispatch_rules = Table(
    "dispatch_rules",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("object_days", Integer, nullable=False),
    Column("answer_days", Integer, nullable=False),
    Column("lead_months", Integer, nullable=False),
    Column("co_months", Integer, nullable=False),
    Column("source", Text, nullable=False),
)
"""The committee's own times; an aggregate, one a committee."""

REPLY_STAGES = {stage.value: stage for stage in ReplyStage}
