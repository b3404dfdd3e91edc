"""Calls for proposals, their topics, and which topic a draft or a proposal follows."""

from chassis.migrations import run_script
from chassis.schema import wall

revision = "0007"
down_revision = "0006"

TABLES = """
create table call (
    id uuid primary key,
    committee text not null,
    version integer not null,
    year integer not null,
    opens_on date not null,
    closes_on date not null,
    document text not null,
    called_at timestamptz not null
);
create index call_newest on call (committee, called_at desc);
create table hint (
    id uuid primary key,
    committee text not null,
    call_id uuid not null,
    place integer not null,
    title text not null,
    text text not null,
    category text not null,
    unique (call_id, place)
);
alter table draft add column hint_id uuid;
alter table proposal add column hint_id uuid;
create index proposal_hint on proposal (hint_id) where hint_id is not null;
"""


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    run_script(TABLES + "".join(wall(table) for table in ("call", "hint")))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
