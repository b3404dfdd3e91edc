"""The portal's own tables: accounts and sessions, and what it shows of members.

They stand outside row-level security on purpose: an account acts in several committees, and which ones is what these
tables say. Nothing of another service's content is kept here except names.
"""

from sqlalchemy import ARRAY, UUID, Boolean, Column, DateTime, Integer, LargeBinary, MetaData, Table, Text

from chassis.personal import INTERNAL, PERSONAL

metadata = MetaData()

account = Table(
    "account",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("login", Text, nullable=False, info=PERSONAL),
    Column("person_id", UUID, nullable=False),
    Column("name", Text, nullable=False, info=PERSONAL),
    Column("password_hash", Text, info=PERSONAL),
    Column("must_change", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", DateTime(timezone=True)),
    Column("last_sign_in", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("made_at", DateTime(timezone=True), nullable=False),
)
"""What somebody signs in with; without a password hash nobody can yet."""

membership = Table(
    "membership",
    metadata,
    Column("account_id", UUID, primary_key=True),
    Column("committee", Text, primary_key=True),
    Column("person_id", UUID, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("confirmed", Boolean, nullable=False),
)
"""Where an account may act, as whom and as what; an unconfirmed one waits for the administrator.

The one whose person is the account's own is its home: only that committee's administrator gives it another password.
"""

former_member = Table(
    "former_member",
    metadata,
    Column("person_id", UUID, primary_key=True),
    Column("committee", Text, primary_key=True),
)
"""Who is a member no more: a projection; their memberships are read without that role."""

session = Table(
    "session",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("account_id", UUID, nullable=False),
    Column("csrf", Text, nullable=False),
    Column("committee", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("last_seen", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("flash", Text),
)
"""A signed-in browser; the cookie's value is stored as its digest only."""

person = Table(
    "person",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("name", Text, nullable=False, info=PERSONAL),
    Column("erased_at", DateTime(timezone=True)),
)
"""Names by person, from the PERSON stream and from accounts of staff."""

committee = Table(
    "committee",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False, info=INTERNAL),
)
"""Committees by code, as their sessions name them: a projection."""

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("account_id", UUID),
    Column("by_account", UUID),
    Column("what", Text, nullable=False),
    Column("detail", Text),
)
"""Who signed in, who changed which account; rows are only added."""
