"""A correction of the source moves the points at once, also of a year that is closed; an appeal is answered."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.problems import Forbidden, Invalid, NotFound, WrongState
from tests.house import House, person
from tests.members_at_work import adopt, database, office, some_members, stated
from tests.services.test_members_duty import LAST_YEAR, close_year, dossier, record
from tests.waiting import until_async
from tongxin_contracts.members.commands import AnnulDuty, DecideExit
from tongxin_contracts.members.points import (
    AnswerAppeal,
    AppealPoints,
    Appeals,
    AppealsAnswer,
    CorrectDuty,
    DutyCorrected,
    ExitSuggestionWithdrawn,
)
from tongxin_contracts.members.queries import MemberRow
from tongxin_contracts.message import Done
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer, NoticePage, Notices
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import DutyKind, ExitDecision, MemberStanding, NoticeKind, TaskKind


async def correct(house: House, committee: str, member: MemberRow, fact: UUID, **more: Any) -> Done:
    columns = {
        "kind": DutyKind.GOLDEN_IDEA,
        "on": date(LAST_YEAR, 6, 1),
        "reason": "活动登记错了类别",
        **more,
    }
    command = CorrectDuty(
        committee=committee, member_id=member.member_id, fact_id=fact, instead=new_id(), **columns
    )
    done = await house.ask(command, office(committee))
    assert isinstance(done, Done)
    return done


async def tasks(house: House, committee: str) -> list[TaskKind]:
    work = await house.ask(MyWork(committee=committee), office(committee))
    assert isinstance(work, MyWorkAnswer)
    return [todo.kind for todo in work.todos]


async def notices(house: House, committee: str, member: MemberRow) -> list[NoticeKind]:
    me = person(Role.MEMBER, committee=committee, person_id=member.person_id)
    found = await house.ask(Notices(committee=committee), me)
    assert isinstance(found, NoticePage)
    return [notice.kind for notice in found.notices]


async def test_the_right_record_stands_in_place_of_the_wrong_one_and_both_are_kept(house: House) -> None:
    committee = "350410"
    await adopt(house, committee)
    (member,) = await some_members(house, committee, 1)
    (fact,) = await record(house, committee, member, DutyKind.VOLUNTEERING, note="五一义诊")
    await correct(house, committee, member, fact)
    shown = await dossier(house, committee, member)
    assert [(line.kind, line.counted, line.evidence) for line in shown.lines] == [
        (DutyKind.GOLDEN_IDEA, "5", "五一义诊")
    ]
    assert "活动登记错了类别" in (shown.history[-1].reason or "")
    async with database(house.stack, committee) as tx:
        rows = await tx.raw.fetch("select id, corrects, annulled_because from duty_fact order by recorded_at")
    assert [(row["corrects"], row["annulled_because"]) for row in rows] == [
        (None, "活动登记错了类别"),
        (fact, None),
    ]

    async def told() -> bool:
        events = await stated(house.stack, DutyCorrected, committee)
        return [event["fact_id"] for event in events] == [str(fact)]

    await until_async(told, "the correction is stated")
    with pytest.raises(WrongState, match="已经撤销过"):
        await correct(house, committee, member, fact)
    with pytest.raises(Invalid):
        await correct(house, committee, member, rows[1]["id"], kind=DutyKind.PROPOSAL_FILED)


async def test_a_late_correction_withdraws_a_suggestion_that_no_longer_holds(house: House) -> None:
    committee = "350411"
    await adopt(house, committee)
    (member,) = await some_members(house, committee, 1)
    await record(house, committee, member, DutyKind.ACTIVITY, 2)
    one, two = await record(house, committee, member, DutyKind.VOLUNTEERING, 2)
    await close_year(house, committee)

    async def asked() -> bool:
        return await tasks(house, committee) == [TaskKind.DECIDE_EXIT]

    await until_async(asked, "14 points are suggested")
    await correct(house, committee, member, two)

    async def done() -> bool:
        return not await tasks(house, committee)

    await until_async(done, "nothing is left to decide")
    (told,) = await stated(house.stack, ExitSuggestionWithdrawn, committee)
    assert (told["year"], told["points"]) == (LAST_YEAR, "17")
    decide = DecideExit(
        committee=committee,
        member_id=member.member_id,
        year=LAST_YEAR,
        decision=ExitDecision.RESIGN,
        reason="太迟",
    )
    with pytest.raises(WrongState):
        await house.ask(decide, office(committee))

    async def informed() -> bool:
        return {NoticeKind.EXIT_WITHDRAWN, NoticeKind.DUTY_CORRECTED} <= set(
            await notices(house, committee, member)
        )

    await until_async(informed, "the member is told of both")
    annul = AnnulDuty(committee=committee, member_id=member.member_id, fact_id=one, reason="重复登记")
    await house.ask(annul, office(committee))
    assert (await dossier(house, committee, member)).total == "15"
    await until_async(done, "15 passes")


async def test_a_correction_downwards_suggests_and_a_decision_is_never_touched(house: House) -> None:
    committee = "350412"
    await adopt(house, committee)
    fell, decided = await some_members(house, committee, 2)
    (fact, *_) = await record(house, committee, fell, DutyKind.ACTIVITY, 3)
    await record(house, committee, decided, DutyKind.ACTIVITY)
    await close_year(house, committee)
    decide = DecideExit(
        committee=committee,
        member_id=decided.member_id,
        year=LAST_YEAR,
        decision=ExitDecision.KEEP,
        reason="新任委员",
    )
    await house.ask(decide, office(committee))
    await correct(house, committee, fell, fact, kind=DutyKind.VOLUNTEERING)

    async def asked() -> bool:
        return await tasks(house, committee) == [TaskKind.DECIDE_EXIT]

    await until_async(asked, "12 points are suggested now")
    await record(house, committee, decided, DutyKind.ACTIVITY, 2)
    assert await stated(house.stack, ExitSuggestionWithdrawn, committee) == []
    assert (await dossier(house, committee, decided)).standing is MemberStanding.SERVING


async def test_a_member_appeals_and_is_answered_once(house: House) -> None:
    committee = "350413"
    await adopt(house, committee)
    member, other = await some_members(house, committee, 2)
    (fact,) = await record(house, committee, member, DutyKind.VOLUNTEERING)
    me = person(Role.MEMBER, committee=committee, person_id=member.person_id)
    appeal = AppealPoints(
        committee=committee, appeal_id=new_id(), year=LAST_YEAR, fact_id=fact, text="这次是参加活动"
    )
    await house.ask(appeal, me)
    stranger = person(Role.MEMBER, committee=committee, person_id=other.person_id)
    with pytest.raises(Invalid):
        await house.ask(appeal.model_copy(update={"appeal_id": new_id()}), stranger)
    with pytest.raises(NotFound):
        await house.ask(
            appeal.model_copy(update={"appeal_id": new_id()}), person(Role.MEMBER, committee=committee)
        )

    async def asked() -> bool:
        return TaskKind.ANSWER_APPEAL in await tasks(house, committee)

    await until_async(asked, "the office has to answer")
    await correct(house, committee, member, fact, kind=DutyKind.ACTIVITY)
    correction = (await dossier(house, committee, member)).lines[0].fact_id
    answer = AnswerAppeal(
        committee=committee,
        appeal_id=appeal.appeal_id,
        granted=True,
        text="已核对签到表并更正",
        correction=correction,
    )
    with pytest.raises(Forbidden):
        await house.ask(answer, me)
    with pytest.raises(Invalid):
        await house.ask(answer.model_copy(update={"correction": new_id()}), office(committee))
    await house.ask(answer, office(committee))
    with pytest.raises(WrongState, match="已经答复"):
        await house.ask(answer, office(committee))
    mine = await house.ask(Appeals(committee=committee), me)
    assert isinstance(mine, AppealsAnswer)
    assert [(row.granted, row.answer) for row in mine.appeals] == [(True, "已核对签到表并更正")]
    theirs = await house.ask(Appeals(committee=committee), stranger)
    assert isinstance(theirs, AppealsAnswer)
    assert theirs.appeals == []

    async def told() -> bool:
        found = await notices(house, committee, member)
        return {NoticeKind.POINTS_APPEALED, NoticeKind.APPEAL_ANSWERED} <= set(found)

    await until_async(told, "the member knows that it arrived and what became of it")

    async def closed() -> bool:
        return TaskKind.ANSWER_APPEAL not in await tasks(house, committee)

    await until_async(closed, "nothing is left to answer")
