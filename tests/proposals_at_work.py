"""What tests do again and again with proposals: open a session, write one, hand it in, decide."""

from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import WrongState
from tests.house import COUNTY, House, person
from tests.waiting import until_async
from tongxin_contracts.members.commands import OpenSession
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import (
    FileProposal,
    ProposalFiledAnswer,
    SaveDraft,
    SubmitProposal,
)
from tongxin_contracts.proposals.queries import MyProposals, MyProposalsAnswer
from tongxin_contracts.words import Category

TEXT: dict[str, Any] = {
    "title": "城市易涝点整治的建议",
    "facts": "汛期以来，老城区三处路段多次积水，最深处没过膝盖，𠮷祥里小区车库进水。",
    "analysis": "排水管网建于上世纪，管径偏小，雨污混流，䶮塘泵站能力不足。",
    "suggestions": ["一是更换三处主管。", "二是泵站增加两台机组。", "三是汛前清淤，公布责任人。"],
    "category": Category.SOCIETY,
}

SESSION_NAMES = {"340900": "安和市政协", "340921": "清源县政协", "340922": "云岭县政协"}


async def open_session(house: House, committee: str = COUNTY, *, term: int = 8, session: int = 2) -> None:
    """A session with a cut-off that is far away, known to proposals when this returns."""
    staff = person(Role.MEMBERS_OFFICE, committee=committee)
    command = OpenSession(
        committee=committee,
        session_id=new_id(),
        committee_name=SESSION_NAMES.get(committee, f"{committee} 政协"),
        term=term,
        session=session,
        opens_on=date(2026, 1, 10),
        cutoff_on=date(2099, 12, 5),
    )
    with suppress(WrongState):  # another test has opened it
        await house.ask(command, staff)
    await until_async(lambda: _knows_session(house, committee), f"proposals knows the session of {committee}")


async def _knows_session(house: House, committee: str) -> bool:
    draft = await handed_in(house, person(Role.MEMBER, committee=committee))
    try:
        await file(house, draft, committee=committee)
    except WrongState as refused:
        if "届次" not in str(refused.detail):
            raise
        return False
    return True


async def handed_in(house: House, member: Actor, **text: Any) -> UUID:
    """A proposal that waits for review; its id."""
    draft_id = new_id()
    await house.ask(
        SaveDraft(committee=member.committee, draft_id=draft_id, revision=0, **(TEXT | text)), member
    )
    await house.ask(SubmitProposal(committee=member.committee, draft_id=draft_id), member)
    return draft_id


async def file(
    house: House, proposal_id: UUID, *, committee: str = COUNTY, version: int = 1
) -> ProposalFiledAnswer:
    """File it as the committee's office."""
    answer = await house.ask(
        FileProposal(committee=committee, proposal_id=proposal_id, expected_version=version),
        person(Role.PROPOSALS_OFFICE, committee=committee),
    )
    assert isinstance(answer, ProposalFiledAnswer)
    return answer


async def mine(house: House, member: Actor) -> MyProposalsAnswer:
    """What a member writes and wrote."""
    answer = await house.ask(MyProposals(committee=member.committee), member)
    assert isinstance(answer, MyProposalsAnswer)
    return answer


def done(answer: object) -> Done:
    """The answer as what most commands give."""
    assert isinstance(answer, Done)
    return answer
