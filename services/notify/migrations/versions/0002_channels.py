"""Mail, preferences, reminders, digests, circulars, who is in which unit.

Workers of notify (sending, reminding, digests) do rounds for all committees. `known_committee` tells them which there
are, and nothing else: triggers fill it, whoever writes a row. Indexes: `todo_unit` for a unit's open work;
`unit_post_person` for what somebody is in which unit.
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

create table known_committee (committee text primary key);
create function know_committee() returns trigger language plpgsql as $$
begin
    insert into known_committee select distinct committee from written on conflict do nothing;
    return null;
end $$;
"""

WALLED = ("unit_post",)
KNOWN_BY = ("todo", "notice")
"""Tables whose committees workers pass over."""


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
        + "".join(_KNOW.format(table=table) for table in KNOWN_BY)
    )


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
