"""The tables every service has, and how a service's own tables are put behind row-level security.

Used by migrations only. Always holds: role `app` writes the outbox and the history but never reads or changes what
is there for others (of the outbox it sees only whether a
message went out; no UPDATE or DELETE on the history); a domain table has a `committee`
column, FORCE ROW LEVEL SECURITY and one policy that reads `app.committees`, set in a transaction's first statement;
unset means no rows (decision 10).
"""

from typing import Literal

CHASSIS = """
create table outbox (
    id bigint generated always as identity (cache 1) primary key,
    message_id uuid not null unique,
    stream text not null,
    subject text not null,
    headers text not null,
    payload bytea,
    committee text not null,
    aggregate uuid not null,
    version int not null,
    created_at timestamptz not null default now(),
    published_at timestamptz,
    sequence bigint
);
create index outbox_waiting on outbox (stream, id) where published_at is null;
create index outbox_published on outbox (published_at) where published_at is not null;

create table command_log (
    actor text not null,
    command_id uuid not null,
    digest text not null,
    answer text,
    at timestamptz not null default now(),
    primary key (actor, command_id)
);
create index command_log_at on command_log (at);

create table history (
    aggregate uuid not null,
    sequence int not null,
    committee text not null,
    at timestamptz not null,
    actor text not null,
    on_behalf_of text,
    action text not null,
    detail text,
    salt bytea,
    detail_digest bytea not null,
    digest bytea not null,
    primary key (aggregate, sequence)
);

create table task (
    id uuid primary key,
    committee text not null,
    matter uuid not null,
    kind text not null,
    version int not null,
    open boolean not null
);
create index task_matter on task (matter) where open;

create table deadline (
    id uuid primary key,
    committee text not null,
    matter uuid not null,
    kind text not null,
    rule text not null,
    anchor timestamptz not null,
    calendar_version text not null,
    due_at timestamptz not null,
    fired_at timestamptz,
    cancelled_at timestamptz,
    unique (matter, kind, anchor)
);
create index deadline_open on deadline (due_at) where fired_at is null and cancelled_at is null;

create table gate (
    consumer text not null,
    aggregate uuid not null,
    last_version int not null default 0,
    last_event_id uuid,
    epoch int not null default 1,
    primary key (consumer, aggregate)
);

create table held (
    id bigint generated always as identity primary key,
    consumer text not null,
    aggregate uuid,
    version int,
    event_id uuid,
    stream_sequence bigint not null,
    committee text,
    subject text not null,
    headers text not null,
    payload bytea not null,
    reason text not null,
    explanation text,
    stack text,
    wish text check (wish in ('retry', 'drop')),
    attempts int not null default 0,
    judged_by text[] not null default '{}',
    held_at timestamptz not null default now()
);
create unique index held_place on held (consumer, aggregate, version) where aggregate is not null;
create unique index held_loose on held (consumer, stream_sequence) where aggregate is null;
create index held_wish on held (consumer) where wish is not null;
create index held_unread on held (consumer) where reason in ('undecodable', 'unknown_version', 'unknown_type');

create table disclosure (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(),
    committee text not null,
    actor text not null,
    subject uuid not null,
    fields text[] not null,
    purpose text not null
);

create table epoch (only_one boolean primary key default true check (only_one), epoch int not null);
insert into epoch values (true, 1);
"""

RESTORE = """
alter table epoch add column if not exists unreconciled_since timestamptz;
create table if not exists restored (
    aggregate uuid primary key,
    kind text not null,
    committee text not null,
    kept_version int not null,
    version int not null,
    undone text[] not null,
    epoch int not null,
    found_at timestamptz not null default now(),
    settled_at timestamptz
);
create index if not exists restored_open on restored (found_at) where settled_at is null;
"""
"""Aggregates that went back with a restored database, and the version each goes on from (`chassis/restored.py`).

Every service's own revision runs it; `epoch.unreconciled_since` says that the service must not begin yet.
"""

_GROWTH = """
alter table held add column if not exists judged_by text[] not null default '{{}}';
create index if not exists held_unread on held (consumer)
    where reason in ('undecodable', 'unknown_version', 'unknown_type');

alter table deadline enable row level security;
alter table deadline force row level security;
drop policy if exists own_committees on deadline;
create policy own_committees on deadline to {service}_app
    using (committee = any (string_to_array(current_setting('app.committees', true), ',')))
    with check (committee = any (string_to_array(current_setting('app.committees', true), ',')));
drop policy if exists swept on deadline;
create policy swept on deadline to {service}_worker using (true) with check (true);

revoke insert, update, delete on alembic_version from {service}_app, {service}_worker;
"""
"""What the tables above gained after services had made them; every migration run brings them to it."""

IS_GROWN = """
select to_regclass('held_unread') is not null
    and exists (select from pg_policies where tablename = 'deadline' and policyname = 'swept')
"""
"""Whether that has been done."""

_GRANTS = """
grant usage on schema public to {service}_app, {service}_worker;
grant select, insert, update, delete on all tables in schema public to {service}_app, {service}_worker;
revoke all on outbox, history, gate, held, disclosure, deadline, epoch, restored from {service}_app;
grant insert on outbox, disclosure to {service}_app;
grant select (message_id, published_at) on outbox to {service}_app;
grant select, insert on history to {service}_app;
grant select, insert, update on deadline to {service}_app;
grant select on epoch to {service}_app;
revoke delete, update on history, disclosure from {service}_worker;
revoke insert, update, delete on restored from {service}_worker;
revoke insert, update, delete on alembic_version from {service}_app, {service}_worker;
grant usage, select on all sequences in schema public to {service}_app, {service}_worker;
"""

_ERASING = """
create or replace function erase_history(aggregates uuid[]) returns void
language sql security definer set search_path = pg_catalog, public as $$
    update public.history set detail = null, salt = null
    where aggregate = any (aggregates) and detail is not null
$$;
revoke all on function erase_history(uuid[]) from public, {service}_app, {service}_worker;
grant execute on function erase_history(uuid[]) to {roles};
"""

BEHIND_WALL = ("history", "task", "disclosure")
"""Chassis tables with a committee; command_log belongs to an actor, the rest to the worker.

`deadline` has walls of its own: role `app` sees its committees', the sweeper sees all.
"""


def chassis_tables() -> str:
    """DDL of the chassis' own tables."""
    return CHASSIS


def wall(table: str) -> str:
    """Put one table with a `committee` column behind row-level security."""
    return f"""
alter table {table} enable row level security;
alter table {table} force row level security;
create policy own_committees on {table}
    using (committee = any (string_to_array(current_setting('app.committees', true), ',')))
    with check (committee = any (string_to_array(current_setting('app.committees', true), ',')));
"""


def growth(service: str) -> str:
    """DDL that brings the chassis' tables of an older installation to what they are today; runs any number of times."""
    return _GROWTH.format(service=service)


def grants(service: str) -> str:
    """Rights of the two roles on everything there is now; run at the end of every migration."""
    return _GRANTS.format(service=service)


def erasing(service: str, *kinds: Literal["app", "worker"]) -> str:
    """DDL of the one way to empty what history says: for these kinds of role, behind the wall, and without touching its digests.

    Neither role may change the history itself. The function runs as the owner, whom FORCE ROW LEVEL SECURITY binds to
    the committees that the caller's transaction is for.
    """
    roles = ", ".join(f"{service}_{kind}" for kind in kinds)
    return _ERASING.format(service=service, roles=roles)
