"""The tables of proposals. Each has a committee and stands behind row-level security."""

from sqlalchemy import ARRAY, UUID, Column, Date, DateTime, Integer, MetaData, Table, Text

from tongxin_contracts.words import Category, ProposalState

metadata = MetaData()

draft = Table(
    "draft",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("author", UUID, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    Column("title", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("analysis", Text, nullable=False),
    Column("suggestions", ARRAY(Text), nullable=False),
    Column("category", Text),
    Column("returned_because", Text),
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
)
"""A proposal that was handed in; an aggregate."""

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

STATES = {state.value: state for state in ProposalState}
CATEGORIES = {category.value: category for category in Category}
