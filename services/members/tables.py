"""The tables of members. Each has a committee and stands behind row-level security.

A person is not a member is not an account: `person` is who somebody is, `member` is that they belong to a committee,
accounts are the portal's. Each column about a person says so (`chassis/personal.py`).
"""

from sqlalchemy import (
    UUID,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    Time,
)
from sqlalchemy.dialects.postgresql import JSONB

from chassis.personal import INTERNAL, PERSONAL, SENSITIVE

metadata = MetaData()

session = Table(
    "session",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("committee_name", Text, nullable=False, info=INTERNAL),
    Column("term", Integer, nullable=False),
    Column("session", Integer, nullable=False),
    Column("opens_on", Date, nullable=False),
    Column("cutoff_on", Date, nullable=False),
)
"""A session of a committee's term; an aggregate."""

person = Table(
    "person",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False, info=PERSONAL),
    Column("phone", Text, nullable=False, info=PERSONAL),
    Column("gender", Text, info=PERSONAL),
    Column("born", Date, info=PERSONAL),
    Column("party", LargeBinary, info=SENSITIVE),
    Column("erased_at", DateTime(timezone=True)),
)
"""Who somebody is; an aggregate. The committee is the one whose roster introduced them; `party` is sealed."""

member = Table(
    "member",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("person_id", UUID, nullable=False),
    Column("standing", Text, nullable=False),
    Column("sector", Text, nullable=False),
    Column("rank", Text, nullable=False),
    Column("special_committee", Text),
    Column("liaison_group", Text),
    Column("employer", Text, info=PERSONAL),
    Column("post", Text, info=PERSONAL),
)
"""A person's membership in a committee; an aggregate."""

scheme = Table(
    "scheme",
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
"""A points scheme as it was adopted; an aggregate. Never changed: another one is adopted after it."""

duty_fact = Table(
    "duty_fact",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("member_id", UUID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("on_day", Date, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("attendance", Text, nullable=False),
    Column("authors", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("share_role", Text, nullable=False),
    Column("evidence", Text, nullable=False, info=PERSONAL),
    Column("matter", UUID),
    Column("source_event", UUID),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("annulled_at", DateTime(timezone=True)),
    Column("annulled_because", Text, info=PERSONAL),
    Column("corrects", UUID),
)
"""The evidence of points, kept for ever; a correction strikes out and never deletes."""

duty_year = Table(
    "duty_year",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("year", Integer, nullable=False),
    Column("liaison_group", Text),
    Column("rule_version", Text, nullable=False),
    Column("passed", Integer, nullable=False),
    Column("below", Integer, nullable=False),
    Column("closed_at", DateTime(timezone=True), nullable=False),
)
"""One closing of a duty year, for the committee or one of its groups; an aggregate."""

year_result = Table(
    "year_result",
    metadata,
    Column("member_id", UUID, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("closing_id", UUID, nullable=False),
    Column("points", Numeric, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("floor", Numeric),
    Column("rule_version", Text, nullable=False),
    Column("explanation", Text, nullable=False, info=PERSONAL),
    Column("decided_by", Text),
    Column("decision", Text),
    Column("decision_reason", Text, info=PERSONAL),
    Column("decided_at", DateTime(timezone=True)),
)
"""How a member's year ended, by which scheme, and what was decided on it."""

roster_report = Table(
    "roster_report",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
)
"""What became of one import."""

roster_report_row = Table(
    "roster_report_row",
    metadata,
    Column("report_id", UUID, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("column", Text),
    Column("value", Text, info=PERSONAL),
    Column("problem", Text, nullable=False, info=PERSONAL),
    Column("remedy", Text, nullable=False),
)
"""What became of a row that did not simply go in; what stood in it may be personal."""

unit = Table(
    "unit",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False, info=INTERNAL),
    Column("short_name", Text, nullable=False, info=INTERNAL),
    Column("active", Boolean, nullable=False),
)
"""A handling unit (承办单位); an aggregate. Never deleted: a closed one stays for what it handled."""

unit_post = Table(
    "unit_post",
    metadata,
    Column("unit_id", UUID, primary_key=True),
    Column("person_id", UUID, primary_key=True),
    Column("duty", Text, primary_key=True),
    Column("committee", Text, nullable=False),
)
"""Who does what in a unit; the people are the portal's accounts and no members."""

appeal = Table(
    "appeal",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("member_id", UUID, nullable=False),
    Column("person_id", UUID, nullable=False),
    Column("year", Integer, nullable=False),
    Column("fact_id", UUID),
    Column("text", Text, nullable=False, info=PERSONAL),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("answer", Text, info=PERSONAL),
    Column("granted", Boolean),
    Column("correction", UUID),
    Column("answered_at", DateTime(timezone=True)),
)
"""A member says that their points are wrong, and what the office answered; an aggregate."""

duty_plan = Table(
    "duty_plan",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False, info=INTERNAL),
    Column("form", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("day_of_month", Integer, nullable=False),
    Column("half", Text, nullable=False),
    Column("shift", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("active", Boolean, nullable=False),
)
"""A duty that recurs every month; an aggregate."""

duty_day = Table(
    "duty_day",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("plan_id", UUID),
    Column("name", Text, nullable=False, info=INTERNAL),
    Column("form", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("on_day", Date, nullable=False),
    Column("begins", Time, nullable=False),
    Column("ends", Time, nullable=False),
    Column("place", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("invited", Integer),
    Column("present", Integer),
    Column("residents", Integer),
)
"""One day of duty, planned and then recorded; an aggregate."""

duty_post = Table(
    "duty_post",
    metadata,
    Column("day_id", UUID, primary_key=True),
    Column("member_id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("attendance", Text),
)
"""Who is on duty on a day, and how they met it."""

heard_matter = Table(
    "heard_matter",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("committee", Text, nullable=False),
    Column("day_id", UUID, nullable=False),
    Column("place", Integer, nullable=False),
    Column("text", Text, nullable=False, info=INTERNAL),
    Column("outcome", Text, nullable=False),
    Column("became", Text, nullable=False),
)
"""What residents brought forward on a day, and what became of it."""
