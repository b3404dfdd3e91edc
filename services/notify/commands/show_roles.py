"""One's roles are noted when one signs in, so that a role's overdue work finds its people."""

from chassis.work import Work
from tongxin_contracts.notify.channels import ShownRoles, ShowRoles

_DROP = "delete from role_holder where committee = $1 and person = $2 and not role = any($3)"
_NOTE = """
insert into role_holder (committee, person, role, seen_at) select $1, $2, unnest($3::text[]), $4
on conflict (committee, role, person) do update set seen_at = excluded.seen_at
"""


async def show_roles(_command: ShowRoles, work: Work) -> ShownRoles:
    """Replace what was noted by what the token says; roles of the acting committee alone."""
    if work.actor.committee == work.committee:
        roles = [role.value for role in work.actor.roles]
        await work.tx.raw.execute(_DROP, work.committee, work.actor.person, roles)
        await work.tx.raw.execute(_NOTE, work.committee, work.actor.person, roles, work.now)
    return ShownRoles()
