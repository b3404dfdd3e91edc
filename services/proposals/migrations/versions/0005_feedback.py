"""Feedback on replies, promises, the appraisal of lead units.

Indexes: `feedback_window_handling` and `feedback_of_window` for a proposal's page and for closing; `commitment_list` for
the list by date; `commitment_handling` for what keeps a handling open; `score_of` for an appraisal's scores.
"""

from chassis.migrations import run_script
from chassis.schema import wall

revision = "0005"
down_revision = "0004"

TABLES = """
create table feedback_window (
    id uuid primary key,
    committee text not null,
    handling_id uuid not null,
    proposal_id uuid not null,
    unit_id uuid,
    round int not null,
    asked_at timestamptz not null,
    closes_at timestamptz not null,
    closed_at timestamptz,
    unique (handling_id, round)
);
create index feedback_window_proposal on feedback_window (proposal_id);

create table feedback (
    id uuid primary key,
    committee text not null,
    version int not null,
    window_id uuid not null,
    proposal_id uuid not null,
    person uuid not null,
    is_first boolean not null,
    visited text,
    attitude text,
    heard text,
    fit text,
    result text,
    words text not null,
    given_at timestamptz
);
create index feedback_of_window on feedback (window_id);

create table commitment (
    id uuid primary key,
    committee text not null,
    handling_id uuid not null,
    proposal_id uuid not null,
    unit_id uuid,
    round int not null,
    suggestion int not null,
    reply_class text not null,
    promise text not null,
    due_on date not null,
    due_at timestamptz not null,
    state text not null,
    postponed boolean not null,
    done text,
    evidence text,
    reported_at timestamptz,
    reported_by uuid,
    agrees boolean,
    comment text,
    settle_from timestamptz,
    reason text,
    settled_at timestamptz
);
create index commitment_handling on commitment (handling_id);
create index commitment_list on commitment (committee, due_at, id);

create table appraisal (
    id uuid primary key,
    committee text not null,
    version int not null,
    year int not null,
    state text not null,
    items jsonb not null,
    scoring_until date not null,
    rectify_days int not null,
    praised int not null,
    rectifying int not null,
    source text not null,
    opened_at timestamptz not null,
    published_at timestamptz,
    unique (committee, year)
);

create table appraised_unit (
    appraisal_id uuid not null,
    unit_id uuid not null,
    committee text not null,
    led int not null,
    on_time int not null,
    overdue int not null,
    extended int not null,
    asked int not null,
    satisfied int not null,
    agreed int not null,
    commitments int not null,
    commitments_kept int not null,
    scored_by int not null,
    points jsonb not null,
    total numeric(5, 2),
    rank int,
    outcome text not null,
    rectify_by timestamptz,
    rectification text,
    rectified_at timestamptz,
    accepted_at timestamptz,
    primary key (appraisal_id, unit_id)
);

create table appraisal_vote (
    id uuid primary key,
    committee text not null,
    appraisal_id uuid not null,
    at timestamptz not null,
    in_favour int not null,
    against int not null,
    abstained int not null,
    carried boolean not null
);
create index appraisal_vote_of on appraisal_vote (appraisal_id, at);

create table score (
    id uuid primary key,
    committee text not null,
    version int not null,
    appraisal_id uuid not null,
    side text not null,
    proposal_id uuid not null,
    unit_id uuid not null,
    person uuid not null,
    mark_1 int not null,
    mark_2 int not null,
    mark_3 int not null,
    mark_4 int not null,
    scored_at timestamptz not null
);
create index score_of on score (appraisal_id, side, unit_id);
"""

WALLED = (
    "feedback_window",
    "feedback",
    "commitment",
    "appraisal",
    "appraised_unit",
    "appraisal_vote",
    "score",
)


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    run_script(TABLES + "".join(wall(table) for table in WALLED))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
