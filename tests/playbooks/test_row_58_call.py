"""Row 58, 太湖县: 「全会召开前一个多月，向全体委员印发征集提案的通知和提案选题建议…实施“提案前置”」.

The call is refused when it comes too late; every member is told; a topic becomes a draft, and the office sees what each
topic brought. 「提案+」 is named in the source without saying what it is in a system, so nothing of it is tested.
"""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import text

from chassis.database import Database
from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import Invalid
from services.proposals.rules.calls import chinese, month_before
from tests.house import House, person
from tests.members_at_work import some_members
from tests.proposals_at_work import TEXT, done, file, open_session
from tests.replies_at_work import after_today
from tests.waiting import until_async
from tongxin_contracts.notify.queries import NoticePage, Notices
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.calls import (
    CallForProposals,
    CallRow,
    CallsAnswer,
    CallsForProposals,
    HintDraft,
)
from tongxin_contracts.proposals.commands import SaveDraft, SubmitProposal
from tongxin_contracts.proposals.queries import Draft, DraftAnswer, Proposal, ProposalAnswer
from tongxin_contracts.words import Category, NoticeKind

pytestmark = pytest.mark.playbook("58", part="提案前置")

COUNTY: Final = "361258"
OFFICE: Final = person(Role.PROPOSALS_OFFICE, committee=COUNTY)
MEMBERS: Final = 60
HINTS: Final = [
    HintDraft(
        title="山区茶园机耕路建设", text="从茶园面积、运输成本、用地手续入手。", category=Category.ECONOMY
    ),
    HintDraft(title="花亭湖周边污水收集", text="沿湖村庄管网和运维经费。", category=Category.ECOLOGY),
    HintDraft(title="县城学位供给", text="", category=Category.CULTURE),
]


def call(opens_on: date, **more: Any) -> CallForProposals:
    given: dict[str, Any] = {
        "committee": COUNTY,
        "call_id": new_id(),
        "year": opens_on.year,
        "opens_on": opens_on,
        "closes_on": opens_on - timedelta(days=7),
        "document": "关于征集县政协全会提案的通知",
        "hints": HINTS,
    }
    return CallForProposals.model_validate(given | more)


async def calls(house: House, actor: Actor) -> list[CallRow]:
    return (await house.ask_for(CallsAnswer, CallsForProposals(committee=COUNTY), actor)).calls


async def known(house: House, count: int) -> bool:
    """Members have been in the city for years when a call goes out; here they came a moment ago."""
    opened = Database(house.stack.database_url("notify", "worker"), pool_size=1)
    try:
        async with opened.transaction([COUNTY]) as tx:
            found = await tx.sql.scalar(text("select count(*) from member_person where serving"))
    finally:
        await opened.close()
    return bool(found == count)


async def told(house: House, who: UUID) -> bool:
    page = await house.ask_for(
        NoticePage,
        Notices(committee=COUNTY),
        person(Role.MEMBER, committee=COUNTY, person_id=who),
    )
    return [notice.kind for notice in page.notices].count(NoticeKind.CALL_OPENED) == 1


async def test_row_58_less_than_a_month_before_the_session_is_too_late(house: House) -> None:
    opens_on = after_today(20)
    with pytest.raises(Invalid) as refused:
        await house.ask(call(opens_on), OFFICE)
    [error] = refused.value.errors
    assert chinese(month_before(opens_on)) in error.message, "it says the last possible day"
    assert await calls(house, OFFICE) == []


async def test_row_58_all_members_are_told_and_a_topic_becomes_a_proposal(house: House) -> None:
    await open_session(house, COUNTY)
    members = await some_members(house, COUNTY, MEMBERS)
    await until_async(lambda: known(house, len(members)), "notify knows the members")
    opens_on = after_today(45)
    made = done(await house.ask(call(opens_on), OFFICE))
    assert opens_on - after_today(0) > timedelta(days=31), "more than one month before the session"
    for member in members:

        async def is_told(who: UUID = member.person_id) -> bool:
            return await told(house, who)

        await until_async(is_told, "every serving member has the notice, once")

    author = person(Role.MEMBER, committee=COUNTY, person_id=members[0].person_id)
    [found] = await calls(house, author)
    assert (found.call_id, found.is_open, found.opens_on) == (made.id, True, opens_on)
    assert [hint.title for hint in found.hints] == [hint.title for hint in HINTS]
    topic = found.hints[0]

    draft_id = new_id()
    about = {"committee": COUNTY, "draft_id": draft_id}
    begun = {"revision": 0, "category": topic.category, "hint_id": topic.hint_id}
    await house.ask(SaveDraft.model_validate(about | begun), author)
    kept = await house.ask_for(DraftAnswer, Draft.model_validate(about), author)
    assert kept.hint is not None
    assert (kept.hint.title, kept.category) == (HINTS[0].title, HINTS[0].category)
    await house.ask(SaveDraft.model_validate(about | {"revision": 1} | TEXT), author)
    await house.ask(SubmitProposal.model_validate(about), author)

    shown = await house.ask_for(ProposalAnswer, Proposal(committee=COUNTY, proposal_id=draft_id), author)
    assert shown.hint is not None, "later saves that do not name it leave it"
    assert shown.hint.hint_id == topic.hint_id
    await file(house, draft_id, committee=COUNTY)
    [found] = await calls(house, OFFICE)
    assert [(hint.proposals, hint.filed) for hint in found.hints] == [(1, 1), (0, 0), (0, 0)]


async def test_a_topic_of_another_committee_is_not_to_be_had(house: House) -> None:
    author = person(Role.MEMBER, committee=COUNTY)
    with pytest.raises(Invalid):
        await house.ask(SaveDraft(committee=COUNTY, draft_id=new_id(), revision=0, hint_id=new_id()), author)
