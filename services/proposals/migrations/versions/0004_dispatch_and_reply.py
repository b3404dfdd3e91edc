"""Responsibility lists, opinions of co-handlers, talks, replies, extensions, letter numbers, the committee's own times.

Indexes are by handling, for a page reads one handling whole; `dispatch_waiting` is the office's list of what is filed
and has no handling yet.
"""

from chassis.migrations import run_script
from chassis.schema import wall

revision = "0004"
down_revision = "0003"

TABLES = """
create table responsibility (
    id uuid primary key,
    committee text not null,
    handling_id uuid not null references handling (id) deferrable initially deferred,
    suggestion int not null,
    what text not null,
    who text not null,
    due_on date not null,
    done_at timestamptz,
    evidence text
);
create index responsibility_handling on responsibility (handling_id, suggestion);

create table opinion (
    id uuid primary key,
    committee text not null,
    handling_id uuid not null references handling (id) deferrable initially deferred,
    unit_id uuid not null,
    round int not null,
    text text not null,
    at timestamptz not null,
    by uuid not null
);
create index opinion_handling on opinion (handling_id);

create table talk (
    id uuid primary key,
    committee text not null,
    handling_id uuid not null references handling (id) deferrable initially deferred,
    round int not null,
    form text not null,
    on_day date not null,
    with_whom text not null,
    summary text not null,
    at timestamptz not null,
    by uuid not null
);
create index talk_handling on talk (handling_id, round);

create table reply (
    id uuid primary key,
    committee text not null,
    handling_id uuid not null references handling (id) deferrable initially deferred,
    round int not null,
    stage text not null,
    opening text not null,
    lines jsonb not null,
    closing text not null,
    remarks text,
    letter_number text,
    reply_class text,
    drafted_by uuid not null,
    checked_by uuid,
    signed_by uuid,
    signed_at timestamptz
);
create index reply_handling on reply (handling_id, round);

create table extension (
    id uuid primary key,
    committee text not null,
    handling_id uuid not null references handling (id) deferrable initially deferred,
    unit_id uuid not null,
    allocation_id uuid not null,
    round int not null,
    until_on date not null,
    reason text not null,
    asked_at timestamptz not null,
    granted boolean,
    answer_text text
);
create index extension_handling on extension (handling_id);

create table letter_series (
    unit_id uuid not null,
    year int not null,
    committee text not null,
    last_serial int not null,
    primary key (unit_id, year)
);

create table dispatch_rules (
    id uuid primary key,
    committee text not null,
    version int not null,
    object_days int not null,
    answer_days int not null,
    lead_months int not null,
    co_months int not null,
    source text not null
);

create index dispatch_waiting on proposal (committee, serial, id) where state = 'filed';
"""

WALLED = ("responsibility", "opinion", "talk", "reply", "extension", "letter_series", "dispatch_rules")


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    run_script(TABLES + "".join(wall(table) for table in WALLED))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
