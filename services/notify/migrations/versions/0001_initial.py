"""The first tables of notify.

Indexes: `todo_person` and `todo_role` for one's open work by its deadline; `notice_newest` for one's notices;
`notice_unread` for their number; `subscription_active` for what an event must be cut for; `delivery_newest` for the
agencies page.
"""

from chassis.migrations import create_chassis_tables, run_script
from chassis.schema import wall

revision = "0001"
down_revision = None

TABLES = """
create table todo (
    task_id uuid primary key,
    committee text not null,
    kind text not null,
    title text not null,
    matter uuid not null,
    person uuid,
    role text,
    due_at timestamptz,
    opened_at timestamptz not null,
    closed_at timestamptz,
    check (person is not null or role is not null)
);
create index todo_person on todo (person, due_at) where closed_at is null and person is not null;
create index todo_role on todo (committee, role, due_at) where closed_at is null and role is not null;

create table notice (
    id uuid primary key,
    committee text not null,
    person uuid not null,
    kind text not null,
    title text not null,
    body text not null,
    matter uuid not null,
    at timestamptz not null,
    read_at timestamptz
);
create index notice_newest on notice (person, committee, at desc, id desc);
create index notice_unread on notice (person, committee) where read_at is null;

create table subscription (
    id uuid primary key,
    committee text not null,
    version int not null,
    agency text not null,
    agency_name text not null,
    events text[] not null,
    clearance text not null,
    since timestamptz not null,
    ended_at timestamptz
);
create index subscription_active on subscription (committee) where ended_at is null;
create unique index subscription_once on subscription (committee, agency) where ended_at is null;

create table delivery (
    message_id uuid primary key,
    committee text not null,
    subscription_id uuid not null,
    event_id uuid not null,
    event text not null,
    title text,
    at timestamptz not null
);
create index delivery_newest on delivery (subscription_id, at desc);
"""


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    create_chassis_tables()
    run_script(TABLES + "".join(wall(table) for table in ("todo", "notice", "subscription", "delivery")))


def downgrade() -> None:
    """There is nothing before the first revision."""
    raise NotImplementedError("restore a backup instead of going below the first revision")
