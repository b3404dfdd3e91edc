"""The portal's first tables.

Indexes: `account_login` for signing in; `account_person` and `membership_person` for contact data that comes again;
`membership_committee` for the administrator's list; `session_account` for ending all sessions of an account; `session_expired` for sweeping.
"""

from chassis.migrations import create_chassis_tables, run_script

revision = "0001"
down_revision = None

TABLES = """
create table account (
    id uuid primary key,
    login text not null,
    person_id uuid not null,
    name text not null,
    password_hash text,
    must_change boolean not null,
    failures int not null default 0,
    locked_until timestamptz,
    last_sign_in timestamptz,
    closed_at timestamptz,
    made_at timestamptz not null
);
create unique index account_login on account (login);
create index account_person on account (person_id);

create table membership (
    account_id uuid not null references account (id),
    committee text not null,
    person_id uuid not null,
    roles text[] not null,
    confirmed boolean not null,
    primary key (account_id, committee)
);
create index membership_committee on membership (committee, account_id);
create index membership_person on membership (person_id);

create table former_member (person_id uuid, committee text, primary key (person_id, committee));

create table session (
    digest bytea primary key,
    account_id uuid not null references account (id),
    csrf text not null,
    committee text,
    created_at timestamptz not null,
    last_seen timestamptz not null,
    expires_at timestamptz not null,
    flash text
);
create index session_account on session (account_id);
create index session_expired on session (expires_at);

create table person (id uuid primary key, name text not null);
create table committee (code text primary key, name text not null);

create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    account_id uuid,
    by_account uuid,
    what text not null,
    detail text
);
create index audit_account on audit (account_id, at desc);
create function keep_audit() returns trigger language plpgsql as
    $$ begin raise exception 'audit rows are only added'; end $$;
create trigger audit_is_kept before update or delete on audit for each row execute function keep_audit();
"""


def upgrade() -> None:
    """Make the tables."""
    create_chassis_tables()
    run_script(TABLES)


def downgrade() -> None:
    """There is nothing before the first revision."""
    raise NotImplementedError("restore a backup instead of going below the first revision")
