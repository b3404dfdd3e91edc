"""Sets the stage: sessions of two years, schemes, units with their people, rosters."""

import asyncio
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from chassis.identity import Actor
from chassis.problems import NotFound, Refusal
from services.members.bundled_schemes import bundled_data
from services.proposals.schemes import bundled_review_data
from tongxin.demo.cast import Office
from tongxin.demo.script import Script, made_id
from tongxin.demo_data.people import city_roster, county_roster, roster_csv
from tongxin.demo_data.places import BESIDE, CITY, COUNTY, LAKE
from tongxin_contracts.members.commands import (
    AdoptScheme,
    ImportRoster,
    OpenSession,
    RegisterUnit,
    StaffUnit,
)
from tongxin_contracts.members.events import UnitPost
from tongxin_contracts.members.queries import MemberRow, Roster, RosterPage
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import DiscardDraft, SaveDraft
from tongxin_contracts.proposals.handling_queries import HandlingUnits, HandlingUnitsAnswer
from tongxin_contracts.proposals.joint_commands import InviteCoProposers
from tongxin_contracts.proposals.queries import Draft
from tongxin_contracts.proposals.review_commands import AdoptReviewScheme

TERMS: Final = {CITY.code: 8, COUNTY.code: 11, BESIDE.code: 10, LAKE.code: 9}
"""届 of each committee; the demo tells its first and second session."""
SCHEMES: Final = {
    CITY.code: "tongcheng_2019",
    COUNTY.code: "tongcheng_2019",
    BESIDE.code: "sandikou",
    LAKE.code: "jinan_2015",
}
CUT_OFF: Final = (12, 5)


def first_day(now: datetime) -> date:
    """The day before which nothing happened: the first session's opening."""
    return date(now.year - 2, 12, 1)


async def set_up(script: Script, office: Office) -> None:
    """What a committee has before anybody writes."""
    await open_sessions(script, office)
    await register_units(script, office)
    await adopt_rounds(script, office)
    script.say(f"{office.place.place}：届次、积分办法、审查办法、{len(office.units)} 个承办单位")


async def open_sessions(script: Script, office: Office) -> None:
    """Last year's session and this year's."""
    staff = office.acting(Role.MEMBERS_OFFICE)
    for session, year in ((1, script.now.year - 1), (2, script.now.year)):
        command = OpenSession(
            committee=office.committee,
            session_id=made_id(office.committee, "session", session),
            committee_name=office.place.name,
            term=TERMS[office.committee],
            session=session,
            opens_on=date(year, 1, 12),
            cutoff_on=date(year, *CUT_OFF),
        )
        await script.do(command, staff, at=_on(script, session))
    scheme = dict(bundled_data(SCHEMES[office.committee]))
    await script.do(
        AdoptScheme(
            committee=office.committee,
            scheme_id=made_id(office.committee, "points"),
            scheme=scheme,
            source=str(scheme["name"]),
        ),
        staff,
        at=_on(script, 1),
    )


def _on(script: Script, session: int) -> datetime:
    """Each session is opened a few weeks before it meets."""
    return min(script.now, script.now.replace(year=script.now.year - 3 + session, month=12, day=6))


async def register_units(script: Script, office: Office) -> None:
    """Thirty units, four people in each."""
    staff = office.acting(Role.PROPOSALS_OFFICE)
    began = script.now - timedelta(days=710)

    async def one(short: str) -> None:
        unit = office.units[short]
        registered = await script.do(
            RegisterUnit(
                committee=office.committee, unit_id=unit.id, name=unit.name, short_name=unit.short_name
            ),
            staff,
            at=began,
        )
        assert isinstance(registered, Done)
        posts = [UnitPost(person_id=player.id, duty=duty) for duty, player in unit.people.items()]
        await script.do(
            StaffUnit(
                committee=office.committee,
                unit_id=unit.id,
                expected_version=registered.version,
                posts=posts,
            ),
            staff,
            at=began,
        )

    await asyncio.gather(*(one(short) for short in office.units))


async def import_rosters(script: Script, offices: dict[str, Office]) -> dict[str, list[MemberRow]]:
    """The three rosters as files, the way an office keeps them; the members they make."""
    files = {
        CITY.code: (city_roster(), "安和市政协委员名册.xlsx"),
        COUNTY.code: (county_roster(), "清源县政协委员名册.csv"),
        BESIDE.code: (roster_csv(BESIDE), "云岭县政协委员名册.csv"),
        LAKE.code: (roster_csv(LAKE), "月湖县政协委员名册.csv"),
    }
    found: dict[str, list[MemberRow]] = {}
    for code, (content, filename) in files.items():
        # A workbook says when it was made: an earlier attempt's file was another one, and is not imported twice.
        if known := await members(script, offices[code]):
            found[code] = known
            continue
        staff = offices[code].acting(Role.MEMBERS_OFFICE)
        command = ImportRoster(
            committee=code,
            report_id=made_id(code, "roster"),
            file=await script.asker.upload(content),
            filename=filename,
        )
        await script.do(command, staff, at=script.now - timedelta(days=715))
        found[code] = await members(script, offices[code])
        script.say(f"导入名册：{filename}，{len(found[code])} 人")
    return found


async def members(script: Script, office: Office) -> list[MemberRow]:
    """The whole roster, page by page."""
    found: list[MemberRow] = []
    after: str | None = None
    while True:
        query = Roster(committee=office.committee, after=after, limit=100)
        page = await script.tell(RosterPage, query, office.acting(Role.MEMBERS_OFFICE))
        found += page.members
        after = page.next
        if after is None:
            return found


async def adopt_rounds(script: Script, office: Office) -> None:
    """月湖县 reviews in the four rounds of row 58; the others in one."""
    if office.committee != LAKE.code:
        return
    command = AdoptReviewScheme(
        committee=office.committee,
        scheme_id=made_id(office.committee, "rounds"),
        scheme=dict(bundled_review_data("taihu")),
        source="《提案审查工作办法》第四条",
    )
    await script.do(command, office.acting(Role.PROPOSALS_OFFICE), at=script.now - timedelta(days=709))


async def until_known(
    script: Script, offices: dict[str, Office], members: dict[str, list[MemberRow]]
) -> None:
    """Wait until proposals knows units and members, of whom it learns by events."""
    for code, office in offices.items():
        staff, first, second = office.acting(Role.PROPOSALS_OFFICE), members[code][-1], members[code][-2]
        draft_id = made_id("known", code)
        author = Actor(id=str(first.person_id), committee=code, roles=(Role.MEMBER,))
        draft = SaveDraft(committee=code, draft_id=draft_id, revision=0, title="（试写）联名提案")

        async def units_known(code: str = code, staff: Actor = staff, office: Office = office) -> bool:
            answer = await script.tell(HandlingUnitsAnswer, HandlingUnits(committee=code), staff)
            return len(answer.units) == len(office.units)

        async def members_known(
            code: str = code, author: Actor = author, second: MemberRow = second, draft_id: UUID = draft_id
        ) -> bool:
            invite = InviteCoProposers(committee=code, draft_id=draft_id, persons=[second.person_id])
            with suppress(Refusal):
                await script.asker.ask(invite, author)
                return True
            return False

        await script.until(units_known, "units come over to proposals")
        await script.do(draft, author, at=script.now - timedelta(days=1))
        try:
            await script.asker.ask(Draft(committee=code, draft_id=draft_id), author)
        except NotFound:  # thrown away by an earlier attempt, which had seen that all are known
            continue
        await script.until(members_known, "members come over to proposals")
        await script.do(DiscardDraft(committee=code, draft_id=draft_id), author)
