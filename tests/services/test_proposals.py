"""A proposal's way from the first typed word to a decision."""

import asyncio

import pytest

from chassis.ids import new_id
from chassis.problems import CommandReused, Forbidden, Invalid, NotFound, VersionClash, WrongState
from tests.house import BESIDE, CITY, COUNTY, House, person
from tests.proposals_at_work import TEXT, done, file, handed_in, mine, open_session
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import (
    DeclineProposal,
    DiscardDraft,
    DraftSaved,
    FileProposal,
    ReturnProposal,
    SaveDraft,
    SubmitProposal,
)
from tongxin_contracts.proposals.queries import (
    Draft,
    DraftAnswer,
    Proposal,
    ProposalAnswer,
    ProposalPage,
    Proposals,
    ReviewDesk,
)
from tongxin_contracts.words import Ground, ProposalState


@pytest.fixture(autouse=True, scope="module")
async def _session(house: House) -> None:
    await open_session(house)
    await open_session(house, CITY)


async def seen(house: House, proposal_id: object, actor: object, committee: str = COUNTY) -> ProposalAnswer:
    answer = await house.ask(Proposal(committee=committee, proposal_id=proposal_id), actor)  # type: ignore[arg-type]
    assert isinstance(answer, ProposalAnswer)
    return answer


async def test_a_draft_keeps_whatever_was_typed(house: House) -> None:
    member, draft_id = person(Role.MEMBER), new_id()
    half = {"title": "", "facts": "没写完的一句话，还有 😀 和 𠮷", "analysis": "", "suggestions": [""]}
    await house.ask(SaveDraft(committee=COUNTY, draft_id=draft_id, revision=0, **half), member)
    kept = await house.ask(Draft(committee=COUNTY, draft_id=draft_id), member)
    assert isinstance(kept, DraftAnswer)
    assert kept.facts == half["facts"]
    assert kept.revision == 1


async def test_a_draft_saved_in_two_windows_loses_neither_text(house: House) -> None:
    member, draft_id = person(Role.MEMBER), new_id()
    await house.ask(SaveDraft(committee=COUNTY, draft_id=draft_id, revision=0, title="甲"), member)
    await house.ask(SaveDraft(committee=COUNTY, draft_id=draft_id, revision=1, title="乙"), member)
    with pytest.raises(VersionClash):
        await house.ask(SaveDraft(committee=COUNTY, draft_id=draft_id, revision=1, title="丙"), member)
    kept = await house.ask(Draft(committee=COUNTY, draft_id=draft_id), member)
    assert isinstance(kept, DraftAnswer)
    assert kept.title == "乙"


async def test_nobody_reads_or_hands_in_anothers_draft(house: House) -> None:
    author, other, draft_id = person(Role.MEMBER), person(Role.MEMBER), new_id()
    await house.ask(SaveDraft(committee=COUNTY, draft_id=draft_id, revision=0, **TEXT), author)
    for request in (
        Draft(committee=COUNTY, draft_id=draft_id),
        SubmitProposal(committee=COUNTY, draft_id=draft_id),
        DiscardDraft(committee=COUNTY, draft_id=draft_id),
    ):
        with pytest.raises(NotFound):
            await house.ask(request, other)
    with pytest.raises(NotFound):
        await house.ask(Proposal(committee=COUNTY, proposal_id=draft_id), person(Role.PROPOSALS_OFFICE))


async def test_handing_in_names_every_field_at_fault_at_once(house: House) -> None:
    member, draft_id = person(Role.MEMBER), new_id()
    await house.ask(
        SaveDraft(
            committee=COUNTY,
            draft_id=draft_id,
            revision=0,
            title="短",
            facts="事" * 3001,
            suggestions=["", "乙"],
        ),
        member,
    )
    with pytest.raises(Invalid) as refused:
        await house.ask(SubmitProposal(committee=COUNTY, draft_id=draft_id), member)
    assert {error.field for error in refused.value.errors} == {"title", "facts", "analysis", "suggestions.0"}
    assert (await mine(house, member)).drafts[0].draft_id == draft_id, "the draft is still there"


async def test_filing_gives_gapless_numbers_also_to_ten_at_once(house: House) -> None:
    member = person(Role.MEMBER)
    waiting = [await handed_in(house, member, title=f"第{n}件关于停车的建议") for n in range(10)]
    answers = await asyncio.gather(*(file(house, proposal_id) for proposal_id in waiting))
    serials = sorted(answer.number for answer in answers)
    numbers = [int(number[-5:-1]) for number in serials]
    assert numbers == list(range(numbers[0], numbers[0] + 10))
    assert serials[0].startswith("八届二次第")


async def test_a_replayed_filing_answers_the_same_and_gives_one_number(house: House) -> None:
    office, command_id = person(Role.PROPOSALS_OFFICE), new_id()
    proposal_id = await handed_in(house, person(Role.MEMBER))
    command = FileProposal(committee=COUNTY, proposal_id=proposal_id, expected_version=1)
    first, *others = await asyncio.gather(*(house.ask(command, office, command_id) for _ in range(5)))
    assert all(answer == first for answer in others)
    with pytest.raises(CommandReused):
        await house.ask(command.model_copy(update={"expected_version": 2}), office, command_id)
    assert (await seen(house, proposal_id, office)).version == 2


async def test_two_reviewers_at_once_and_one_of_them_is_told(house: House) -> None:
    proposal_id = await handed_in(house, person(Role.MEMBER))
    filing = FileProposal(committee=COUNTY, proposal_id=proposal_id, expected_version=1)
    declining = DeclineProposal(
        committee=COUNTY,
        proposal_id=proposal_id,
        expected_version=1,
        ground=Ground.EMPTY,
        explanation="请补充",
    )
    outcomes = await asyncio.gather(
        house.ask(filing, person(Role.PROPOSALS_OFFICE)),
        house.ask(declining, person(Role.PROPOSALS_OFFICE)),
        return_exceptions=True,
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert [type(error) for error in refused] == [WrongState]


async def test_returned_for_change_comes_back_with_the_text_and_the_reason(house: House) -> None:
    member, office = person(Role.MEMBER), person(Role.PROPOSALS_OFFICE)
    proposal_id = await handed_in(house, member)
    reason = "建议第二条请写明数量和完成时间"
    await house.ask(
        ReturnProposal(committee=COUNTY, proposal_id=proposal_id, expected_version=1, reason=reason), office
    )
    draft = await house.ask(Draft(committee=COUNTY, draft_id=proposal_id), member)
    assert isinstance(draft, DraftAnswer)
    assert (draft.facts, draft.returned_because) == (TEXT["facts"], reason)
    with pytest.raises(WrongState):
        await house.ask(FileProposal(committee=COUNTY, proposal_id=proposal_id, expected_version=2), office)
    with pytest.raises(WrongState):
        await house.ask(DiscardDraft(committee=COUNTY, draft_id=proposal_id), member)

    changed = TEXT | {"suggestions": ["一是更换 1.2 公里主管，明年六月前完成。"]}
    saved = await house.ask(
        SaveDraft(committee=COUNTY, draft_id=proposal_id, revision=draft.revision, **changed), member
    )
    assert isinstance(saved, DraftSaved)
    again = done(await house.ask(SubmitProposal(committee=COUNTY, draft_id=proposal_id), member))
    answer = await file(house, proposal_id, version=again.version)
    proposal = await seen(house, answer.id, member)
    assert proposal.state is ProposalState.FILED
    assert [entry.action for entry in proposal.history] == [
        "submit_proposal",
        "return_proposal",
        "submit_proposal",
        "file_proposal",
    ]
    assert proposal.history_intact
    assert proposal.history[2].changes["suggestions"] == [TEXT["suggestions"], changed["suggestions"]]


@pytest.mark.parametrize("ground", list(Ground))
async def test_each_of_the_ten_grounds_can_be_the_one(house: House, ground: Ground) -> None:
    member = person(Role.MEMBER)
    proposal_id = await handed_in(house, member)
    await house.ask(
        DeclineProposal(committee=COUNTY, proposal_id=proposal_id, expected_version=1, ground=ground),
        person(Role.PROPOSALS_OFFICE),
    )
    proposal = await seen(house, proposal_id, member)
    assert (proposal.state, proposal.ground, proposal.number) == (ProposalState.NOT_FILED, ground, None)


async def test_the_desk_shows_what_is_due_first_and_pages_without_gaps(house: House) -> None:
    office, member = person(Role.PROPOSALS_OFFICE, committee=CITY), person(Role.MEMBER, committee=CITY)
    waiting = [await handed_in(house, member) for _ in range(5)]
    got, after = [], None
    while True:
        page = await house.ask(ReviewDesk(committee=CITY, limit=2, after=after), office)
        assert isinstance(page, ProposalPage)
        got += [item.proposal_id for item in page.proposals]
        after = page.next
        if after is None:
            break
    assert [id_ for id_ in got if id_ in waiting] == waiting
    assert len(got) == len(set(got))


async def test_the_city_sees_what_a_county_filed_and_never_what_waits_there(house: House) -> None:
    city = person(Role.PROPOSALS_OFFICE, committee=CITY)
    waiting = await handed_in(house, person(Role.MEMBER))
    filed = await handed_in(house, person(Role.MEMBER))
    await file(house, filed)
    assert (await seen(house, filed, city)).proposal_id == filed
    with pytest.raises(NotFound):
        await house.ask(Proposal(committee=COUNTY, proposal_id=waiting), city)
    with pytest.raises(Forbidden):
        await house.ask(ReviewDesk(committee=COUNTY), city)
    with pytest.raises(Forbidden):
        await house.ask(Proposals(committee=COUNTY), person(Role.PROPOSALS_OFFICE, committee=BESIDE))
    with pytest.raises(NotFound):
        await house.ask(
            Proposal(committee=BESIDE, proposal_id=filed), person(Role.PROPOSALS_OFFICE, committee=BESIDE)
        )


async def test_how_a_filed_proposal_came_about_stays_with_its_authors_and_its_office(house: House) -> None:
    author, office = person(Role.MEMBER), person(Role.PROPOSALS_OFFICE)
    proposal_id = await handed_in(house, author)
    reason = "内部意见：与某局沟通后再提"
    returning = ReturnProposal(committee=COUNTY, proposal_id=proposal_id, expected_version=1, reason=reason)
    await house.ask(returning, office)
    again = done(await house.ask(SubmitProposal(committee=COUNTY, draft_id=proposal_id), author))
    await file(house, proposal_id, version=again.version)
    for inside in (author, office):
        assert reason in [entry.reason for entry in (await seen(house, proposal_id, inside)).history]
    for outside in (person(Role.PROPOSALS_OFFICE, committee=CITY), person(Role.MEMBER)):
        found = await seen(house, proposal_id, outside)
        assert {entry.action for entry in found.history} == {"submit_proposal", "file_proposal"}
        assert all(not entry.changes and entry.reason is None for entry in found.history)
        assert found.history_intact


@pytest.mark.parametrize(
    "title",
    [
        "'; drop table proposal; -- 的建议",
        "<script>alert(1)</script>的建议",
        "关于𠮷䶮路 😀👨‍👩‍👧 的建议",
        "{{7*7}} ${jndi:ldap://x} 的建议",
    ],
)
async def test_hostile_and_rare_text_comes_back_as_it_was_written(house: House, title: str) -> None:
    member = person(Role.MEMBER)
    proposal_id = await handed_in(house, member, title=title)
    await file(house, proposal_id)
    assert (await seen(house, proposal_id, member)).title == title
    found = await house.ask(Proposals(committee=COUNTY, search=title[:8]), member)
    assert isinstance(found, ProposalPage)
    assert proposal_id in [item.proposal_id for item in found.proposals]


async def test_a_cursor_somebody_made_up_is_a_problem_and_no_fault(house: House) -> None:
    for after in ("x", "////", "W10=", "WyJhIiwiYiJd"):
        with pytest.raises(Exception, match="翻页位置无效") as refused:
            await house.ask(ReviewDesk(committee=COUNTY, after=after), person(Role.PROPOSALS_OFFICE))
        assert refused.value.status == 400  # type: ignore[attr-defined]
