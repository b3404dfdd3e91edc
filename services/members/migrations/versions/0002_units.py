"""Handling units and what a member asks about points.

Indexes: `unit_name` so that a committee has each name once; `unit_post_unit` comes with its primary key;
`appeal_list` for the office's list and a member's own; `member_serving` for colleagues and the ranking.
"""

from chassis.migrations import run_script
from chassis.schema import wall

revision = "0002"
down_revision = "0001"

TABLES = """
create table unit (
    id uuid primary key,
    committee text not null,
    version int not null,
    name text not null,
    short_name text not null,
    active boolean not null
);
create unique index unit_name on unit (committee, name);

create table unit_post (
    unit_id uuid not null references unit (id) on delete cascade,
    person_id uuid not null,
    duty text not null,
    committee text not null,
    primary key (unit_id, person_id, duty)
);

create table appeal (
    id uuid primary key,
    committee text not null,
    version int not null,
    member_id uuid not null references member (id),
    person_id uuid not null,
    year int not null,
    fact_id uuid,
    text text not null,
    made_at timestamptz not null,
    answer text,
    granted boolean,
    correction uuid,
    answered_at timestamptz
);
create index appeal_list on appeal (committee, made_at desc, id);
create index appeal_member on appeal (member_id);

create index member_serving on member (committee, standing, person_id);

alter table duty_fact add column corrects uuid references duty_fact (id);
"""
WALLED = ("unit", "unit_post", "appeal")


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    run_script(TABLES + "".join(wall(table) for table in WALLED))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
