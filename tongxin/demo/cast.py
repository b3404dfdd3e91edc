"""Who acts in the demo beside the members: each committee's staff, and four people in each unit that handles proposals."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.identity import Actor
from tongxin.demo.script import made_id
from tongxin.demo_data.matters import UNITS
from tongxin.demo_data.places import DemoCommittee
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import UnitDuty

UNIT_ROLES: Final[Mapping[UnitDuty, Role]] = {
    UnitDuty.LIAISON: Role.UNIT_LIAISON,
    UnitDuty.HANDLER: Role.UNIT_HANDLER,
    UnitDuty.CHECKER: Role.UNIT_CHECKER,
    UnitDuty.SIGNER: Role.UNIT_SIGNER,
}
_SURNAMES: Final = "程汪鲍江叶洪章余俞佘查吴胡许郑潘齐施凌柯储操殷桂梅舒盛陶阮詹"
_GIVEN: Final = "远静宁澜青恺岚川真朗薇楷砚沐禾昱霖然岑峤湛翊芮洵"


@dataclass(frozen=True, slots=True)
class Player:
    """One person who acts."""

    id: UUID
    name: str
    role: Role
    committee: str
    unit: str | None = None
    """Short name of the unit they work in."""

    @property
    def acting(self) -> Actor:
        """At work."""
        return Actor(id=str(self.id), committee=self.committee, roles=(self.role,))


@dataclass(frozen=True, slots=True)
class Unit:
    """A handling unit and its four people."""

    id: UUID
    name: str
    short_name: str
    people: Mapping[UnitDuty, Player]

    def acting(self, duty: UnitDuty) -> Actor:
        """Who has this duty."""
        return self.people[duty].acting


@dataclass(frozen=True, slots=True)
class Office:
    """One committee at work."""

    place: DemoCommittee
    staff: Mapping[Role, Player]
    units: Mapping[str, Unit]
    """By short name."""

    @property
    def committee(self) -> str:
        """Its code."""
        return self.place.code

    def acting(self, role: Role) -> Actor:
        """Somebody of its staff."""
        return self.staff[role].acting

    def players(self) -> Iterator[Player]:
        """Everybody who has an account."""
        yield from self.staff.values()
        for unit in self.units.values():
            yield from unit.people.values()


def office(place: DemoCommittee) -> Office:
    """The cast of one committee, the same every time."""
    names = _names(place.code)
    staff: dict[Role, Player] = {
        role: Player(made_id(place.code, role.value), next(names), role, place.code)
        for role in Role
        if role is not Role.MEMBER and role not in UNIT_ROLES.values()
    }
    return Office(place, staff, {short: _unit(place, name, short, names) for name, short in UNITS})


def _unit(place: DemoCommittee, name: str, short: str, names: Iterator[str]) -> Unit:
    people = {
        duty: Player(made_id(place.code, short, duty.value), next(names), role, place.code, short)
        for duty, role in UNIT_ROLES.items()
    }
    return Unit(made_id(place.code, "unit", short), f"{place.place}{name}", short, people)


def _names(code: str) -> Iterator[str]:
    """Names by chance, none twice in one committee."""
    chance = random.Random(f"cast {code}")  # noqa: S311  (demo data, nothing secret)
    pairs = [surname + given for surname in _SURNAMES for given in _GIVEN]
    chance.shuffle(pairs)
    return iter(pairs)
