"""How a filed proposal is handled in the demo: asked, returned, dispatched, talked over, answered, judged."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chassis.calendar import add_working_days, deadline_instant, local_date
from chassis.identity import Actor
from services.proposals.rules.dispatch import DEFAULT_RULES
from tongxin.demo.cast import Office, Unit
from tongxin.demo.script import Script, made_id
from tongxin.demo_data.fates import Fate, Stage
from tongxin_contracts.message import Command
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.feedback_commands import GiveFeedback, OrderRehandling
from tongxin_contracts.proposals.handling_commands import (
    AcceptAllocation,
    AskExtension,
    CheckReply,
    DecideExtension,
    Dispatch,
    DispatchItem,
    DraftReply,
    GiveOpinion,
    PreDispatch,
    Reallocate,
    RecordTalk,
    ReplyLineDraft,
    ResponsibilityLine,
    ReturnAllocation,
    SetResponsibilities,
    SignReceipt,
    SignReply,
    SubmitReply,
)
from tongxin_contracts.words import (
    Attitude,
    FeedbackResult,
    Heard,
    ReplyClass,
    ReplyFit,
    TalkForm,
    UnitDuty,
    Visited,
)

_DAY: Final = timedelta(days=1)
SAY_YES: Final = 0.3
"""So many units accept in words; the others let the days pass, which counts as accepting."""
SUGGESTIONS: Final = 3
DONE: Final = (
    "已列入本年度工作计划并完成：共实施 {a} 处，投入 {b} 万元，惠及群众 {c} 户。",
    "建议已采纳。已印发实施方案，建立台账 {a} 项，现已销号 {a} 项。",
)
PLANNED: Final = "已纳入明年项目库，目前完成方案论证，计划投入 {b} 万元，承诺按期完成 {a} 处。"
REFERENCE: Final = "受现行政策和财力限制，暂不具备实施条件，我们将在今后工作中认真研究参考。"
SUMMARY: Final = (
    "说明了现有工作和下一步打算；提案人希望明确完成时间，并请在社区公示进度。",
    "到现场一起看了情况，就三条建议逐条交换意见，提案人补充了一处点位。",
)
OPINION: Final = "同意主办单位意见。涉及我单位的部分，已安排 {a} 名工作人员配合，年内完成。"
PRAISE: Final = ("办理人员两次上门，问题解决得实在。", "答复具体，时间表清楚。", "", "")
BLAME: Final = "答复比较原则，第二条建议没有写清楚什么时候办、谁来办，希望重新办理。"


@dataclass(slots=True)
class Handled:
    """One handling and those who work on it."""

    office: Office
    proposal_id: UUID
    fate: Fate
    lead: Unit
    co: Sequence[Unit]
    proposers: Sequence[Actor]
    chance: random.Random
    script: Script

    async def go(self, at: datetime) -> None:
        """From pre-dispatch at an instant to where the fate stops."""
        stage = self.fate.stage
        at = await self._pre_dispatch(at)
        if stage <= Stage.OBJECTED:
            return
        at = await self._dispatch(at)
        if stage is Stage.DISPATCHED:
            return
        for unit in (self.lead, *self.co):
            await self._do(SignReceipt(**self._where), unit.acting(UnitDuty.LIAISON), at + 2 * _DAY)
        await self._responsibilities(at + 6 * _DAY)
        if stage is Stage.IN_HAND:
            return
        for unit in self.co:
            text = OPINION.format(a=self.chance.randint(2, 9))
            await self._do(
                GiveOpinion(**self._where, text=text), unit.acting(UnitDuty.HANDLER), at + 18 * _DAY
            )
        if stage is Stage.EXTENDED:
            await self._extend(at)
            return
        await self._talk(at + 24 * _DAY, 1)
        if stage is Stage.TALKED:
            return
        answered = at + self.chance.randint(40, 80) * _DAY
        await self._reply(answered, 1)
        if stage is Stage.IN_CHECK:
            return
        await self._second_round_or_close(answered)

    @property
    def _where(self) -> dict[str, object]:
        return {"committee": self.office.committee, "proposal_id": self.proposal_id}

    async def _do(self, command: Command, actor: Actor, at: datetime, what: object = "") -> None:
        await self.script.do(command, actor, at=at, what=what)

    async def _pre_dispatch(self, at: datetime) -> datetime:
        """Who is asked; with a return, the first one asked is another unit."""
        others = [unit for unit in self.office.units.values() if unit not in (self.lead, *self.co)]
        wrong = self.chance.choice(others) if self.fate.reallocated else None
        asked = wrong or self.lead
        staff = self.office.acting(Role.PROPOSALS_OFFICE)
        command = PreDispatch(**self._where, lead_unit=asked.id, co_units=[unit.id for unit in self.co])
        await self._do(command, staff, at)
        if self.fate.stage is Stage.PRE_DISPATCHED:
            return at
        if wrong or self.fate.stage is Stage.OBJECTED:
            back = ReturnAllocation(
                **self._where, reason="所提事项不在我单位“三定”职责范围内，请另行确定主办单位。"
            )
            await self._do(back, asked.acting(UnitDuty.LIAISON), at + 2 * _DAY)
            if wrong is None:
                return at
            move = Reallocate(
                **self._where,
                unit_id=wrong.id,
                new_unit=self.lead.id,
                answer_text=f"经与两家单位协商，改由{self.lead.short_name}主办。",
            )
            await self._do(move, staff, at + 4 * _DAY)
            at += 3 * _DAY
        if self.fate.reallocated or self.chance.random() < SAY_YES:
            for unit in (self.lead, *self.co):
                await self._do(AcceptAllocation(**self._where), unit.acting(UnitDuty.LIAISON), at + 3 * _DAY)
            return at + 4 * _DAY
        return deadline_instant(add_working_days(local_date(at), DEFAULT_RULES.object_days)) + _DAY

    async def _dispatch(self, at: datetime) -> datetime:
        at += 2 * _DAY
        command = Dispatch(
            committee=self.office.committee, items=[DispatchItem(proposal_id=self.proposal_id)]
        )
        await self._do(command, self.office.acting(Role.PROPOSALS_OFFICE), at)
        return at

    async def _responsibilities(self, at: datetime) -> None:
        lines = [
            ResponsibilityLine(
                suggestion=place,
                what=what,
                who=who,
                due_on=local_date(at + self.chance.randint(30, 75) * _DAY),
            )
            for place, (what, who) in enumerate(
                (
                    ("摸清底数，列出点位清单", "业务科"),
                    ("制定实施方案并组织实施", "工程科"),
                    ("公布结果，建立长效管护", "办公室"),
                )
            )
        ]
        await self._do(
            SetResponsibilities(**self._where, lines=lines), self.lead.acting(UnitDuty.HANDLER), at
        )

    async def _extend(self, at: datetime) -> None:
        until = local_date(at) + timedelta(days=92 + self.chance.randint(20, 45))
        ask = AskExtension(**self._where, until=until, reason="需等待上级资金批复后才能明确完成时间。")
        await self._do(ask, self.lead.acting(UnitDuty.HANDLER), at + 30 * _DAY)
        grant = DecideExtension(**self._where, granted=True, reason="请抓紧办理，及时告知提案人。")
        await self._do(grant, self.office.acting(Role.PROPOSALS_OFFICE), at + 33 * _DAY)

    async def _talk(self, at: datetime, round_: int) -> None:
        command = RecordTalk(
            **self._where,
            talk_id=made_id("talk", self.proposal_id, round_),
            form=self.chance.choice(list(TalkForm)),
            on=local_date(at - 0.5 * _DAY),
            with_whom="第一提案人",
            summary=self.chance.choice(SUMMARY),
        )
        await self._do(command, self.lead.acting(UnitDuty.HANDLER), at)

    async def _reply(self, at: datetime, round_: int) -> None:
        """Drafted, checked, signed; in the stage IN_CHECK it waits for the checker."""
        handler = self.lead.acting(UnitDuty.HANDLER)
        draft = DraftReply(
            **self._where,
            opening="您提出的提案收悉。我们高度重视，组织专人调研，并与您作了沟通。现答复如下：",
            lines=self._lines(at, round_),
            closing="感谢您对我们工作的关心和支持，欢迎继续监督。",
        )
        await self._do(draft, handler, at, round_)
        await self._do(SubmitReply(**self._where), handler, at + 0.1 * _DAY, round_)
        if self.fate.stage is Stage.IN_CHECK:
            return
        check = CheckReply(**self._where, passed=True)
        await self._do(check, self.lead.acting(UnitDuty.CHECKER), at + _DAY, round_)
        await self._do(SignReply(**self._where), self.lead.acting(UnitDuty.SIGNER), at + 2 * _DAY, round_)

    def _lines(self, at: datetime, round_: int) -> list[ReplyLineDraft]:
        classes = [ReplyClass.A] * SUGGESTIONS
        if self.fate.promises:
            classes[1] = ReplyClass.B
        elif round_ == 1 and self.fate.stage in (Stage.REHANDLING, Stage.CLOSED_AGAIN):
            classes[1] = ReplyClass.C
        return [self._line(place, kind, at) for place, kind in enumerate(classes)]

    def _line(self, place: int, kind: ReplyClass, at: datetime) -> ReplyLineDraft:
        numbers = {
            "a": self.chance.randint(2, 12),
            "b": self.chance.randint(20, 400),
            "c": self.chance.randint(120, 3_000),
        }
        if kind is ReplyClass.A:
            text = self.chance.choice(DONE)
        else:
            text = PLANNED if kind is ReplyClass.B else REFERENCE
        promised = local_date(at) + timedelta(days=self.chance.choice((150, 320, 500, 640)))
        return ReplyLineDraft(
            suggestion=place,
            text=text.format(**numbers),
            reply_class=kind,
            promised_by=promised if kind is ReplyClass.B else None,
        )

    async def _second_round_or_close(self, at: datetime) -> None:
        stage = self.fate.stage
        if stage is Stage.REPLIED:
            return
        again = stage in (Stage.REHANDLING, Stage.CLOSED_AGAIN)
        await self._judge(at + 6 * _DAY, 1, satisfied=not again)
        if not again:
            return
        order = OrderRehandling(**self._where, reason="提案人对答复不满意，第二条建议请明确责任单位和时间。")
        await self._do(order, self.office.acting(Role.PROPOSALS_OFFICE), at + 9 * _DAY)
        if stage is Stage.REHANDLING:
            return
        await self._talk(at + 16 * _DAY, 2)
        await self._reply(at + 24 * _DAY, 2)
        await self._judge(at + 30 * _DAY, 2, satisfied=True)

    async def _judge(self, at: datetime, round_: int, *, satisfied: bool) -> None:
        """Every proposer answers, so the window closes by itself."""
        for place, proposer in enumerate(dict.fromkeys(self.proposers)):
            content = satisfied or place > 0
            answer = GiveFeedback(
                **self._where,
                visited=Visited.VISIT if content else Visited.PHONE,
                attitude=self.chance.choice((Attitude.SATISFIED, Attitude.SATISFIED, Attitude.UNDERSTANDING))
                if content
                else Attitude.DISSATISFIED,
                heard=Heard.FULLY if content else Heard.PARTLY,
                fit=ReplyFit.FITS if content else ReplyFit.NOT,
                result=self.chance.choice(
                    (FeedbackResult.AGREE, FeedbackResult.AGREE, FeedbackResult.UNDERSTAND)
                )
                if content
                else FeedbackResult.DISAGREE,
                words=self.chance.choice(PRAISE) if content else BLAME,
            )
            await self._do(answer, proposer, at + place * 0.01 * _DAY, round_)
