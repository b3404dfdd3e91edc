"""Joint authorship, attachments, review in rounds, notes between reviewers.

Indexes: `proposal_co` for what one is a co-proposer of; `proposal_in_review` for the desks of the rounds;
`proposal_not_filed` for the list of what was not filed; `proposal_merged` for what was merged into one;
`invitation_of_draft` and `invitation_waiting` for the two ends of an invitation; `committee_member_person` for who may
be invited; `recommendation_of` and `review_note_of` for a proposal's desk.
"""

from chassis.migrations import run_script
from chassis.schema import wall

revision = "0003"
down_revision = "0002"

TABLES = """
alter table proposal
    add column scheme_id uuid,
    add column round int not null default 0,
    add column round_name text,
    add column seats text[] not null default '{proposals_office}',
    add column disputed boolean not null default false,
    add column submission int not null default 1,
    add column joined uuid[] not null default '{}',
    add column merged_into uuid,
    add column converted_to text;
create index proposal_co on proposal using gin (co_proposers);
create index proposal_in_review on proposal using gin (seats) where state = 'submitted';
create index proposal_not_filed on proposal (committee, term, session, decided_at, id) where state = 'not_filed';
create index proposal_merged on proposal (merged_into) where merged_into is not null;

create table committee_member (
    id uuid primary key,
    committee text not null,
    person_id uuid not null,
    serving boolean not null
);
create index committee_member_person on committee_member (committee, person_id) where serving;

create table invitation (
    id uuid primary key,
    committee text not null,
    version int not null,
    draft_id uuid not null,
    title text not null,
    first_proposer uuid not null,
    person uuid not null,
    place int not null,
    state text not null,
    text_digest text,
    invited_at timestamptz not null,
    answered_at timestamptz
);
create index invitation_of_draft on invitation (draft_id);
create index invitation_waiting on invitation (person, invited_at desc) where state = 'invited';

create table attachment (
    id uuid primary key,
    committee text not null,
    proposal_id uuid not null,
    filename text not null,
    media_type text not null,
    size int not null check (size between 1 and 5242880),
    digest text not null,
    content bytea not null,
    added_at timestamptz not null
);
create index attachment_of on attachment (proposal_id, added_at);

create table review_scheme (
    id uuid primary key,
    committee text not null,
    version int not null,
    rule_version text not null,
    name text not null,
    source text not null,
    data jsonb not null,
    adopted_at timestamptz not null
);
create index review_scheme_in_force on review_scheme (committee, adopted_at desc);

create table recommendation (
    id uuid primary key,
    committee text not null,
    proposal_id uuid not null,
    submission int not null,
    round int not null,
    round_name text not null,
    person uuid,
    at timestamptz not null,
    outcome text not null,
    ground text,
    reason text not null,
    disputed boolean not null,
    into_id uuid,
    target text,
    rule_version text not null
);
create index recommendation_of on recommendation (proposal_id, submission, round);

create table review_note (
    id uuid primary key,
    committee text not null,
    proposal_id uuid not null,
    person uuid not null,
    at timestamptz not null,
    note text not null
);
create index review_note_of on review_note (proposal_id, at);
"""


def upgrade() -> None:
    """Make the tables and put them behind the wall."""
    tables = (
        "committee_member",
        "invitation",
        "attachment",
        "review_scheme",
        "recommendation",
        "review_note",
    )
    run_script(TABLES + "".join(wall(table) for table in tables))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
