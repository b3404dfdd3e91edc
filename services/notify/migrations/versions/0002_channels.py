"""Mail, preferences, reminders, digests, circulars, who is in which unit.

Workers of notify (sending, reminding, digests) do rounds for all committees. `known_committee` tells them which there
are, and nothing else: triggers fill it, whoever writes a row. Indexes: `todo_unit` for a unit's open work; `todo_due`
for reminders; `unit_post_person` for what somebody is in which unit; `member_person_serving` for whom a circular is for;
`preference_digest`, `notice_unposted` and `mail_due` for what a worker does next; `notice_circular` for how many have read
one; `mail_newest` and `circular_newest` for their pages.
"""

from chassis.migrations import run_script
from chassis.schema import wall

revision = "0002"
down_revision = "0001"

TABLES = """
alter table todo add column unit uuid, add column about uuid;
create index todo_unit on todo (unit, due_at) where closed_at is null and unit is not null;

create table unit_post (
    unit_id uuid not null,
    person_id uuid not null,
    duty text not null,
    committee text not null,
    primary key (unit_id, person_id, duty)
);
create index unit_post_person on unit_post (person_id);

create table role_holder (
    committee text not null,
    person uuid not null,
    role text not null,
    seen_at timestamptz not null,
    primary key (committee, role, person)
);

create table member_person (
    member_id uuid primary key,
    committee text not null,
    person uuid not null,
    sector text not null,
    serving boolean not null
);
create index member_person_serving on member_person (committee, sector) where serving;

create table preference (
    committee text not null,
    person uuid not null,
    email bytea,
    pending bytea,
    code_digest bytea,
    code_at timestamptz,
    code_tries int not null default 0,
    digest text not null default 'off',
    without_mail text[] not null default '{}',
    quiet_from int,
    quiet_to int,
    digest_at timestamptz,
    primary key (committee, person),
    check ((quiet_from is null) = (quiet_to is null))
);
create index preference_digest on preference (digest_at) where digest_at is not null;

alter table notice add column task text, add column task_id uuid, add column about uuid, add column posted_at timestamptz;
create index notice_unposted on notice (at) where posted_at is null;
create index notice_circular on notice (matter) where kind = 'circular';

create table mail (
    id uuid primary key,
    committee text not null,
    person uuid not null,
    kind text not null,
    subject text not null,
    content text,
    address bytea,
    task_id uuid,
    state text not null default 'waiting',
    attempts int not null default 0,
    made_at timestamptz not null,
    next_at timestamptz not null,
    claimed_until timestamptz,
    sent_at timestamptz,
    error text
);
create index mail_due on mail (next_at) where state = 'waiting';
create index mail_newest on mail (committee, state, made_at desc);

create table reminder (
    task_id uuid not null,
    step text not null,
    due_at timestamptz not null,
    committee text not null,
    at timestamptz not null,
    primary key (task_id, step, due_at)
);
create index todo_due on todo (due_at) where closed_at is null and due_at is not null;

create table circular (
    id uuid primary key,
    committee text not null,
    version int not null,
    title text not null,
    body text not null,
    audience text not null,
    among text,
    sent_by uuid not null,
    sent_at timestamptz not null,
    told int not null
);
create index circular_newest on circular (committee, sent_at desc, id desc);

create table known_committee (committee text primary key);
create function know_committee() returns trigger language plpgsql as $$
begin
    insert into known_committee select distinct committee from written on conflict do nothing;
    return null;
end $$;
"""

WALLED = (
    "unit_post",
    "role_holder",
    "member_person",
    "preference",
    "mail",
    "reminder",
    "circular",
)
KNOWN_BY = ("todo", "notice", "preference", "mail")
"""Tables whose committees workers pass over."""


_POSTED = """
alter table notice no force row level security;
update notice set posted_at = at;
alter table notice force row level security;
"""
"""What was told before there was mail is not mailed now."""

_KNOW = """
alter table {table} no force row level security;
insert into known_committee select distinct committee from {table} on conflict do nothing;
alter table {table} force row level security;
create trigger know_committee after insert on {table} referencing new table as written
    for each statement execute function know_committee();
"""
"""For the length of the migration the owner may see what is there already."""


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    run_script(
        TABLES
        + "".join(wall(table) for table in WALLED)
        + _POSTED
        + "".join(_KNOW.format(table=table) for table in KNOWN_BY)
    )


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
