"""What other services make of a proposal's events: notices, work to do, topics."""

from uuid import UUID

import pytest

from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import NotFound, WrongState
from tests.house import BESIDE, COUNTY, House, person
from tests.proposals_at_work import file, handed_in, open_session
from tests.waiting import until_async
from tongxin_contracts.consultation.commands import TakeTopic
from tongxin_contracts.consultation.queries import Topics, TopicsAnswer
from tongxin_contracts.notify.commands import MarkNoticesRead, NoticesRead
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer, NoticePage, Notices
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import ReturnProposal
from tongxin_contracts.words import NoticeKind, TaskKind


@pytest.fixture(autouse=True, scope="module")
async def _session(house: House) -> None:
    await open_session(house)


async def work_of(house: House, actor: Actor) -> MyWorkAnswer:
    answer = await house.ask(MyWork(committee=actor.committee), actor)
    assert isinstance(answer, MyWorkAnswer)
    return answer


async def topics(house: House, committee: str = COUNTY) -> TopicsAnswer:
    answer = await house.ask(
        Topics(committee=committee, limit=100), person(Role.COMMITTEE_OFFICE, committee=committee)
    )
    assert isinstance(answer, TopicsAnswer)
    return answer


async def has_task(house: House, actor: Actor, matter: UUID, kind: TaskKind) -> bool:
    return any(todo.matter == matter and todo.kind is kind for todo in (await work_of(house, actor)).todos)


async def test_work_appears_for_whoever_must_act_and_goes_when_it_is_done(house: House) -> None:
    member, office = person(Role.MEMBER), person(Role.PROPOSALS_OFFICE)
    proposal_id = await handed_in(house, member)
    await until_async(
        lambda: has_task(house, office, proposal_id, TaskKind.REVIEW_PROPOSAL), "the office has to review"
    )
    todo = next(todo for todo in (await work_of(house, office)).todos if todo.matter == proposal_id)
    assert todo.due_at is not None
    assert not await has_task(house, member, proposal_id, TaskKind.REVIEW_PROPOSAL)

    await house.ask(
        ReturnProposal(committee=COUNTY, proposal_id=proposal_id, expected_version=1, reason="请写明数量"),
        office,
    )
    await until_async(
        lambda: has_task(house, member, proposal_id, TaskKind.REVISE_PROPOSAL), "the member has to revise"
    )
    assert not await has_task(house, office, proposal_id, TaskKind.REVIEW_PROPOSAL)


async def test_work_is_counted_by_kind_and_read_in_pages(house: House) -> None:
    where = "361190"
    await open_session(house, where)
    member, office = person(Role.MEMBER, committee=where), person(Role.PROPOSALS_OFFICE, committee=where)
    handed = [await handed_in(house, member) for _ in range(3)]

    async def all_there() -> bool:
        return len((await work_of(house, office)).todos) == len(handed)

    await until_async(all_there, "the office has to review them")
    whole = await work_of(house, office)
    assert [(count.kind, count.open, count.overdue) for count in whole.counts] == [
        (TaskKind.REVIEW_PROPOSAL, 3, 0)
    ]
    assert whole.next is None

    first = await house.ask_for(MyWorkAnswer, MyWork(committee=where, limit=2), office)
    rest = await house.ask_for(MyWorkAnswer, MyWork(committee=where, limit=2, after=first.next), office)
    assert [*first.todos, *rest.todos] == whole.todos
    assert (len(first.todos), rest.next) == (2, None)
    assert first.counts == whole.counts

    other = await house.ask_for(MyWorkAnswer, MyWork(committee=where, kind=TaskKind.CHECK_REPLY), office)
    assert other.todos == []
    assert other.counts == whole.counts


async def test_the_proposer_is_told_at_every_step_once_and_reads_it(house: House) -> None:
    member = person(Role.MEMBER)
    proposal_id = await handed_in(house, member)
    answer = await file(house, proposal_id)

    async def both() -> bool:
        return len((await work_of(house, member)).notices) == 2

    await until_async(both, "two notices")
    page = await house.ask(Notices(committee=COUNTY), member)
    assert isinstance(page, NoticePage)
    assert [notice.kind for notice in page.notices] == [
        NoticeKind.PROPOSAL_FILED,
        NoticeKind.PROPOSAL_SUBMITTED,
    ]
    assert answer.number in page.notices[0].body
    ids = [notice.notice_id for notice in page.notices]
    assert await house.ask(
        MarkNoticesRead(committee=COUNTY, notices=ids), person(Role.MEMBER)
    ) == NoticesRead(read=0)
    assert await house.ask(MarkNoticesRead(committee=COUNTY, notices=ids), member) == NoticesRead(read=2)
    assert (await work_of(house, member)).unread == 0


async def test_a_filed_proposal_becomes_a_topic_once(house: House) -> None:
    proposal_id = await handed_in(house, person(Role.MEMBER), title="老旧小区加装电梯的建议")
    await file(house, proposal_id)

    async def offered() -> bool:
        return proposal_id in [candidate.proposal_id for candidate in (await topics(house)).candidates]

    await until_async(offered, "consultation can take it")
    office = person(Role.COMMITTEE_OFFICE)
    topic_id = new_id()
    await house.ask(TakeTopic(committee=COUNTY, topic_id=topic_id, proposal_id=proposal_id), office)
    with pytest.raises(WrongState):
        await house.ask(TakeTopic(committee=COUNTY, topic_id=new_id(), proposal_id=proposal_id), office)
    listed = await topics(house)
    assert topic_id in [topic.topic_id for topic in listed.topics]
    assert proposal_id not in [candidate.proposal_id for candidate in listed.candidates]


async def test_a_committee_beside_neither_sees_nor_takes_it(house: House) -> None:
    proposal_id = await handed_in(house, person(Role.MEMBER))
    await file(house, proposal_id)
    assert proposal_id not in [
        candidate.proposal_id for candidate in (await topics(house, BESIDE)).candidates
    ]
    with pytest.raises(NotFound):
        await house.ask(
            TakeTopic(committee=BESIDE, topic_id=new_id(), proposal_id=proposal_id),
            person(Role.COMMITTEE_OFFICE, committee=BESIDE),
        )
