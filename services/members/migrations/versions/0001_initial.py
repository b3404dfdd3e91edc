"""The first tables of members.

Indexes: `session_current` for the session a committee is in, and so that none is opened twice; `person_phone` so that a
phone stands for one person of a committee; `person_by_name` for the roster's pages; `member_person` for one's own
dossier, for authors of proposals, and so that nobody is a member twice; `scheme_in_force` for the scheme of a year;
`duty_fact_member` for a dossier and for a roster page's points; `duty_fact_matter` for corrections of a proposal;
`duty_fact_year` for the end of a year; `year_result_year` for what a closing answers.
"""

from chassis.migrations import create_chassis_tables, run_script
from chassis.schema import wall

revision = "0001"
down_revision = None

TABLES = """
create table session (
    id uuid primary key,
    committee text not null,
    version int not null,
    committee_name text not null,
    term int not null,
    session int not null,
    opens_on date not null,
    cutoff_on date not null
);
create unique index session_current on session (committee, term desc, session desc);

create table person (
    id uuid primary key,
    committee text not null,
    version int not null,
    name text not null,
    phone text not null,
    gender text,
    born date,
    party bytea
);
create unique index person_phone on person (committee, phone);
create index person_by_name on person (committee, name, id);

create table member (
    id uuid primary key,
    committee text not null,
    version int not null,
    person_id uuid not null references person (id),
    standing text not null,
    sector text not null,
    rank text not null,
    special_committee text,
    liaison_group text,
    employer text,
    post text
);
create unique index member_person on member (person_id, committee);

create table scheme (
    id uuid primary key,
    committee text not null,
    version int not null,
    rule_version text not null,
    name text not null,
    source text not null,
    data jsonb not null,
    adopted_at timestamptz not null
);
create index scheme_in_force on scheme (committee, adopted_at desc);

create table duty_fact (
    id uuid primary key,
    committee text not null,
    member_id uuid not null references member (id),
    kind text not null,
    on_day date not null,
    quantity int not null check (quantity > 0),
    attendance text not null,
    authors int not null,
    position int not null check (position between 1 and authors),
    share_role text not null,
    evidence text not null,
    matter uuid,
    source_event uuid,
    recorded_at timestamptz not null,
    recorded_by text not null,
    annulled_at timestamptz,
    annulled_because text
);
create index duty_fact_member on duty_fact (member_id, on_day);
create index duty_fact_matter on duty_fact (matter) where matter is not null;
create index duty_fact_year on duty_fact (committee, on_day);
create function keep_evidence() returns trigger language plpgsql as $$
begin
    raise exception 'evidence of points is kept for ever: strike it out instead';
end $$;
create trigger keep_evidence before delete on duty_fact for each row execute function keep_evidence();

create table duty_year (
    id uuid primary key,
    committee text not null,
    version int not null,
    year int not null,
    liaison_group text,
    rule_version text not null,
    passed int not null,
    below int not null,
    closed_at timestamptz not null
);

create table year_result (
    member_id uuid not null references member (id),
    year int not null,
    committee text not null,
    closing_id uuid not null,
    points numeric not null,
    outcome text not null,
    floor numeric,
    rule_version text not null,
    explanation text not null,
    decided_by text,
    decision text,
    decision_reason text,
    decided_at timestamptz,
    primary key (member_id, year)
);
create index year_result_year on year_result (committee, year);

create table roster_report (
    id uuid primary key,
    committee text not null,
    file text not null,
    filename text not null,
    at timestamptz not null,
    by text not null,
    added int not null,
    changed int not null,
    unchanged int not null,
    refused int not null
);

create table roster_report_row (
    report_id uuid not null references roster_report (id) on delete cascade,
    place int not null,
    committee text not null,
    row int not null,
    outcome text not null,
    "column" text,
    value text,
    problem text not null,
    remedy text not null,
    primary key (report_id, place)
);
"""
WALLED = (
    "session",
    "person",
    "member",
    "scheme",
    "duty_fact",
    "duty_year",
    "year_result",
    "roster_report",
    "roster_report_row",
)


def upgrade() -> None:
    """Make the tables and put them behind the wall; evidence may be struck out but never deleted."""
    create_chassis_tables()
    run_script(TABLES + "".join(wall(table) for table in WALLED))


def downgrade() -> None:
    """There is nothing before the first revision."""
    raise NotImplementedError("restore a backup instead of going below the first revision")
