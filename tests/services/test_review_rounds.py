"""Review in rounds as data: seats, recommendations, what is disputed, mergers, conversions, many at once, notes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import Forbidden, Invalid, NotFound, VersionClash, WrongState
from infra.local.stack import Stack
from services.proposals.schemes import bundled_review_data
from tests.house import House, person
from tests.joint_at_work import answer, invite, saved, serving_members
from tests.members_at_work import stated
from tests.proposals_at_work import TEXT, done, handed_in, mine, open_session
from tests.waiting import until_async
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer, NoticePage, Notices
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import (
    Decided,
    DeclineProposal,
    FileProposal,
    ProposalFiledAnswer,
    ReturnProposal,
    SubmitProposal,
)
from tongxin_contracts.proposals.events import ProposalFiled
from tongxin_contracts.proposals.joint_commands import WithdrawProposal
from tongxin_contracts.proposals.queries import Proposal, ProposalAnswer, ReviewDesk, ReviewDeskPage
from tongxin_contracts.proposals.review_commands import (
    AddReviewNote,
    AdoptReviewScheme,
    BulkItem,
    BulkReviewed,
    ConvertProposal,
    MergeProposal,
    ReviewInBulk,
    ReviewSchemeAdoptedAnswer,
)
from tongxin_contracts.proposals.review_events import ProposalAuthorsJoined, ProposalMerged
from tongxin_contracts.proposals.review_queries import (
    NotFiled,
    NotFiledPage,
    ProposalReview,
    ProposalReviewAnswer,
    ReviewScheme,
    ReviewSchemeAnswer,
    SimilarProposals,
    SimilarProposalsAnswer,
)
from tongxin_contracts.words import (
    ConvertTarget,
    Ground,
    NoticeKind,
    ProposalState,
    ReviewOutcome,
    TaskKind,
)

HERE = "361102"
ONE_ROUND = "361103"
OFFICE = person(Role.PROPOSALS_OFFICE, committee=HERE)
GROUP = person(Role.REVIEW_GROUP, committee=HERE)
COMMITTEE = person(Role.PROPOSALS_COMMITTEE, committee=HERE)
INSPECTION = person(Role.INSPECTION_OFFICE, committee=HERE)
CHAIRS = person(Role.CHAIRS_MEETING, committee=HERE)


async def adopt(house: House, scheme: Mapping[str, Any]) -> ReviewSchemeAdoptedAnswer:
    command = AdoptReviewScheme(
        committee=HERE, scheme_id=new_id(), scheme=dict(scheme), source="测试用审查办法"
    )
    adopted = await house.ask(command, OFFICE)
    assert isinstance(adopted, ReviewSchemeAdoptedAnswer)
    return adopted


@pytest.fixture(autouse=True, scope="module")
async def _four_rounds(house: House) -> None:
    await open_session(house, ONE_ROUND)
    await open_session(house, HERE)
    await adopt(house, bundled_review_data("taihu"))


async def waiting(house: House, **text: Any) -> UUID:
    return await handed_in(house, person(Role.MEMBER, committee=HERE), **text)


async def recommend_filing(
    house: House, actor: Actor, proposal_id: UUID, version: int, *, disputed: bool = False
) -> ProposalFiledAnswer:
    given = await house.ask(
        FileProposal(committee=HERE, proposal_id=proposal_id, expected_version=version, disputed=disputed),
        actor,
    )
    assert isinstance(given, ProposalFiledAnswer)
    return given


async def to_the_chairs(house: House, proposal_id: UUID) -> int:
    """Through the first two rounds undisputed; the version then."""
    version = (await recommend_filing(house, GROUP, proposal_id, 1)).version
    return (await recommend_filing(house, COMMITTEE, proposal_id, version)).version


async def review_of(house: House, proposal_id: UUID, actor: Actor = OFFICE) -> ProposalReviewAnswer:
    found = await house.ask(ProposalReview(committee=HERE, proposal_id=proposal_id), actor)
    assert isinstance(found, ProposalReviewAnswer)
    return found


async def desk(house: House, actor: Actor) -> set[UUID]:
    found, after = set(), None
    while True:
        page = await house.ask(ReviewDesk(committee=actor.committee, after=after, limit=100), actor)
        assert isinstance(page, ReviewDeskPage)
        found |= {row.proposal_id for row in page.proposals}
        if page.next is None:
            assert page.waiting >= len(found)
            return found
        after = page.next


async def seen(house: House, proposal_id: UUID, actor: Actor = OFFICE) -> ProposalAnswer:
    found = await house.ask(Proposal(committee=HERE, proposal_id=proposal_id), actor)
    assert isinstance(found, ProposalAnswer)
    return found


async def told(house: House, actor: Actor) -> list[NoticeKind]:
    found = await house.ask(Notices(committee=HERE), actor)
    assert isinstance(found, NoticePage)
    return [notice.kind for notice in found.notices]


async def test_each_round_has_it_in_turn_and_only_its_seats_decide(house: House) -> None:
    proposal_id = await waiting(house)
    assert proposal_id in await desk(house, GROUP)
    for stranger in (OFFICE, COMMITTEE, INSPECTION, CHAIRS):
        assert proposal_id not in await desk(house, stranger)
        with pytest.raises(WrongState) as refused:
            await recommend_filing(house, stranger, proposal_id, 1)
        assert "提案组初审" in str(refused.value.detail)
    first = await recommend_filing(house, GROUP, proposal_id, 1)
    assert (first.number, first.next_round) == (None, "提案委员会复审")
    assert proposal_id not in await desk(house, GROUP)
    second = await recommend_filing(house, COMMITTEE, proposal_id, first.version)
    assert second.next_round == "主席会议终审", "undisputed: the third round does not see it"
    assert (await seen(house, proposal_id)).state is ProposalState.SUBMITTED
    last = await recommend_filing(house, CHAIRS, proposal_id, second.version)
    assert last.number is not None
    assert last.next_round is None
    said = (await review_of(house, proposal_id)).recommendations
    assert [(one.round, one.person) for one in said] == [
        (0, GROUP.person),
        (1, COMMITTEE.person),
        (3, CHAIRS.person),
    ]


@pytest.mark.parametrize("how", ["two rounds differ", "a round says so"])
async def test_the_third_round_sees_what_is_disputed(house: House, how: str) -> None:
    proposal_id = await waiting(house)
    version = (
        await recommend_filing(house, GROUP, proposal_id, 1, disputed=how == "a round says so")
    ).version
    if how == "two rounds differ":
        given = await house.ask(
            DeclineProposal(
                committee=HERE, proposal_id=proposal_id, expected_version=version, ground=Ground.EMPTY
            ),
            COMMITTEE,
        )
    else:
        given = await recommend_filing(house, COMMITTEE, proposal_id, version)
    assert isinstance(given, Decided)
    assert given.next_round == "三方会审"
    assert proposal_id in await desk(house, INSPECTION)
    assert proposal_id in await desk(house, COMMITTEE)
    assert (await review_of(house, proposal_id)).disputed
    last = await recommend_filing(house, INSPECTION, proposal_id, given.version)
    assert last.next_round == "主席会议终审"


async def test_the_task_goes_from_round_to_round(house: House) -> None:
    proposal_id = await waiting(house)

    async def has_task(actor: Actor) -> bool:
        work = await house.ask(MyWork(committee=HERE), actor)
        assert isinstance(work, MyWorkAnswer)
        return any(
            todo.kind is TaskKind.REVIEW_PROPOSAL and proposal_id in (todo.matter, todo.about)
            for todo in work.todos
        )

    def has_it(who: Actor) -> Any:
        async def only_who_sits() -> bool:
            return [await has_task(actor) for actor in (GROUP, COMMITTEE, INSPECTION, CHAIRS)] == [
                actor is who or {actor, who} == {COMMITTEE, INSPECTION}
                for actor in (GROUP, COMMITTEE, INSPECTION, CHAIRS)
            ]

        return only_who_sits

    await until_async(has_it(GROUP), "the group has it")
    version = (await recommend_filing(house, GROUP, proposal_id, 1, disputed=True)).version

    async def committee_alone() -> bool:
        return await has_task(COMMITTEE) and not await has_task(GROUP) and not await has_task(INSPECTION)

    await until_async(committee_alone, "the committee has it")
    version = (await recommend_filing(house, COMMITTEE, proposal_id, version)).version
    await until_async(has_it(INSPECTION), "both who sit in the third round have it")
    version = (await recommend_filing(house, INSPECTION, proposal_id, version)).version
    await until_async(has_it(CHAIRS), "the chairs have it")
    await recommend_filing(house, CHAIRS, proposal_id, version)

    async def nobody() -> bool:
        return not any([await has_task(actor) for actor in (GROUP, COMMITTEE, INSPECTION, CHAIRS)])

    await until_async(nobody, "nobody has it any more")


async def test_returning_takes_effect_in_the_first_round_and_it_begins_anew(house: House) -> None:
    member = person(Role.MEMBER, committee=HERE)
    proposal_id = await handed_in(house, member)
    given = await house.ask(
        ReturnProposal(committee=HERE, proposal_id=proposal_id, expected_version=1, reason="请写明地点"),
        GROUP,
    )
    assert isinstance(given, Decided)
    assert given.next_round is None
    await saved(house, member, proposal_id, revision=1, facts="写明了地点的情况。")
    await house.ask(SubmitProposal(committee=HERE, draft_id=proposal_id), member)
    review = await review_of(house, proposal_id)
    assert (review.round, review.submission, review.disputed) == (0, 2, False)
    version = await to_the_chairs_from(house, proposal_id, review.version)
    assert not (await review_of(house, proposal_id)).disputed, "what was said of the old text does not count"
    await recommend_filing(house, CHAIRS, proposal_id, version)


async def to_the_chairs_from(house: House, proposal_id: UUID, version: int) -> int:
    version = (await recommend_filing(house, GROUP, proposal_id, version)).version
    return (await recommend_filing(house, COMMITTEE, proposal_id, version)).version


async def test_a_new_scheme_touches_only_what_is_handed_in_later(house: House) -> None:
    before = await waiting(house)
    two = dict(bundled_review_data("two_rounds"))
    adopted = await adopt(house, two)
    assert (await adopt(house, two)).id == adopted.id, "the same again changes nothing"
    try:
        after = await waiting(house)
        assert (await review_of(house, before)).rule_version == "taihu@1"
        assert (await review_of(house, after)).rule_version == "two_rounds@1"
        assert (await recommend_filing(house, GROUP, before, 1)).next_round == "提案委员会复审"
        assert (await recommend_filing(house, OFFICE, after, 1)).next_round == "提案委员会复审"
        changed = {**two, "name": "别的"}
        with pytest.raises(Invalid) as refused:
            await adopt(house, changed)
        assert "换一个版本号" in refused.value.errors[0].message
    finally:
        again = {**bundled_review_data("taihu"), "version": "1.1"}
        await adopt(house, again)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rounds": []}, "1 到 4 轮"),
        ({"rounds": [{"name": "一审", "seats": ["member"], "outcomes": ["file"]}]}, "席位"),
        ({"rounds": [{"name": "一审", "seats": ["chairs_meeting"], "outcomes": ["return"]}]}, "立案"),
    ],
)
async def test_a_scheme_that_cannot_be_worked_by_is_refused_in_chinese(
    house: House, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await adopt(house, {**bundled_review_data("taihu"), "version": "9", **change})
    assert words in refused.value.errors[0].message


async def test_the_scheme_in_force_is_shown_with_those_that_come_along(house: House) -> None:
    found = await house.ask(ReviewScheme(committee=HERE), OFFICE)
    assert isinstance(found, ReviewSchemeAnswer)
    assert found.current.code == "taihu"
    assert [row.code for row in found.bundled] == ["one_round", "two_rounds", "taihu"]
    plain = await house.ask(
        ReviewScheme(committee=ONE_ROUND), person(Role.PROPOSALS_OFFICE, committee=ONE_ROUND)
    )
    assert isinstance(plain, ReviewSchemeAnswer)
    assert (plain.scheme_id, len(plain.current.rounds)) == (None, 1)


# --- mergers and conversions ----------------------------------------------------------------------------------------------


async def test_a_merger_keeps_every_author_and_tells_them(house: House, services: Stack) -> None:
    members = await serving_members(house, HERE, 4)
    first, one, two, other = members
    draft_id, _ = await saved(house, first, title="老城区停车难的建议")
    for actor, invitation_id in zip((one, two), await invite(house, first, draft_id, one, two), strict=True):
        await answer(house, actor, invitation_id)
    await house.ask(SubmitProposal(committee=HERE, draft_id=draft_id), first)
    goes_on = await handed_in(house, other, title="关于解决老城区停车难的建议")
    similar = await house.ask(SimilarProposals(committee=HERE, proposal_id=draft_id), COMMITTEE)
    assert isinstance(similar, SimilarProposalsAnswer)
    assert similar.proposals[0].proposal_id == goes_on
    await to_the_chairs(house, goes_on)
    filed = await recommend_filing(house, CHAIRS, goes_on, 3)
    version = await to_the_chairs(house, draft_id)
    await house.ask(
        MergeProposal(committee=HERE, proposal_id=draft_id, expected_version=version, into=goes_on), CHAIRS
    )
    survivor, merged = await seen(house, goes_on), await seen(house, draft_id)
    authors = [first.person, one.person, two.person]
    assert survivor.co_proposers == authors
    assert survivor.state is ProposalState.FILED
    assert (merged.state, merged.merged_into) == (ProposalState.MERGED, goes_on)
    await until_async(lambda: _is_stated(services, goes_on), "the merger is stated")
    (event,) = [
        event
        for event in await stated(services, ProposalMerged, HERE)
        if event["proposal_id"] == str(draft_id)
    ]
    assert event["into_number"] == filed.number
    assert event["co_proposers"] == [str(one.person), str(two.person)]
    (joined,) = [
        event
        for event in await stated(services, ProposalAuthorsJoined, HERE)
        if event["proposal_id"] == str(goes_on)
    ]
    assert joined["joined"] == [str(author) for author in authors]

    async def all_told() -> bool:
        return all(
            [NoticeKind.PROPOSAL_MERGED in await told(house, actor) for actor in (first, one, two, other)]
        )

    await until_async(all_told, "the authors of both are told")
    with pytest.raises(WrongState):
        await house.ask(
            WithdrawProposal(
                committee=HERE, proposal_id=goes_on, expected_version=survivor.version, reason="撤"
            ),
            other,
        )


async def _is_stated(services: Stack, survivor: UUID) -> bool:
    return any(
        event["proposal_id"] == str(survivor) for event in await stated(services, ProposalAuthorsJoined, HERE)
    )


async def test_who_was_merged_in_stays_when_the_text_comes_back_changed(house: House) -> None:
    member, other = person(Role.MEMBER, committee=HERE), person(Role.MEMBER, committee=HERE)
    goes_on, merged = await handed_in(house, member), await handed_in(house, other)
    version = await to_the_chairs(house, merged)
    await house.ask(
        MergeProposal(committee=HERE, proposal_id=merged, expected_version=version, into=goes_on), CHAIRS
    )
    await house.ask(
        ReturnProposal(committee=HERE, proposal_id=goes_on, expected_version=2, reason="请补充"), GROUP
    )
    await saved(house, member, goes_on, revision=1, facts="补充了的情况。")
    await house.ask(SubmitProposal(committee=HERE, draft_id=goes_on), member)
    assert (await seen(house, goes_on, member)).co_proposers == [other.person]


async def test_a_merger_needs_another_one_that_goes_on(house: House) -> None:
    proposal_id, gone = (
        await waiting(house),
        await handed_in(house, member := person(Role.MEMBER, committee=HERE)),
    )
    await house.ask(
        WithdrawProposal(committee=HERE, proposal_id=gone, expected_version=1, reason="不提了"), member
    )
    for into in (proposal_id, new_id(), gone):
        with pytest.raises(Invalid) as refused:
            await house.ask(
                MergeProposal(committee=HERE, proposal_id=proposal_id, expected_version=1, into=into), GROUP
            )
        assert refused.value.errors[0].field == "into"


async def test_what_is_no_proposal_is_converted_and_its_author_told(house: House) -> None:
    member = person(Role.MEMBER, committee=HERE)
    proposal_id = await handed_in(house, member)
    version = await to_the_chairs(house, proposal_id)
    await house.ask(
        ConvertProposal(
            committee=HERE,
            proposal_id=proposal_id,
            expected_version=version,
            target=ConvertTarget.OPINION_REPORT,
        ),
        CHAIRS,
    )
    found = await seen(house, proposal_id, member)
    assert (found.state, found.converted_to) == (ProposalState.CONVERTED, ConvertTarget.OPINION_REPORT)

    async def is_told() -> bool:
        return NoticeKind.PROPOSAL_CONVERTED in await told(house, member)

    await until_async(is_told, "the proposer is told")


# --- many at once ---------------------------------------------------------------------------------------------------------


async def test_a_hundred_at_once_and_a_clash_on_one_stops_no_other(house: House, services: Stack) -> None:
    member = person(Role.MEMBER, committee=ONE_ROUND)
    office = person(Role.PROPOSALS_OFFICE, committee=ONE_ROUND)
    ids = [await handed_in(house, member, title=f"第{n}件关于公交的建议") for n in range(98)]
    items = [BulkItem(proposal_id=id_, expected_version=1) for id_ in ids]
    items[7] = BulkItem(proposal_id=ids[7], expected_version=5)
    items += [BulkItem(proposal_id=new_id(), expected_version=1), items[3]]
    bulk = ReviewInBulk(committee=ONE_ROUND, items=items, outcome=ReviewOutcome.FILE)
    given = await house.ask(bulk, office)
    assert isinstance(given, BulkReviewed)
    assert [result.proposal_id for result in given.results] == [item.proposal_id for item in items]
    failed = [n for n, result in enumerate(given.results) if result.problem]
    assert failed == [7, 98, 99], "the clash, the unknown one, and the one named twice"
    assert "第 5 版" in (given.results[7].problem or "")

    async def serials() -> list[int]:
        events = await stated(services, ProposalFiled, ONE_ROUND)
        return [event["serial"] for event in events if event["title"].endswith("关于公交的建议")]

    async def all_stated() -> bool:
        return len(await serials()) == 97

    await until_async(all_stated, "97 are stated")
    found = await serials()
    assert found == list(range(found[0], found[0] + 97)), "in the order asked for, without a gap"


async def test_many_are_not_filed_on_one_ground_and_listed(house: House) -> None:
    ids = [await waiting(house) for _ in range(3)]
    for id_ in ids:
        await to_the_chairs(house, id_)
    items = [BulkItem(proposal_id=id_, expected_version=3) for id_ in ids]
    with_no_ground = ReviewInBulk(committee=HERE, items=items, outcome=ReviewOutcome.NOT_FILE)
    refused = await house.ask(with_no_ground, CHAIRS)
    assert isinstance(refused, BulkReviewed)
    assert all("必须选择" in (result.problem or "") for result in refused.results)
    await house.ask(
        with_no_ground.model_copy(update={"ground": Ground.ACADEMIC, "reason": "属学术研讨"}), CHAIRS
    )
    listed = await house.ask(NotFiled(committee=HERE), CHAIRS)
    assert isinstance(listed, NotFiledPage)
    assert (listed.term, listed.session) == (8, 2)
    grounds = {row.proposal_id: row.ground for row in listed.proposals}
    assert {id_: grounds.get(id_) for id_ in ids} == dict.fromkeys(ids, Ground.ACADEMIC)
    assert listed.by_ground[Ground.ACADEMIC] >= 3


async def test_many_are_returned_each_to_its_author(house: House) -> None:
    members = [person(Role.MEMBER, committee=HERE) for _ in range(3)]
    items = [BulkItem(proposal_id=await handed_in(house, one), expected_version=1) for one in members]
    bulk = ReviewInBulk(committee=HERE, items=items, outcome=ReviewOutcome.RETURN, reason="请补充数据")
    given = await house.ask(bulk, GROUP)
    assert isinstance(given, BulkReviewed)
    assert not any(result.problem for result in given.results)
    found = await seen(house, items[0].proposal_id, members[0])
    assert (found.state, found.explanation) == (ProposalState.RETURNED, "请补充数据")


# --- among reviewers ------------------------------------------------------------------------------------------------------


async def test_notes_and_recommendations_stay_among_reviewers(house: House) -> None:
    member = person(Role.MEMBER, committee=HERE)
    proposal_id = await handed_in(house, member)
    note = AddReviewNote(
        committee=HERE, proposal_id=proposal_id, note_id=new_id(), note="与去年第 12 号相近，请复审留意"
    )
    await house.ask(note, GROUP)
    await recommend_filing(house, GROUP, proposal_id, 1, disputed=True)
    review = await review_of(house, proposal_id, COMMITTEE)
    assert [(one.person, one.note) for one in review.notes] == [(GROUP.person, note.note)]
    with pytest.raises(Forbidden):
        await review_of(house, proposal_id, member)
    both = person(Role.MEMBER, Role.PROPOSALS_COMMITTEE, committee=HERE, person_id=member.person)
    with pytest.raises(Forbidden):
        await review_of(house, proposal_id, both)
    assert [row.disputed for row in (await mine(house, member)).proposals] == [False]
    for reader in (member, both):
        shown = (await seen(house, proposal_id, reader)).model_dump_json()
        assert "相近" not in shown
        assert "disputed" not in shown
        assert "建议立案" not in shown


async def test_nobody_decides_on_a_proposal_of_their_own(house: House) -> None:
    both = person(Role.MEMBER, Role.REVIEW_GROUP, committee=HERE)
    proposal_id = await handed_in(house, both)
    with pytest.raises(Forbidden):
        await recommend_filing(house, both, proposal_id, 1)
    assert done(await recommend_filing(house, GROUP, proposal_id, 1)).version == 2


async def test_a_stale_version_is_told_and_another_committees_is_not_there(house: House) -> None:
    proposal_id = await waiting(house, facts=TEXT["facts"] + "补充。")
    with pytest.raises(VersionClash):
        await recommend_filing(house, GROUP, proposal_id, 3)
    beside = person(Role.PROPOSALS_OFFICE, committee=ONE_ROUND)
    with pytest.raises(NotFound):
        await house.ask(ProposalReview(committee=ONE_ROUND, proposal_id=proposal_id), beside)
    with pytest.raises(NotFound):
        await house.ask(SimilarProposals(committee=ONE_ROUND, proposal_id=proposal_id), beside)
