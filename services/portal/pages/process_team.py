"""Who takes part in a consultation, as forms write it: names between commas, the fixed ones from the roster."""

import re
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from starlette.datastructures import FormData

from chassis.problems import Invalid
from services.portal.visit import Visit
from tongxin_contracts.consultation.teams import TeamMember
from tongxin_contracts.members.queries import Colleagues, ColleaguesAnswer
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.words import TeamPart

_BETWEEN_NAMES: Final = re.compile(r"[、，,;；\s]+")


async def people(visit: Visit, names: str, field: str = "brought_by") -> list[tuple[str, UUID]]:
    """The members that were named; raises Invalid for a name nobody or several have."""
    found: list[tuple[str, UUID]] = []
    for name in written(names):
        query = Colleagues(committee=visit.committee, search=name[:20])
        same = [one for one in (await visit.ask(ColleaguesAnswer, query)).members if one.name == name]
        if len(same) != 1:
            words = (
                f"有 {len(same)} 位委员叫“{name}”，请与委员联络室核对。"
                if same
                else f"没有找到委员“{name}”。"
            )
            raise Invalid(errors=[FieldProblem(field=field, message=words)])
        found.append((name, same[0].person_id))
    return found


def written(names: str) -> list[str]:
    """Names as they stand between commas."""
    return [name for name in _BETWEEN_NAMES.split(names.strip()) if name]


async def team(visit: Visit, form: FormData) -> list[dict[str, Any]]:
    """The team a form names: `team.<part>` for each part."""
    fixed = await people(visit, str(form.get("team.fixed", "")), "team.fixed")
    found: list[dict[str, Any]] = [
        {"part": TeamPart.FIXED, "name": name, "person_id": person} for name, person in fixed
    ]
    return found + [
        {"part": part, "name": name[:40]}
        for part in TeamPart
        if part is not TeamPart.FIXED
        for name in written(str(form.get(f"team.{part.value}", "")))
    ]


def as_typed(members: Sequence[TeamMember]) -> dict[str, str]:
    """The form's fields of a team that is there."""
    return {
        f"team.{part.value}": "、".join(one.name for one in members if one.part is part) for part in TeamPart
    }
