"""Handling of filed proposals: the aggregate, which unit has which part, and units as members tells of them.

Indexes: `handling_list` for the office's list by state; `allocation_desk` for a unit's desk in the order of its dates;
`unit_post_person` for what somebody is in which unit.
"""

from chassis.migrations import run_script
from chassis.schema import wall

revision = "0002"
down_revision = "0001"

TABLES = """
create table handling (
    id uuid primary key,
    committee text not null,
    version int not null,
    proposal_id uuid not null unique,
    state text not null,
    round int not null,
    object_by timestamptz,
    dispatched_at timestamptz,
    lead_unit uuid,
    due_at timestamptz,
    reply_class text,
    replied_at timestamptz,
    closed_at timestamptz
);
create index handling_list on handling (committee, state, due_at, id);

create table allocation (
    id uuid primary key,
    committee text not null,
    handling_id uuid not null references handling (id) on delete cascade deferrable initially deferred,
    unit_id uuid not null,
    part text not null,
    state text not null,
    proposed_at timestamptz not null,
    return_reason text,
    return_answer text,
    due_at timestamptz,
    extended boolean not null default false,
    signed_at timestamptz,
    signed_by uuid,
    done_at timestamptz
);
create index allocation_handling on allocation (handling_id);
create index allocation_desk on allocation (unit_id, due_at, id) where done_at is null and state <> 'replaced';

create table unit (
    id uuid primary key,
    committee text not null,
    name text not null,
    short_name text not null,
    active boolean not null
);

create table unit_post (
    unit_id uuid not null,
    person_id uuid not null,
    duty text not null,
    committee text not null,
    primary key (unit_id, person_id, duty)
);
create index unit_post_person on unit_post (person_id);
"""


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    run_script(TABLES + "".join(wall(table) for table in ("handling", "allocation", "unit", "unit_post")))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
