"""Say who there is and which kind looks after which; links that no longer fit end today."""

from typing import Any

from sqlalchemy import delete, insert, text

from chassis.calendar import local_date
from chassis.work import Work
from services.members import coverage_tables as tables
from services.members.grids import grid_of
from services.members.rules.coverage import rule_faults
from tongxin_contracts.members.coverage import LinkRulesSet, SetLinkRules
from tongxin_contracts.message import Done
from tongxin_contracts.refusals import FieldsRefused

_FITS_NO_MORE = """
    committee = :committee and ends_on is null and not exists (
        select from link_rule r
        join link_party g on g.committee = r.committee and g.kind = r.from_kind and g.name = link.giver
        join link_party t on t.committee = r.committee and t.kind = r.to_kind and t.name = link.taker
        where r.committee = link.committee and r.code = link.rule)
"""
_FORGET = text(f"delete from link where begins_on >= :today and {_FITS_NO_MORE}")  # noqa: S608  (no input in it)
"""What would begin today or later never held."""
_END = text(f"update link set ends_on = :today where {_FITS_NO_MORE}")  # noqa: S608  (no input in it)


async def set_link_rules(command: SetLinkRules, work: Work) -> Done:
    """Replace parties and rules; six statements whatever their number."""
    faults = rule_faults(command.parties, command.rules)
    if faults:
        raise FieldsRefused("名单或规则还要改一改", tuple(faults))
    grid = await grid_of(work, command.expected_version)
    here: dict[str, Any] = {"committee": work.committee}
    for table in (tables.party, tables.rule):
        await work.tx.sql.execute(delete(table).where(table.c.committee == work.committee))
    if command.parties:
        await work.tx.sql.execute(
            insert(tables.party),
            [
                here
                | {
                    "number": number,
                    "kind": one.kind.value,
                    "name": one.name,
                    "person_id": one.person_id,
                }
                for number, one in enumerate(command.parties, 1)
            ],
        )
    if command.rules:
        await work.tx.sql.execute(
            insert(tables.rule),
            [
                here
                | {
                    "number": number,
                    "code": one.code,
                    "name": one.name,
                    "from_kind": one.from_kind.value,
                    "to_kind": one.to_kind.value,
                    "per_from": one.per_from,
                    "per_to": one.per_to,
                }
                for number, one in enumerate(command.rules, 1)
            ],
        )
    today = here | {"today": local_date(work.now)}
    await work.tx.sql.execute(_FORGET, today)
    await work.tx.sql.execute(_END, today)
    grid.state(LinkRulesSet(grid_id=grid.id, parties=len(command.parties), rules=len(command.rules)))
    ratios = "；".join(
        f"{one.name}：{one.from_kind.label}联系{one.to_kind.label}，每个 {one.per_to} 名"
        for one in command.rules
    )
    grid.note("set_link_rules", reason=f"名单 {len(command.parties)} 项。{ratios}"[:500])
    return Done(id=grid.id, version=grid.version)
