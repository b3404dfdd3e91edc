"""Webhooks of agencies, attempts, replays, and what each agency's consumer has before it.

A delivery keeps what was cut (`headers`, `content`) for as long as the broker keeps events, so that it can be told again.
Indexes: `delivery_due` for what a worker posts next and `delivery_in_hand` for how much one agency has in hand;
`delivery_dead` for what could not be delivered; `attempt_newest` for a delivery's attempts, `attempt_old` and `delivery_old`
for forgetting; `replay_open` for the worker.
"""

from chassis.migrations import run_script
from chassis.schema import wall

revision = "0003"
down_revision = "0002"

TABLES = """
alter table subscription add column road text not null default 'account';

alter table delivery
    add column road text not null default 'account',
    add column state text not null default 'handed',
    add column headers text,
    add column content text,
    add column sent_as uuid,
    add column attempts int not null default 0,
    add column next_at timestamptz,
    add column claimed_until timestamptz,
    add column delivered_at timestamptz,
    add column repeats int not null default 0,
    add column is_test boolean not null default false;
create index delivery_due on delivery (subscription_id, next_at) where state = 'waiting';
create index delivery_in_hand on delivery (subscription_id, claimed_until) where claimed_until is not null;
create index delivery_dead on delivery (subscription_id, at desc) where state = 'dead';
create index delivery_old on delivery (at) where content is not null;

create table webhook (
    id uuid primary key,
    committee text not null,
    url text not null,
    secret bytea not null,
    old_secret bytea,
    old_until timestamptz,
    state text not null,
    set_at timestamptz not null,
    tested_at timestamptz,
    disabled_at timestamptz,
    check ((old_secret is null) = (old_until is null))
);

create table attempt (
    id bigint generated always as identity primary key,
    committee text not null,
    message_id uuid not null,
    subscription_id uuid not null,
    at timestamptz not null,
    outcome text not null,
    status int,
    milliseconds int not null,
    words text not null
);
create index attempt_newest on attempt (message_id, at desc);
create index attempt_old on attempt (at);

create table replay (
    id uuid primary key,
    committee text not null,
    subscription_id uuid not null,
    since timestamptz not null,
    until timestamptz not null,
    asked_at timestamptz not null,
    wanted int not null,
    done int not null default 0,
    place_at timestamptz,
    place_id uuid,
    finished_at timestamptz
);
create unique index replay_open on replay (subscription_id) where finished_at is null;
create index replay_newest on replay (subscription_id, asked_at desc);

create table channel (
    subscription_id uuid primary key,
    committee text not null,
    found boolean not null,
    waiting int not null,
    in_hand int not null,
    looked_at timestamptz not null
);
"""

_KNOW = """
alter table subscription no force row level security;
insert into known_committee select distinct committee from subscription on conflict do nothing;
alter table subscription force row level security;
create trigger know_committee after insert on subscription referencing new table as written
    for each statement execute function know_committee();
alter table delivery no force row level security;
update delivery set sent_as = message_id;
alter table delivery force row level security;
"""
"""For the length of the migration the owner may see what is there already."""


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    walls = "".join(wall(table) for table in ("webhook", "attempt", "replay", "channel"))
    run_script(TABLES + walls + _KNOW)


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
