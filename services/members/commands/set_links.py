"""Say who looks after whom by one rule, whole."""

from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update

from chassis.calendar import local_date
from chassis.ids import new_id
from chassis.problems import Invalid, NotFound
from chassis.work import Work
from services.members import coverage_tables as tables
from services.members.grids import grid_of, parties_of, rules_of
from services.members.rules.coverage import held, link_faults
from tongxin_contracts.members.coverage import Link, LinksSet, SetLinks
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.refusals import FieldsRefused


async def set_links(command: SetLinks, work: Work) -> Done:
    """Replace a rule's links; refuses whoever has too many, and whoever has too few unless told that it is partial."""
    grid = await grid_of(work, command.expected_version)
    rule = next((one for one in await rules_of(work) if one.code == command.rule), None)
    if rule is None:
        raise NotFound("没有这条联系规则，请先在“名单和规则”里设置")
    parties = await parties_of(work)
    faults = link_faults(rule, parties, command.links, partial=command.partial)
    if faults:
        raise FieldsRefused(f"“{rule.name}”的联系安排还要改一改", tuple(faults))
    begins_on = command.begins_on or local_date(work.now)
    changed = await _replace(command, begins_on, work)
    found = held(rule, parties, command.links)
    grid.state(
        LinksSet(
            grid_id=grid.id,
            rule=rule.code,
            name=rule.name,
            links=len(command.links),
            gaps=len(found.gaps),
            begins_on=begins_on,
        )
    )
    grid.note(
        "set_links", reason=f"{rule.name}，{begins_on} 起：共 {len(command.links)} 项，新增 {changed} 项"
    )
    return Done(id=grid.id, version=grid.version)


async def _replace(command: SetLinks, begins_on: date, work: Work) -> int:
    """End what is left out, forget what never held, add what is new; how many are new."""
    link = tables.link.c
    mine = (link.committee == work.committee) & (link.rule == command.rule) & link.ends_on.is_(None)
    now = {Link(giver=row.giver, taker=row.taker): row for row in await _rows(mine, work)}
    latest = max((row.begins_on for row in now.values()), default=None)
    if latest is not None and begins_on < latest:
        message = f"生效日期不能早于上一次调整的日期（{latest}）。"
        raise Invalid(errors=[FieldProblem(field="begins_on", message=message)])
    gone = [row.id for pair, row in now.items() if pair not in set(command.links)]
    if gone:
        await work.tx.sql.execute(delete(tables.link).where(link.id.in_(gone), link.begins_on >= begins_on))
        await work.tx.sql.execute(update(tables.link).where(link.id.in_(gone)).values(ends_on=begins_on))
    new = [pair for pair in command.links if pair not in now]
    if new:
        await work.tx.sql.execute(
            insert(tables.link),
            [
                {
                    "id": new_id(),
                    "committee": work.committee,
                    "rule": command.rule,
                    "giver": pair.giver,
                    "taker": pair.taker,
                    "begins_on": begins_on,
                }
                for pair in new
            ],
        )
    return len(new)


async def _rows(condition: Any, work: Work) -> list[Any]:
    return list(await work.tx.sql.execute(select(tables.link).where(condition)))
