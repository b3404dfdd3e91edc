"""A member can be given an account: the phone is the login, nobody has a password until the administrator gives one.

A phone that is known belongs to the same human being when the name is the same; that is proposed and waits for the
administrator (decision 16). A phone known under another name makes no account; the administrator sees it in the audit.
Who changes their phone keeps their account and signs in with the new one, unless that is another account's.
"""

from collections.abc import Sequence
from uuid import UUID

from chassis.ids import derived_id
from chassis.inbox import Incoming
from chassis.work import Work
from tongxin_contracts.members.events import PersonContact
from tongxin_contracts.permissions import Role

_NAMES = """
insert into person (id, name) select * from unnest($1::uuid[], $2::text[])
on conflict (id) do update set name = excluded.name where person.erased_at is null
returning id
"""
"""Who comes back may be known; an erased person stays erased, whichever of the two is heard first."""
_RENAMED = """
update account set name = told.name
from unnest($1::uuid[], $2::text[]) as told (person_id, name)
where account.person_id = told.person_id and account.name <> told.name
"""
_MOVED = """
with told as (select distinct on (phone) * from unnest($1::uuid[], $2::text[]) as told (person_id, phone)),
moved as (
    update account set login = told.phone from told
    where account.person_id = told.person_id and account.login <> told.phone
        and not exists (select from account as other where other.login = told.phone)
    returning account.id
)
insert into audit (at, account_id, what) select $3, id, 'login_changed' from moved
"""
_ACCOUNTS = """
insert into account (id, login, person_id, name, must_change, made_at)
select told.*, true, $5
from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[]) as told (id, login, person_id, name)
where not exists (select from membership where membership.person_id = told.person_id)
on conflict do nothing
"""
_MEMBERSHIPS = """
insert into membership (account_id, committee, person_id, roles, confirmed)
select distinct on (account.id, told.committee)
    account.id, told.committee, told.person_id, array[$5], account.person_id = told.person_id
from unnest($1::text[], $2::text[], $3::uuid[], $4::text[]) as told (login, committee, person_id, name)
join account on account.login = told.login and account.name = told.name
order by account.id, told.committee, account.person_id = told.person_id desc
on conflict do nothing
"""
_CLASHES = """
insert into audit (at, account_id, what, detail)
select $4, account.id, 'phone_of_another_name', told.committee
from unnest($1::text[], $2::text[], $3::text[]) as told (login, committee, name)
join account on account.login = told.login and account.name <> told.name
"""


async def on_person_contact(events: Sequence[Incoming[PersonContact]], work: Work) -> None:
    """Keep names, make accounts without a password, and memberships; a handful of statements for any number."""
    told = list({event.data.person_id: event.data for event in events}.values())
    live = await _known(told, work)
    told = [contact for contact in told if contact.person_id in live]
    people = [contact.person_id for contact in told]
    names = [contact.name for contact in told]
    phones = [contact.phone for contact in told]
    committees = [contact.member_of for contact in told]
    accounts = [derived_id("account", person) for person in people]
    raw = work.tx.raw
    await raw.execute(_RENAMED, people, names)
    await raw.execute(_MOVED, people, phones, work.now)
    await raw.execute(_ACCOUNTS, accounts, phones, people, names, work.now)
    await raw.execute(_MEMBERSHIPS, phones, committees, people, names, Role.MEMBER.value)
    await raw.execute(_CLASHES, phones, committees, names, work.now)


async def _known(told: Sequence[PersonContact], work: Work) -> set[UUID]:
    """Keep the names; the people who were not erased. In the order of ids, so that two batches cannot wait for each other."""
    ordered = sorted(told, key=lambda contact: contact.person_id)
    rows = await work.tx.raw.fetch(
        _NAMES, [contact.person_id for contact in ordered], [contact.name for contact in ordered]
    )
    return {row["id"] for row in rows}
