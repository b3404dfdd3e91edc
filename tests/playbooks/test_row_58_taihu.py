"""Row 58, 太湖县政协: the four rounds of review, by data.

「实行大会秘书处提案组初审，提案委员会复审，提案委和县委督查室、县政府督查室三方会审，县政协主席会议终审“四审”制度」
A hundred proposals go through; the third round sees only what is disputed, nothing is filed or on its way to a unit before
the fourth, and what is not filed is listed with its ground.
"""

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import pytest

from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import WrongState
from infra.local.stack import Stack
from services.proposals.schemes import bundled_review_data
from tests.house import House, person
from tests.members_at_work import stated
from tests.proposals_at_work import handed_in, open_session
from tests.waiting import until_async
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import FileProposal
from tongxin_contracts.proposals.events import ProposalFiled, ProposalNotFiled
from tongxin_contracts.proposals.queries import ReviewDesk, ReviewDeskPage
from tongxin_contracts.proposals.review_commands import (
    AdoptReviewScheme,
    BulkItem,
    BulkReviewed,
    ReviewInBulk,
)
from tongxin_contracts.proposals.review_queries import NotFiled, NotFiledPage
from tongxin_contracts.words import Ground, ReviewOutcome

pytestmark = pytest.mark.playbook("58", part="四审制")

TAIHU: Final = "361158"
GROUP, COMMITTEE, INSPECTION, CHAIRS = (
    person(role, committee=TAIHU)
    for role in (
        Role.REVIEW_GROUP,
        Role.PROPOSALS_COMMITTEE,
        Role.INSPECTION_OFFICE,
        Role.CHAIRS_MEETING,
    )
)
COUNT: Final = 100
DISPUTED: Final = slice(0, 12)
"""The second round would not file these, against the first."""
REFUSED: Final = slice(0, 7)
"""The chairs' meeting does not file these."""


async def on_the_desk(house: House, actor: Actor) -> dict[UUID, int]:
    """What waits for somebody, with the versions they read."""
    page = await house.ask(ReviewDesk(committee=TAIHU, limit=100), actor)
    assert isinstance(page, ReviewDeskPage)
    assert page.waiting == len(page.proposals)
    return {row.proposal_id: row.version for row in page.proposals}


async def decide(
    house: House, actor: Actor, ids: Sequence[UUID], outcome: ReviewOutcome, ground: Ground | None = None
) -> BulkReviewed:
    """One round's word on many; every one of them must be taken."""
    versions = await on_the_desk(house, actor)
    items = [BulkItem(proposal_id=id_, expected_version=versions[id_]) for id_ in ids]
    command = ReviewInBulk.model_validate(
        {"committee": TAIHU, "items": items, "outcome": outcome, "ground": ground}
    )
    answer = await house.ask(command, actor)
    assert isinstance(answer, BulkReviewed)
    assert [result.problem for result in answer.results] == [None] * len(ids)
    return answer


async def ended(services: Stack) -> int:
    """How many proposals' reviews have come to an end, as the world was told."""
    events = await asyncio.gather(
        stated(services, ProposalFiled, TAIHU), stated(services, ProposalNotFiled, TAIHU)
    )
    return sum(map(len, events))


async def test_row_58_a_hundred_proposals_through_four_rounds(house: House, services: Stack) -> None:
    await open_session_before_the_scheme(house)

    async def opened_and_told() -> bool:
        return await ended(services) > 0

    await until_async(opened_and_told, "the proposal that opened the session is told of")
    already = await ended(services)
    author = person(Role.MEMBER, committee=TAIHU)
    ids = [await handed_in(house, author, title=f"关于第{n}件事的建议") for n in range(COUNT)]
    assert set(await on_the_desk(house, GROUP)) == set(ids)

    first = await decide(house, GROUP, ids, ReviewOutcome.FILE)
    assert {result.next_round for result in first.results} == {"提案委员会复审"}
    assert {result.number for result in first.results} == {None}

    disputed, plain = ids[DISPUTED], ids[DISPUTED.stop :]
    await decide(house, COMMITTEE, plain, ReviewOutcome.FILE)
    second = await decide(house, COMMITTEE, disputed, ReviewOutcome.NOT_FILE, Ground.EMPTY)
    assert {result.next_round for result in second.results} == {"三方会审"}

    assert set(await on_the_desk(house, INSPECTION)) == set(disputed), (
        "the third round sees the disputed only"
    )
    assert set(await on_the_desk(house, CHAIRS)) == set(plain)
    with pytest.raises(WrongState):
        await house.ask(FileProposal(committee=TAIHU, proposal_id=disputed[0], expected_version=3), CHAIRS)
    await decide(house, INSPECTION, disputed, ReviewOutcome.FILE)
    assert await ended(services) == already, (
        "nothing is filed before the fourth round, so nothing is dispatched"
    )

    await decide(house, CHAIRS, ids[REFUSED], ReviewOutcome.NOT_FILE, Ground.EMPTY)
    last = await decide(house, CHAIRS, ids[REFUSED.stop :], ReviewOutcome.FILE)
    serials = [int((result.number or "")[-5:-1]) for result in last.results]
    assert serials == list(range(serials[0], serials[0] + COUNT - REFUSED.stop))

    async def told() -> bool:
        return await ended(services) == already + COUNT

    await until_async(told, "all hundred are decided")
    listed = await house.ask(NotFiled(committee=TAIHU), CHAIRS)
    assert isinstance(listed, NotFiledPage)
    assert [row.proposal_id for row in listed.proposals] != []
    assert {row.proposal_id: row.ground for row in listed.proposals} == dict.fromkeys(
        ids[REFUSED], Ground.EMPTY
    )
    assert {row.rule_version for row in listed.proposals} == {"taihu@1"}
    assert listed.by_ground == {Ground.EMPTY: REFUSED.stop}


async def open_session_before_the_scheme(house: House) -> None:
    """The county's session, then its four rounds: what was handed in before keeps its one round."""
    await open_session(house, TAIHU)
    await house.ask(
        AdoptReviewScheme(
            committee=TAIHU,
            scheme_id=new_id(),
            scheme=dict(bundled_review_data("taihu")),
            source="太湖县政协“四审”制度",
        ),
        person(Role.PROPOSALS_OFFICE, committee=TAIHU),
    )
