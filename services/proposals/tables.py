"""The tables of proposals. Each has a committee and stands behind row-level security."""

from sqlalchemy import UUID, Boolean, Column, Date, DateTime, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.personal import INTERNAL, PERSONAL
from tongxin_contracts.words import Category, HandlingState, ProposalState

metadata = MetaData()

draft = Table(
    "draft",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("author", UUID, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    Column("title", Text, nullable=False, info=PERSONAL),
    Column("facts", Text, nullable=False, info=PERSONAL),
    Column("analysis", Text, nullable=False, info=PERSONAL),
    Column("suggestions", ARRAY(Text), nullable=False, info=PERSONAL),
    Column("category", Text),
    Column("returned_because", Text, info=PERSONAL),
    Column("hint_id", UUID),
)
"""What one person is writing; nobody else sees it. The id becomes the proposal's."""

proposal = Table(
    "proposal",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("analysis", Text, nullable=False),
    Column("suggestions", ARRAY(Text), nullable=False),
    Column("first_proposer", UUID, nullable=False),
    Column("co_proposers", ARRAY(UUID), nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("review_due_at", DateTime(timezone=True)),
    Column("decided_at", DateTime(timezone=True)),
    Column("decided_by_rule", Text),
    Column("number", Text),
    Column("term", Integer),
    Column("session", Integer),
    Column("serial", Integer),
    Column("ground", Text),
    Column("explanation", Text),
    Column("scheme_id", UUID),
    Column("round", Integer, nullable=False),
    Column("round_name", Text, info=INTERNAL),
    Column("seats", ARRAY(Text), nullable=False),
    Column("disputed", Boolean, nullable=False),
    Column("submission", Integer, nullable=False),
    Column("joined", ARRAY(UUID), nullable=False),
    Column("merged_into", UUID),
    Column("converted_to", Text),
    Column("hint_id", UUID),
    Column("handled", Boolean, nullable=False, default=False),
)
"""A proposal that was handed in; an aggregate.

`scheme_id` is the review scheme in force when it was handed in, None where there was none; `seats` are the roles of its
round; `joined` are co-proposers who came with proposals merged into this one; `hint_id` is the topic of a call it follows.
"""

co_proposer = Table(
    "co_proposer",
    metadata,
    Column("person", UUID, primary_key=True),
    Column("proposal_id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
)
"""`proposal.co_proposers` once more, so that one's own are found without reading all; and `proposal.handled` says that
there is a handling. The database keeps both, nobody else writes them."""

session = Table(
    "session",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("term", Integer, nullable=False),
    Column("session", Integer, nullable=False),
    Column("cutoff_on", Date, nullable=False),
)
"""Sessions as members opened them: a projection."""

numbering = Table(
    "numbering",
    metadata,
    Column("committee", Text, primary_key=True),
    Column("term", Integer, primary_key=True),
    Column("session", Integer, primary_key=True),
    Column("last_serial", Integer, nullable=False),
)
"""The last number given in a committee's session; its row lock is what makes numbers gapless."""

handling = Table(
    "handling",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("proposal_id", UUID, nullable=False),
    Column("state", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("object_by", DateTime(timezone=True)),
    Column("dispatched_at", DateTime(timezone=True)),
    Column("lead_unit", UUID),
    Column("due_at", DateTime(timezone=True)),
    Column("reply_class", Text),
    Column("replied_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
)
"""The handling of one filed proposal; an aggregate. `round` is 1, or 2 while it is handled again."""

allocation = Table(
    "allocation",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("handling_id", UUID, nullable=False),
    Column("unit_id", UUID, nullable=False),
    Column("part", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("return_reason", Text),
    Column("return_answer", Text),
    Column("due_at", DateTime(timezone=True)),
    Column("extended", Boolean, nullable=False, default=False),
    Column("signed_at", DateTime(timezone=True)),
    Column("signed_by", UUID),
    Column("done_at", DateTime(timezone=True)),
)
"""A unit's part in a handling; changed only under the handling's lock. Replaced ones stay, so that nothing is forgotten."""

unit = Table(
    "unit",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("name", Text, nullable=False, info=INTERNAL),
    Column("short_name", Text, nullable=False, info=INTERNAL),
    Column("active", Boolean, nullable=False),
)
"""Handling units as members tells of them: a projection."""

unit_post = Table(
    "unit_post",
    metadata,
    Column("unit_id", UUID, primary_key=True),
    Column("person_id", UUID, primary_key=True),
    Column("duty", Text, primary_key=True),
    Column("committee", Text, nullable=False),
)
"""Who does what in which unit: a projection; the second question after the role's permission."""

STATES = {state.value: state for state in ProposalState}
CATEGORIES = {category.value: category for category in Category}
HANDLING_STATES = {state.value: state for state in HandlingState}
