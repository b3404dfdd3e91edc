"""The first tables of proposals.

Indexes: `draft_author` for one's own drafts; `proposal_author` for one's own proposals; `proposal_desk` for the review
desk in the order of its deadlines; `proposal_number` for the list of what is filed and for unique numbers.
"""

from chassis.migrations import create_chassis_tables, run_script
from chassis.schema import wall

revision = "0001"
down_revision = None

TABLES = """
create table draft (
    id uuid primary key,
    committee text not null,
    author uuid not null,
    revision int not null,
    saved_at timestamptz not null,
    title text not null,
    facts text not null,
    analysis text not null,
    suggestions text[] not null,
    category text,
    returned_because text
);
create index draft_author on draft (author, saved_at desc);

create table proposal (
    id uuid primary key,
    committee text not null,
    version int not null,
    state text not null,
    kind text not null,
    category text not null,
    title text not null,
    facts text not null,
    analysis text not null,
    suggestions text[] not null,
    first_proposer uuid not null,
    co_proposers uuid[] not null,
    submitted_at timestamptz not null,
    review_due_at timestamptz,
    decided_at timestamptz,
    decided_by_rule text,
    number text,
    term int,
    session int,
    serial int,
    ground text,
    explanation text
);
create index proposal_author on proposal (first_proposer, submitted_at desc);
create index proposal_desk on proposal (committee, review_due_at, id) where state = 'submitted';
create unique index proposal_number on proposal (committee, term, session, serial) where number is not null;

create table session (
    id uuid primary key,
    committee text not null,
    term int not null,
    session int not null,
    cutoff_on date not null,
    unique (committee, term, session)
);

create table numbering (
    committee text not null,
    term int not null,
    session int not null,
    last_serial int not null,
    primary key (committee, term, session)
);
"""


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    create_chassis_tables()
    run_script(TABLES + "".join(wall(table) for table in ("draft", "proposal", "session", "numbering")))


def downgrade() -> None:
    """There is nothing before the first revision."""
    raise NotImplementedError("restore a backup instead of going below the first revision")
