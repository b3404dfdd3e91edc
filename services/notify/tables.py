"""The tables of notify. Each has a committee and stands behind row-level security.

Each column about a person says so (`chassis/personal.py`); addresses are stored sealed.
"""

from sqlalchemy import (
    ARRAY,
    UUID,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from chassis.personal import INTERNAL, PERSONAL

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
    Column("title", Text, nullable=False, info=PERSONAL),
    Column("body", Text, nullable=False, info=PERSONAL),
    Column("matter", UUID, nullable=False),
    Column("task", Text),
    Column("task_id", UUID),
    Column("about", UUID),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("read_at", DateTime(timezone=True)),
    Column("posted_at", DateTime(timezone=True)),
)
"""What one person is told. The id is made from event and person, so one event tells one person once.

`task`, `task_id` and `about` only where it reminds of work; `posted_at` is when it was decided whether it is mailed.
"""

role_holder = Table(
    "role_holder",
    metadata,
    Column("committee", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("person", UUID, primary_key=True),
    Column("seen_at", DateTime(timezone=True), nullable=False),
)
"""Who acted in which role, as their tokens said when they signed in."""

member_person = Table(
    "member_person",
    metadata,
    Column("member_id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("person", UUID, nullable=False),
    Column("sector", Text, nullable=False),
    Column("serving", Boolean, nullable=False),
)
"""Members of each committee as members tells of them: a projection; whom a circular is for."""

preference = Table(
    "preference",
    metadata,
    Column("committee", Text, primary_key=True),
    Column("person", UUID, primary_key=True),
    Column("email", LargeBinary, info=PERSONAL),
    Column("pending", LargeBinary, info=PERSONAL),
    Column("code_digest", LargeBinary, info=PERSONAL),
    Column("code_at", DateTime(timezone=True)),
    Column("code_tries", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("without_mail", ARRAY(Text), nullable=False, info=INTERNAL),
    Column("quiet_from", Integer),
    Column("quiet_to", Integer),
    Column("digest_at", DateTime(timezone=True)),
)
"""How a person is reached in a committee; no row means: in the portal only. Addresses are sealed."""

mail = Table(
    "mail",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("person", UUID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False, info=PERSONAL),
    Column("content", Text, info=PERSONAL),
    Column("address", LargeBinary, info=PERSONAL),
    Column("task_id", UUID),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("claimed_until", DateTime(timezone=True)),
    Column("sent_at", DateTime(timezone=True)),
    Column("error", Text),
)
"""Mail that goes out or went out. The id is the Message-ID; the address is the person's when it is sent, and stands here
only where it is still to be confirmed."""

circular = Table(
    "circular",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False, info=INTERNAL),
    Column("audience", Text, nullable=False),
    Column("among", Text),
    Column("sent_by", UUID, nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=False),
    Column("told", Integer, nullable=False),
)
"""A circular; an aggregate. Who was told and who has read it stands in `notice`."""

subscription = Table(
    "subscription",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("agency", Text, nullable=False),
    Column("agency_name", Text, nullable=False, info=INTERNAL),
    Column("events", ARRAY(Text), nullable=False),
    Column("clearance", Text, nullable=False),
    Column("road", Text, nullable=False),
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
    Column("road", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("headers", Text),
    Column("content", Text),
    Column("sent_as", UUID),
    Column("attempts", Integer, nullable=False),
    Column("next_at", DateTime(timezone=True)),
    Column("claimed_until", DateTime(timezone=True)),
    Column("delivered_at", DateTime(timezone=True)),
    Column("repeats", Integer, nullable=False),
    Column("is_test", Boolean, nullable=False),
)
"""What was cut for an agency, and what became of it; the id is the webhook-id, the same for every attempt and replay.

`state` is that of the webhook road; by the account road it is `handed`, and the outbox row `sent_as` knows whether it is out.
"""

webhook = Table(
    "webhook",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("old_secret", LargeBinary),
    Column("old_until", DateTime(timezone=True)),
    Column("state", Text, nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False),
    Column("tested_at", DateTime(timezone=True)),
    Column("disabled_at", DateTime(timezone=True)),
)
"""Where a subscription's events are posted; its id is the subscription's, its secrets are sealed for that id."""

attempt = Table(
    "attempt",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("message_id", UUID, nullable=False),
    Column("subscription_id", UUID, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", Integer),
    Column("milliseconds", Integer, nullable=False),
    Column("words", Text, nullable=False, info=INTERNAL),
)
"""One attempt to post, and the first bytes of the answer."""

replay = Table(
    "replay",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("subscription_id", UUID, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("place_at", DateTime(timezone=True)),
    Column("place_id", UUID),
    Column("finished_at", DateTime(timezone=True)),
)
"""A span of time that an agency is told again, and how far that is."""

channel = Table(
    "channel",
    metadata,
    Column("subscription_id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("found", Boolean, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("in_hand", Integer, nullable=False),
    Column("looked_at", DateTime(timezone=True), nullable=False),
)
"""What waits at an agency's consumer on the bus, as a worker last saw it."""
