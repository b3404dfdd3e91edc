"""Where a consultation is held, who brought the matter, and who takes part.

Indexes: `process_year` for a year's statistics.
"""

from chassis.migrations import run_script
from chassis.schema import wall

revision = "0003"
down_revision = "0002"

TABLES = """
alter table process
    add column entry text,
    add column party text not null default '',
    add column place text not null default '',
    add column venue text not null default '';
create index process_year on process (committee, started_at);

create table process_team (
    process_id uuid not null,
    number int not null,
    committee text not null,
    part text not null,
    name text not null,
    person_id uuid,
    primary key (process_id, number)
);
"""


def upgrade() -> None:
    """Make the table and put it behind the wall."""
    run_script(TABLES + wall("process_team"))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
