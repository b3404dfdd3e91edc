"""The first tables of consultation.

Indexes: `candidate_open` for what could become a topic, the newest first; `topic_newest` for the list of topics;
`topic_once` holds the rule that a committee takes a proposal once.
"""

from chassis.migrations import create_chassis_tables, run_script
from chassis.schema import wall

revision = "0001"
down_revision = None

TABLES = """
create table candidate (
    proposal_id uuid primary key,
    committee text not null,
    number text not null,
    title text not null,
    category text not null,
    filed_at timestamptz not null,
    topic_id uuid
);
create index candidate_open on candidate (committee, filed_at desc) where topic_id is null;

create table topic (
    id uuid primary key,
    committee text not null,
    version int not null,
    state text not null,
    title text not null,
    proposal_id uuid not null,
    proposal_number text not null,
    taken_at timestamptz not null,
    taken_by text not null
);
create index topic_newest on topic (committee, taken_at desc);
create unique index topic_once on topic (committee, proposal_id);
"""


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    create_chassis_tables()
    run_script(TABLES + "".join(wall(table) for table in ("candidate", "topic")))


def downgrade() -> None:
    """There is nothing before the first revision."""
    raise NotImplementedError("restore a backup instead of going below the first revision")
