"""Reception days and other duties that recur.

Indexes: `duty_day_year` for a year's calendar and its statistics; `duty_post_member` for one's own days;
`heard_matter_day` for a day's record; `duty_post` and `duty_plan` are small and found by their keys.
"""

from chassis.migrations import run_script
from chassis.schema import wall

revision = "0003"
down_revision = "0002"

TABLES = """
create table duty_plan (
    id uuid primary key,
    committee text not null,
    version int not null,
    name text not null,
    form text not null,
    kind text not null,
    day_of_month int not null check (day_of_month between 1 and 28),
    half text not null,
    shift text not null,
    place text not null,
    active boolean not null
);
create index duty_plan_list on duty_plan (committee, name, id);

create table duty_day (
    id uuid primary key,
    committee text not null,
    version int not null,
    plan_id uuid references duty_plan (id),
    name text not null,
    form text not null,
    kind text not null,
    on_day date not null,
    begins time not null,
    ends time not null,
    place text not null,
    state text not null,
    invited int,
    present int,
    residents int
);
create index duty_day_year on duty_day (committee, on_day, id);

create table duty_post (
    day_id uuid not null references duty_day (id) deferrable initially deferred,
    member_id uuid not null references member (id),
    committee text not null,
    place int not null,
    attendance text,
    primary key (day_id, member_id)
);
create index duty_post_member on duty_post (member_id);

create table heard_matter (
    id uuid primary key,
    committee text not null,
    day_id uuid not null references duty_day (id),
    place int not null,
    text text not null,
    outcome text not null,
    became text not null
);
create index heard_matter_day on heard_matter (day_id, place);
"""
WALLED = ("duty_plan", "duty_day", "duty_post", "heard_matter")


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    run_script(TABLES + "".join(wall(table) for table in WALLED))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
