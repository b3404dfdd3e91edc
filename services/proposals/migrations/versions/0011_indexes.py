"""Indexes that measurements asked for (`tests/load/size.py`): each list costs the same however much lies behind it.

Under row-level security an index on an array is of no use (its operators are not leakproof), so whose proposal it is as a
co-proposer stands in a table of its own, and whether a filed proposal has a handling in a column; triggers keep both.
"""

from chassis.migrations import run_script
from chassis.schema import wall

revision = "0011"
down_revision = "0010"

TABLES = """
create index proposal_latest on proposal (committee, term desc, session desc) where term is not null;
create index proposal_recent on proposal (committee, submitted_at desc);
create index handling_desk on handling
    (committee, state, (coalesce(due_at, object_by, timestamptz '9999-01-01 00:00:00+00')), proposal_id);
create index commitment_open on commitment (committee, due_at, id) where state in ('open', 'due', 'reported');

create index handling_sent on handling (committee, dispatched_at);
create index allocation_led on allocation (committee, done_at) where part = 'lead' and state <> 'replaced';
create index allocation_returned on allocation (committee) where state = 'returned';

create table co_proposer (
    person uuid not null,
    proposal_id uuid not null,
    committee text not null,
    primary key (person, proposal_id)
);
create index co_proposer_of on co_proposer (proposal_id);
insert into co_proposer
    select distinct person, id, committee from proposal, unnest(co_proposers) as person;
create function keep_co_proposers() returns trigger language plpgsql as $$
begin
    delete from co_proposer where proposal_id = new.id and person <> all (new.co_proposers);
    insert into co_proposer select person, new.id, new.committee from unnest(new.co_proposers) as person
        on conflict do nothing;
    return null;
end $$;
create trigger co_proposers after insert or update of co_proposers on proposal
    for each row execute function keep_co_proposers();

alter table proposal add column handled boolean not null default false;
update proposal set handled = true where id in (select proposal_id from handling);
create function mark_handled() returns trigger language plpgsql as $$
begin
    update proposal set handled = true where id = new.proposal_id and not handled;
    return null;
end $$;
create trigger handled after insert on handling for each row execute function mark_handled();
create index proposal_to_dispatch on proposal (committee, serial, id) where state = 'filed' and not handled;
"""


def upgrade() -> None:
    """Expanding only: code of the version before runs on it."""
    run_script(TABLES + wall("co_proposer"))


def downgrade() -> None:
    """Rows would be lost."""
    raise NotImplementedError("restore a backup instead of going back")
