"""Put a handling unit on the committee's list, rename it, or close it."""

from chassis.problems import Invalid
from chassis.work import Aggregate, Work
from services.members import tables
from tongxin_contracts.members.commands import RegisterUnit
from tongxin_contracts.members.events import UnitRegistered
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem

_TAKEN = "select exists (select from unit where committee = $1 and name = $2 and id <> $3)"


async def register_unit(command: RegisterUnit, work: Work) -> Done:
    """Register or change it; the same said again changes nothing. Raises Invalid for a name that another one has."""
    await _refuse_taken_name(command, work)
    found = await work.load_many(tables.unit, [command.unit_id])
    unit = found[0] if found else _new(command, work)
    if found:
        unit.change(name=command.name, short_name=command.short_name, active=command.active)
        if not unit.changes:
            return Done(id=unit.id, version=unit.version)
    unit.state(
        UnitRegistered(
            unit_id=unit.id, name=command.name, short_name=command.short_name, active=command.active
        )
    )
    unit.note("register_unit", reason=None if command.active else "停用")
    return Done(id=unit.id, version=unit.version)


def _new(command: RegisterUnit, work: Work) -> Aggregate:
    return work.create(
        tables.unit,
        command.unit_id,
        name=command.name,
        short_name=command.short_name,
        active=command.active,
    )


async def _refuse_taken_name(command: RegisterUnit, work: Work) -> None:
    if await work.tx.raw.fetchval(_TAKEN, work.committee, command.name, command.unit_id):
        message = f"“{command.name}”已在承办单位名单中，请直接修改那一家。"
        raise Invalid(errors=[FieldProblem(field="name", message=message)])
