"""The demo city: two rosters, sessions, schemes, proposals in every state, topics and an agency, made the way people
would make them: by commands, through the services, with every event following.

Nothing here writes into a database, except for the accounts, which the portal owns. All people are invented; titles
are those of the source documents.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import UUID

from chassis.identity import Actor
from chassis.ids import new_id
from infra.local.blocking import blocking
from services.members.bundled_schemes import bundled_data
from tongxin.asking import Asker
from tongxin.demo_accounts import Login, make_accounts
from tongxin.demo_data.people import city_roster, county_roster
from tongxin.demo_data.places import BESIDE, CITY, COUNTY, DemoCommittee
from tongxin.demo_data.proposal import DemoProposal
from tongxin.demo_data.proposals import CITY_PROPOSALS, COUNTY_PROPOSALS
from tongxin_contracts.consultation.commands import TakeTopic
from tongxin_contracts.consultation.queries import Topics, TopicsAnswer
from tongxin_contracts.members.commands import (
    AdoptScheme,
    ImportRoster,
    OpenSession,
    RecordDuty,
    RosterImported,
)
from tongxin_contracts.members.queries import MemberRow, Roster, RosterPage
from tongxin_contracts.notify.commands import SubscribeAgency
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import (
    DeclineProposal,
    FileProposal,
    ReturnProposal,
    SaveDraft,
    SubmitProposal,
)
from tongxin_contracts.words import DutyKind, Ground

if TYPE_CHECKING:
    from infra.local.stack import Stack

Say = Callable[[str], None]
T = TypeVar("T")

__all__ = ["Login", "load_demo"]

TERM: Final = {CITY.code: (8, 2), COUNTY.code: (11, 2), BESIDE.code: (10, 2)}
"""届 and 次 of each committee's session."""
SCHEMES: Final = {CITY.code: "tongcheng_2019", COUNTY.code: "tongcheng_2019", BESIDE.code: "sandikou"}
AGENCY: Final = ("inspection", "清源县督查室")
RETURNED_BECAUSE: Final = "情况部分请补充近两年的数据；建议第二条请写明责任单位和完成时间。"
DECLINED_BECAUSE: Final = "建议不够具体，尚不能交办。欢迎调研后写明可操作的措施，再次提交。"
_SEED: Final = 20_261_121
_AT_ONCE: Final = 8
"""Requests on their way at the same time."""


@dataclass(frozen=True, slots=True)
class Office:
    """Staff of one committee, by role."""

    committee: str
    ids: dict[Role, UUID]

    def acting(self, role: Role) -> Actor:
        """One of them at work."""
        return Actor(id=str(self.ids[role]), committee=self.committee, roles=(role,))


def load_demo(stack: "Stack", say: Say) -> list[Login]:
    """Load the demo city into a ready stack; `say` is told what is being done. Returns whom one can sign in as."""
    return blocking(_load(stack, say))


async def _load(stack: "Stack", say: Say) -> list[Login]:
    asker = await Asker.open(stack)
    try:
        offices = {place.code: _office(place) for place in (CITY, COUNTY, BESIDE)}
        for place in (CITY, COUNTY, BESIDE):
            await _open(asker, place, offices[place.code])
        say("导入名册：市 320 人、县 240 人")
        await _import(asker, offices[CITY.code], city_roster(), "安和市政协委员名册.xlsx")
        await _import(asker, offices[COUNTY.code], county_roster(), "清源县政协委员名册.csv")
        members = {place.code: await _members(asker, offices[place.code]) for place in (CITY, COUNTY)}
        say("外部机构：清源县督查室，订阅清源县立案的提案")
        await _subscribe(asker, offices[COUNTY.code])
        proposals = len(CITY_PROPOSALS) + len(COUNTY_PROPOSALS)
        say(f"提案：{proposals} 件，提交、审查、立案")
        await _write(asker, offices[CITY.code], members[CITY.code], CITY_PROPOSALS)
        await _write(asker, offices[COUNTY.code], members[COUNTY.code], COUNTY_PROPOSALS)
        say("履职记录与协商议题")
        for code in (CITY.code, COUNTY.code):
            await _record_duty(asker, offices[code], members[code])
            await _take_topics(asker, offices[code])
        say("账号")
        return await make_accounts(
            stack, [(office.committee, office.ids) for office in offices.values()], members
        )
    finally:
        await asker.close()


def _office(place: DemoCommittee) -> Office:
    return Office(place.code, {role: new_id() for role in Role if role is not Role.MEMBER})


async def _open(asker: Asker, place: DemoCommittee, office: Office) -> None:
    term, session = TERM[place.code]
    staff = office.acting(Role.MEMBERS_OFFICE)
    await asker.ask(
        OpenSession(
            committee=place.code,
            session_id=new_id(),
            committee_name=place.name,
            term=term,
            session=session,
            opens_on=date(2026, 1, 12),
            cutoff_on=date(2026, 12, 5),
        ),
        staff,
    )
    name = SCHEMES[place.code]
    scheme = dict(bundled_data(name))
    await asker.ask(
        AdoptScheme(committee=place.code, scheme_id=new_id(), scheme=scheme, source=str(scheme["name"])),
        staff,
    )


async def _import(asker: Asker, office: Office, content: bytes, filename: str) -> None:
    command = ImportRoster(
        committee=office.committee, report_id=new_id(), file=await asker.upload(content), filename=filename
    )
    await asker.ask_for(RosterImported, command, office.acting(Role.MEMBERS_OFFICE))


async def _members(asker: Asker, office: Office) -> list[MemberRow]:
    found: list[MemberRow] = []
    after: str | None = None
    while True:
        query = Roster(committee=office.committee, after=after, limit=100)
        page = await asker.ask_for(RosterPage, query, office.acting(Role.MEMBERS_OFFICE))
        found += page.members
        after = page.next
        if after is None:
            return found


async def _subscribe(asker: Asker, office: Office) -> None:
    agency, name = AGENCY
    if agency not in [known.id for known in asker.stack.list_agencies()]:
        await asyncio.to_thread(asker.stack.add_agency, agency, name)
    command = SubscribeAgency(
        committee=office.committee,
        subscription_id=new_id(),
        agency=agency,
        agency_name=name,
        events=["proposals.proposal_filed"],
    )
    await asker.ask(command, office.acting(Role.ADMIN))


async def _write(
    asker: Asker, office: Office, members: Sequence[MemberRow], proposals: Sequence[DemoProposal]
) -> None:
    """Of ten proposals six are filed, one is returned, one is not filed, and two still wait."""
    authors = random.Random(_SEED).sample(list(members), len(proposals) // 2)  # noqa: S311  (nothing secret)

    async def one(place: int, proposal: DemoProposal) -> UUID:
        author = authors[place % len(authors)]
        member = Actor(id=str(author.person_id), committee=office.committee, roles=(Role.MEMBER,))
        draft_id = new_id()
        draft = SaveDraft(
            committee=office.committee,
            draft_id=draft_id,
            revision=0,
            title=proposal.title,
            facts=proposal.facts,
            analysis=proposal.analysis,
            suggestions=list(proposal.suggestions),
            category=proposal.category,
        )
        await asker.ask(draft, member)
        await asker.ask(SubmitProposal(committee=office.committee, draft_id=draft_id), member)
        return draft_id

    ids = await _at_once([partial(one, place, demo) for place, demo in enumerate(proposals)])
    reviewer = office.acting(Role.PROPOSALS_OFFICE)
    for place, proposal_id in enumerate(ids):
        decision = _decision(place, office.committee, proposal_id)
        if decision is not None:
            await asker.ask(decision, reviewer)


def _decision(
    place: int, committee: str, proposal_id: UUID
) -> FileProposal | ReturnProposal | DeclineProposal | None:
    waiting, returned, declined = (8, 9), 6, 7
    match place % 10:
        case last if last in waiting:
            return None
        case last if last == returned:
            return ReturnProposal(
                committee=committee, proposal_id=proposal_id, expected_version=1, reason=RETURNED_BECAUSE
            )
        case last if last == declined:
            return DeclineProposal(
                committee=committee,
                proposal_id=proposal_id,
                expected_version=1,
                ground=Ground.EMPTY,
                explanation=DECLINED_BECAUSE,
            )
        case _:
            return FileProposal(committee=committee, proposal_id=proposal_id, expected_version=1)


_DUTIES: Final = (
    (DutyKind.ACTIVITY, "“有事好商量”小区停车难协商会"),
    (DutyKind.ACTIVITY, "老旧小区改造视察"),
    (DutyKind.VOLUNTEERING, "防汛志愿服务"),
)


async def _record_duty(asker: Asker, office: Office, members: Sequence[MemberRow]) -> None:
    """Every eighth member took part in something this spring."""
    staff = office.acting(Role.MEMBERS_OFFICE)
    commands = [
        RecordDuty(
            committee=office.committee,
            member_id=member.member_id,
            fact_id=new_id(),
            kind=kind,
            on=date(2026, 3, 3) + timedelta(days=place),
            note=note,
        )
        for place, member in enumerate(members[::8])
        for kind, note in _DUTIES[: 1 + place % len(_DUTIES)]
    ]
    await _at_once([partial(asker.ask, command, staff) for command in commands])


async def _take_topics(asker: Asker, office: Office, *, count: int = 3) -> None:
    """Wait until the filed proposals have come over, then take a few."""
    staff = office.acting(Role.COMMITTEE_OFFICE)
    for _ in range(100):
        offered = await asker.ask_for(TopicsAnswer, Topics(committee=office.committee), staff)
        if len(offered.candidates) >= count:
            break
        await asyncio.sleep(0.05)
    for candidate in offered.candidates[:count]:
        command = TakeTopic(committee=office.committee, topic_id=new_id(), proposal_id=candidate.proposal_id)
        await asker.ask(command, staff)


async def _at_once(work: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    """Do it all, a few at the same time; results in the order given."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(job: Callable[[], Awaitable[T]]) -> T:
        async with gate:
            return await job()

    return list(await asyncio.gather(*(one(job) for job in work)))
