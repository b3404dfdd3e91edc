"""Problems that name persons by id, in words: owners know no names (docs/adr/0004)."""

from uuid import UUID

from chassis.problems import Refusal
from services.portal.visit import Visit
from tongxin_contracts.problems import FieldProblem


async def named(visit: Visit, refusal: Refusal) -> Refusal:
    """The same refusal with the name before each problem whose field ends in a person's id."""
    people = {person for error in refusal.errors if (person := _person(error.field))}
    if not people:
        return refusal
    names = await visit.portal.names(people)
    return type(refusal)(refusal.detail, errors=[_named(error, names) for error in refusal.errors])


def _named(error: FieldProblem, names: dict[UUID, str]) -> FieldProblem:
    person = _person(error.field)
    if person is None:
        return error
    return error.model_copy(update={"message": f"{names.get(person, '（姓名暂缺）')}：{error.message}"})


def _person(field: str) -> UUID | None:
    try:
        return UUID(field.rpartition(".")[2])
    except ValueError:
        return None
