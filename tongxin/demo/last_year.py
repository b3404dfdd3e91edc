"""Last year's duty year in the three counties: what members did, and the year closed over it, as it was in January.

云岭县 lives by row 08 (five points an activity, fifteen a year): one member has fourteen points and a suggestion that waits,
one was kept, and one appealed, was right, and has fifteen. 安和市 has not closed yet, so that one can try it.
"""

from collections.abc import Coroutine, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from chassis.calendar import LOCAL
from chassis.identity import Actor
from tongxin.demo.cast import Office
from tongxin.demo.rehearsal import caught_up
from tongxin.demo.script import Script, made_id
from tongxin.demo_data.places import BESIDE, COUNTY, LAKE
from tongxin_contracts.members.commands import CloseDutyYear, DecideExit, RecordDuty
from tongxin_contracts.members.duty_days import HeardMatter, RecordDutyDay, ScheduleDutyDay, Took
from tongxin_contracts.members.points import AnswerAppeal, AppealPoints, CorrectDuty
from tongxin_contracts.members.queries import Dossier, DossierAnswer, MemberRow, UncountedDuty
from tongxin_contracts.message import Answer, Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import Attendance, DutyDayForm, DutyKind, ExitDecision, MatterOutcome

_DAY: Final = timedelta(days=1)
TURNS: Final = 4
"""云岭县: each member is there every fourth month, three times a year: fifteen points."""
SHORT, EVEN, RIGHT, KEPT = 0, 13, 26, 39
"""Whoever was missing once, by place in the roster: fourteen points, made up for, recorded wrongly, kept all the same."""
MATTERS: Final = (
    ("老街路灯早熄，晚归不便", MatterOutcome.SOLVED, "城管局调整了时间，延后一小时"),
    ("公交末班车太早", MatterOutcome.PASSED_ON, "转交通运输局，列入明年线路调整"),
    ("垃圾清运点离学校太近", MatterOutcome.SOLVED, "迁至路口东侧"),
)


async def tell(script: Script, office: Office, members: Sequence[MemberRow]) -> None:
    """What was done, then the closing."""
    year = _Year(script, office, members)
    match office.committee:
        case BESIDE.code:
            await year.days_in_turn()
        case COUNTY.code:
            await year.plenary(leave=17, absent=43)
            await year.sessions_with_speeches()
        case LAKE.code:
            await year.plenary(leave=15, absent=23, only_missing=True)
        case _:
            return
    await caught_up(script, "members", "EVT_PROPOSALS")
    await year.close()
    if office.committee == BESIDE.code:
        await year.settle()
    script.say(f"{office.place.place}：{year.number} 年度履职积分已结算")


class _Year:
    """One committee's last year."""

    def __init__(self, script: Script, office: Office, members: Sequence[MemberRow]) -> None:
        self.script, self.office, self.members = script, office, members
        self.number = script.now.year - 1
        self.staff = office.acting(Role.MEMBERS_OFFICE)

    async def plenary(self, *, leave: int, absent: int, only_missing: bool = False) -> None:
        """Every so many were on leave or stayed away; who came is recorded where a scheme counts that."""
        on, commands = date(self.number, 1, 12), []
        for place, member in enumerate(self.members, 1):
            met = Attendance.PRESENT
            if place % leave == 0:
                met = Attendance.LEAVE
            elif place % absent == 0:
                met = Attendance.ABSENT
            if not only_missing or met is not Attendance.PRESENT:
                note = f"{self.office.place.name}全体会议签到"
                commands.append(self._duty(member, DutyKind.PLENARY, on, note, attendance=met))
        await self.script.all(commands, None)

    async def sessions_with_speeches(self) -> None:
        """Two sessions at which most members spoke."""
        for turn, (month, day) in enumerate(((5, 20), (9, 16))):
            took = [member for place, member in enumerate(self.members) if place % 11 != 5 + turn]
            on = date(self.number, month, day)
            await self._held("专题协商会书面发言", DutyDayForm.CONSULTATION, DutyKind.SPEECH, on, took)

    async def days_in_turn(self) -> None:
        """Twelve days, a quarter of the members on each; four were missing once."""
        for month in range(1, 13):
            on = date(self.number, month, 8)
            took = [member for place, member in enumerate(self.members) if place % TURNS == month % TURNS]
            last = month > 12 - TURNS
            missing = [self.members[place] for place in (SHORT, EVEN, RIGHT, KEPT)] if last else []
            await self._held(
                "委员工作室走访接待", DutyDayForm.RECEPTION, DutyKind.ACTIVITY, on, took, missing
            )
        more = [
            self._duty(
                self.members[SHORT], DutyKind.VOLUNTEERING, date(self.number, 8, 2), "防汛志愿服务", times=2
            ),
            self._duty(
                self.members[EVEN], DutyKind.GOLDEN_IDEA, date(self.number, 8, 2), "老街夜间照明的金点子"
            ),
            *(
                self._duty(member, DutyKind.VOLUNTEERING, date(self.number, 4, 20), "植树志愿服务")
                for member in self.members[1::7]
            ),
        ]
        await self.script.all(more, None)

    async def close(self) -> None:
        """In the second week of January."""
        command = CloseDutyYear(
            committee=self.office.committee,
            closing_id=made_id(self.office.committee, "duty year", self.number),
            year=self.number,
        )
        await self.script.do(command, self.staff, at=self._after(0))

    async def settle(self) -> None:
        """What became of those who were below: one appeals and is right, one is kept; one waits."""
        where = {"committee": self.office.committee}
        wronged = self.members[RIGHT]
        appeal_id = made_id("appeal", wronged.member_id, self.number)
        corrected = made_id("corrected", wronged.member_id, self.number)
        missed = await self._not_counted(wronged)
        if missed is not None:  # an earlier attempt may have come as far as the correction
            appeal = AppealPoints(
                **where,
                appeal_id=appeal_id,
                year=self.number,
                fact_id=missed.fact_id,
                text="这一天我在工作室接待群众 6 人，签到表在第二页，请核对。",
            )
            correct = CorrectDuty(
                **where,
                member_id=wronged.member_id,
                fact_id=missed.fact_id,
                instead=corrected,
                kind=DutyKind.ACTIVITY,
                on=missed.on,
                reason="签到表第二页有本人签名，登记时漏看",
            )
            person = Actor(id=str(wronged.person_id), committee=self.office.committee, roles=(Role.MEMBER,))
            await self.script.do(appeal, person, at=self._after(2))
            await self.script.do(correct, self.staff, at=self._after(4))
        answer = AnswerAppeal(
            **where,
            appeal_id=appeal_id,
            granted=True,
            text="已核对签到表，您当天在场，记录和积分已更正。",
            correction=corrected,
        )
        keep = DecideExit(
            **where,
            member_id=self.members[KEPT].member_id,
            year=self.number,
            decision=ExitDecision.KEEP,
            reason="住院四个月，已补交说明，继续履职",
        )
        await self.script.do(answer, self.staff, at=self._after(4))
        await self.script.do(keep, self.staff, at=self._after(9))

    async def _not_counted(self, member: MemberRow) -> UncountedDuty | None:
        """The day of duty that a member was taken for missing on."""
        query = Dossier(committee=self.office.committee, member_id=member.member_id, year=self.number)
        found = (await self.script.tell(DossierAnswer, query, self.staff)).uncounted
        return next((one for one in found if one.kind is DutyKind.ACTIVITY), None)

    async def _held(
        self,
        name: str,
        form: DutyDayForm,
        kind: DutyKind,
        on: date,
        took: Sequence[MemberRow],
        missing: Sequence[MemberRow] = (),
    ) -> None:
        """A day put on the calendar and recorded."""
        day_id = made_id(self.office.committee, "last year", name, on)
        schedule = ScheduleDutyDay(
            committee=self.office.committee,
            day_id=day_id,
            name=name,
            form=form,
            kind=kind,
            on=on,
            begins=time(9),
            ends=time(11, 30),
            place=f"{self.office.place.place}委员工作室",
        )
        planned = await self.script.do(schedule, self.staff, at=self._at(on - 14 * _DAY))
        assert isinstance(planned, Done)
        away = {member.member_id for member in missing}
        record = RecordDutyDay(
            committee=self.office.committee,
            day_id=day_id,
            expected_version=planned.version,
            took=[
                Took(
                    member_id=member.member_id,
                    attendance=Attendance.LEAVE if member.member_id in away else Attendance.PRESENT,
                )
                for member in took
            ],
            residents=9 + 7 * on.month % 23 if form is DutyDayForm.RECEPTION else 0,
            matters=[_heard(day_id, on.month)] if form is DutyDayForm.RECEPTION else [],
        )
        await self.script.do(record, self.staff, at=self._at(on))

    def _duty(
        self,
        member: MemberRow,
        kind: DutyKind,
        on: date,
        note: str,
        *,
        times: int = 1,
        attendance: Attendance = Attendance.PRESENT,
    ) -> "partial[Coroutine[object, object, Answer]]":
        command = RecordDuty(
            committee=self.office.committee,
            member_id=member.member_id,
            fact_id=made_id("last year", member.member_id, kind, on),
            kind=kind,
            on=on,
            quantity=times,
            attendance=attendance,
            note=note,
        )
        return partial(self.script.do, command, self.staff, at=self._at(on + _DAY))

    def _at(self, on: date) -> datetime:
        return datetime.combine(on, time(16), LOCAL)

    def _after(self, days: int) -> datetime:
        """So many days after the closing."""
        return self._at(date(self.number + 1, 1, 9)) + days * _DAY


def _heard(day_id: UUID, month: int) -> HeardMatter:
    text, outcome, became = MATTERS[month % len(MATTERS)]
    return HeardMatter(matter_id=made_id("matter", day_id), text=text, outcome=outcome, became=became)
