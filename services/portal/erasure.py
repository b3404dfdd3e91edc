"""What the portal holds about a person: their account, unless they still act elsewhere by it, and what to call them.

Always holds: the person's row is written first, and contact data locks it too, so that of an erasure and contact data
that comes late the erasure wins whichever is heard first.
"""

from typing import Final

from chassis.personal import Eraser, Erasure
from services.portal import tables
from tongxin_contracts.members.erasure import ERASED_NAME

_ACCOUNTS: Final = """(
    select account_id from membership where person_id = any($1)
    union select id from account where person_id = any($1)
)"""

ERASURE: Final = Erasure(
    erasers=(
        Eraser(
            columns=(tables.person.c.name,),
            sql=f"""
            insert into person (id, name, erased_at)
            select person, '{ERASED_NAME}', now() from unnest($1::uuid[]) as person order by person
            on conflict (id) do update set name = excluded.name, erased_at = coalesce(person.erased_at, now())
            """,
        ),
        Eraser(columns=(), sql="update held set wish = 'drop' where aggregate = any($1)"),
        Eraser(columns=(), sql=f"delete from session where account_id in {_ACCOUNTS}"),
        Eraser(
            columns=(),
            sql=f"insert into audit (at, account_id, what) select now(), id, 'person_erased' from {_ACCOUNTS} as those (id)",
        ),
        Eraser(columns=(), sql="delete from membership where person_id = any($1)"),
        Eraser(
            columns=(),
            sql="""
            update account set person_id = other.person_id
            from (select distinct on (account_id) account_id, person_id from membership order by account_id, committee)
                as other
            where other.account_id = account.id and account.person_id = any($1)
            """,
        ),
        Eraser(
            columns=(tables.account.c.login, tables.account.c.name, tables.account.c.password_hash),
            sql=f"""
            update account set login = 'erased:' || id, name = '{ERASED_NAME}', password_hash = null,
                closed_at = coalesce(closed_at, now())
            where person_id = any($1)
            """,
        ),
    ),
)
