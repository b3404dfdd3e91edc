"""The liaison grid, venues, consultations held in places, and what was taken into evaluations.

Indexes: `link_open` keeps a pair from being linked twice at a time by one rule; `held_consultation_year` for a year's
assessment; the rest is small and found by its keys.
"""

from chassis.migrations import run_script
from chassis.schema import wall

revision = "0004"
down_revision = "0003"

TABLES = """
create table grid (
    id uuid primary key,
    committee text not null,
    version int not null
);

create table link_party (
    committee text not null,
    kind text not null,
    name text not null,
    number int not null,
    person_id uuid,
    primary key (committee, kind, name)
);

create table link_rule (
    committee text not null,
    code text not null,
    number int not null,
    name text not null,
    from_kind text not null,
    to_kind text not null,
    per_from int not null check (per_from > 0),
    per_to int not null check (per_to > 0),
    primary key (committee, code)
);

create table link (
    id uuid primary key,
    committee text not null,
    rule text not null,
    giver text not null,
    taker text not null,
    begins_on date not null,
    ends_on date check (ends_on > begins_on)
);
create unique index link_open on link (committee, rule, giver, taker) where ends_on is null;

create table venue (
    committee text not null,
    place text not null,
    kind text not null,
    name text not null,
    has text[] not null,
    primary key (committee, place, kind, name)
);

create table held_consultation (
    process_id uuid primary key,
    committee text not null,
    place text not null,
    title text not null,
    on_day date not null,
    solved boolean not null,
    took_part int not null
);
create index held_consultation_year on held_consultation (committee, on_day);

create table inclusion (
    committee text not null,
    year int not null,
    purpose text not null,
    document text not null,
    on_day date not null,
    lines jsonb not null,
    primary key (committee, year, purpose)
);
"""
WALLED = ("grid", "link_party", "link_rule", "link", "venue", "held_consultation", "inclusion")


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    run_script(TABLES + "".join(wall(table) for table in WALLED))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
