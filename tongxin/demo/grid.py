"""清源县's liaison grid (row 31): who looks after which township, who convenes there, and where people meet.

One township is left without an officer and two rooms lack something, so that the page has gaps to show.
"""

from datetime import date, timedelta
from typing import Final

from chassis.calendar import local_date
from tongxin.demo.cast import Office
from tongxin.demo.script import Script
from tongxin_contracts.members.coverage import Link, LinkRule, Party, SetLinkRules, SetLinks, SetVenues, Venue
from tongxin_contracts.members.queries import MemberRow
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import Fixture, PartyKind, VenueKind

RULES: Final = [
    LinkRule(
        code="one_to_one", name="一对一联系指导", from_kind=PartyKind.OFFICER, to_kind=PartyKind.TOWNSHIP
    ),
    LinkRule(code="convening", name="乡镇召集人", from_kind=PartyKind.CONVENER, to_kind=PartyKind.TOWNSHIP),
]
OFFICERS: Final = (
    "程听澜",
    "汪守拙",
    "鲍以宁",
    "江见微",
    "叶知行",
    "洪亦青",
    "章闻溪",
    "余若川",
    "俞思齐",
    "佘怀瑾",
)
ROOMS: Final = (VenueKind.CONVENER_ROOM, VenueKind.ACTIVITY_ROOM)


async def set_up(script: Script, office: Office, members: list[MemberRow]) -> None:
    """Parties and rules, links since last spring, rooms."""
    towns = [group.removesuffix("联络组") for group in office.place.groups]
    conveners = members[: len(towns)]
    at = script.now - timedelta(days=240)
    staff = office.acting(Role.MEMBERS_OFFICE)
    parties = [
        *(Party(kind=PartyKind.OFFICER, name=name) for name in OFFICERS),
        *(Party(kind=PartyKind.CONVENER, name=one.name, person_id=one.person_id) for one in conveners),
        *(Party(kind=PartyKind.TOWNSHIP, name=town) for town in towns),
    ]
    await script.do(SetLinkRules(committee=office.committee, parties=parties, rules=RULES), staff, at=at)
    begins_on = local_date(at)
    by_officer = list(zip(OFFICERS, towns, strict=True))[:-1]
    by_convener = [(one.name, town) for one, town in zip(conveners, towns, strict=True)]
    for rule, pairs in (("one_to_one", by_officer), ("convening", by_convener)):
        await script.do(_links(office, rule, pairs, begins_on), staff, at=at)
    await script.do(SetVenues(committee=office.committee, venues=_rooms(towns)), staff, at=at)
    script.say(f"{office.place.place}：联系网格 {len(towns)} 个乡镇")


def _links(office: Office, rule: str, pairs: list[tuple[str, str]], begins_on: date) -> SetLinks:
    links = [Link(giver=giver, taker=taker) for giver, taker in pairs]
    return SetLinks(committee=office.committee, rule=rule, links=links, begins_on=begins_on, partial=True)


def _rooms(towns: list[str]) -> list[Venue]:
    """Two in every township; the last two have not everything yet."""
    all_five = tuple(Fixture)
    return [
        Venue(
            place=town,
            kind=kind,
            name=f"{town}{kind.label}",
            has=all_five if place < len(towns) - 2 else all_five[:3],
        )
        for place, town in enumerate(towns)
        for kind in ROOMS
    ]
