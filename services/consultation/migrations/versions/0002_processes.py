"""Yearly plan, process templates, processes and their steps.

Indexes: `process_newest` for the list, `process_open` for what is under way by a template, `process_of_topic` for a
topic's page; `plan_year`, `template_code` and `step_once` hold rules: one plan a year, one template a code, one step at a
time.
"""

from chassis.migrations import run_script
from chassis.schema import wall

revision = "0002"
down_revision = "0001"

TABLES = """
alter table candidate add column proposers uuid[] not null default '{}';

alter table topic
    alter column proposal_id drop not null,
    alter column proposal_number drop not null,
    add column source text not null default 'proposal',
    add column brought_by text not null default '',
    add column proposed_by uuid,
    add column study jsonb not null default '{}',
    add column reason text;

create table plan (
    id uuid primary key,
    committee text not null,
    version int not null,
    year int not null,
    state text not null,
    max_topics int not null,
    approved_by text,
    document_number text,
    approved_on date,
    published_at timestamptz,
    returned_because text
);
create unique index plan_year on plan (committee, year);

create table plan_item (
    topic_id uuid primary key,
    committee text not null,
    plan_id uuid not null,
    month int not null check (month between 1 and 12),
    form text not null
);
create index plan_item_plan on plan_item (plan_id, month);

create table template (
    id uuid primary key,
    committee text not null,
    version int not null,
    code text not null,
    name text not null,
    edition int not null
);
create unique index template_code on template (committee, code);

create table template_edition (
    template_id uuid not null,
    edition int not null,
    committee text not null,
    data jsonb not null,
    source text not null,
    adopted_at timestamptz not null,
    adopted_by text not null,
    primary key (template_id, edition)
);

create table process (
    id uuid primary key,
    committee text not null,
    version int not null,
    title text not null,
    matter text not null,
    state text not null,
    template_id uuid not null,
    edition int not null,
    topic_id uuid,
    proposal_id uuid,
    proposers uuid[] not null,
    unit_id uuid,
    step text,
    run int not null,
    steps_done int not null,
    due_at timestamptz,
    surveyed boolean not null,
    consensus boolean,
    rating text,
    started_at timestamptz not null,
    started_by text not null,
    outcome text,
    summary text,
    concluded_at timestamptz
);
create index process_newest on process (committee, started_at desc, id);
create index process_open on process (template_id) where concluded_at is null;
create index process_of_topic on process (topic_id) where topic_id is not null;

create table step_run (
    id uuid primary key,
    committee text not null,
    process_id uuid not null,
    run int not null,
    step text not null,
    began_at timestamptz not null,
    due_at timestamptz,
    done_at timestamptz,
    done_by text,
    on_behalf boolean not null default false,
    outcome text,
    entries jsonb not null default '{}'
);
create unique index step_once on step_run (process_id, run);

create table step_person (
    process_id uuid not null,
    step text not null,
    person_id uuid not null,
    committee text not null,
    primary key (process_id, step, person_id)
);
create index step_person_mine on step_person (person_id);

create table document (
    id uuid primary key,
    committee text not null,
    process_id uuid not null,
    run int not null,
    step text not null,
    kind text not null,
    filename text not null,
    media_type text not null,
    size int not null,
    digest text not null,
    content bytea not null,
    added_at timestamptz not null,
    added_by text not null
);
create index document_process on document (process_id, run);

create table unit (
    id uuid primary key,
    committee text not null,
    name text not null,
    active boolean not null
);

create table unit_post (
    unit_id uuid not null,
    person_id uuid not null,
    committee text not null,
    primary key (unit_id, person_id)
);
"""
WALLED = (
    "plan",
    "plan_item",
    "template",
    "template_edition",
    "process",
    "step_run",
    "step_person",
    "document",
    "unit",
    "unit_post",
)


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    run_script(TABLES + "".join(wall(table) for table in WALLED))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
