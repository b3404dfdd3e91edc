"""Consultation in the demo: filed proposals become topics, topics make a yearly plan, some run through 四单闭环 (row 31)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chassis.calendar import local_date
from chassis.identity import Actor
from services.consultation.templates import bundled_template_data
from tongxin.demo.cast import Office
from tongxin.demo.pictures import flow_picture
from tongxin.demo.script import Script, made_id
from tongxin_contracts.consultation.commands import TakeTopic
from tongxin_contracts.consultation.planning import (
    AddToPlan,
    ApprovePlan,
    DraftPlan,
    PublishPlan,
    Study,
    StudyTopic,
    SubmitPlan,
)
from tongxin_contracts.consultation.processes import (
    AddDocument,
    CompleteStep,
    ConcludeProcess,
    Process,
    ProcessAnswer,
    StartProcess,
)
from tongxin_contracts.consultation.queries import Topics, TopicsAnswer
from tongxin_contracts.consultation.templates import AdoptTemplate
from tongxin_contracts.members.queries import MemberRow
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import ConsultationForm, ProcessOutcome, ProcessState, StepOutcome

TOPICS: Final = 6
TEMPLATES: Final = ("four_orders", "one_key", "open_talk", "seven_steps")
STUDY: Final = Study(
    reason="群众反映集中，涉及多个部门，单靠一个部门难以解决。",
    policy="国务院有关指导意见和本级年度重点工作任务。",
    situation="有关部门已开展排查，部分点位已整治，整体进展不平衡。",
    problems="底数不清、责任分散、管护经费没有长期安排。",
    direction="先摸清底数，再分类施策，最后形成长效机制。",
)
_DAY: Final = timedelta(days=1)


async def consult(script: Script, office: Office, members: Sequence[MemberRow]) -> None:
    """Topics, the plan, and consultations at three different steps."""
    staff = office.acting(Role.COMMITTEE_OFFICE)
    for name in TEMPLATES:
        template = AdoptTemplate(
            committee=office.committee,
            template=dict(bundled_template_data(name)),
            source="主席会议审议通过",
        )
        await script.do(template, staff, at=script.now - 300 * _DAY)
    topics = await _topics(script, office, staff)
    await _plan(script, office, staff, topics)
    takers = [
        Actor(id=str(row.person_id), committee=office.committee, roles=(Role.MEMBER,)) for row in members[5:8]
    ]
    for place, (topic, taker, steps) in enumerate(zip(topics, takers, (5, 2, 1), strict=False)):
        await _Consultation(script, office, topic, taker, place).run(steps)
    script.say(f"{office.place.place}：协商议题 {len(topics)} 个，年度计划已公布，四单闭环 3 项")


async def _topics(script: Script, office: Office, staff: Actor) -> list[UUID]:
    """Wait until the filed proposals have come over, then take a few and study them."""

    async def offered() -> list[UUID] | None:
        answer = await script.tell(TopicsAnswer, Topics(committee=office.committee), staff)
        taken = [topic.proposal_id for topic in answer.topics if topic.proposal_id]
        free = [candidate.proposal_id for candidate in answer.candidates]
        # Those of an earlier attempt first: it is taken up again and not begun anew with others.
        chosen = [*sorted(taken, key=str), *sorted(free, key=str)][:TOPICS]
        return chosen if len(chosen) == TOPICS else None

    found = await script.until(offered, "filed proposals come over to consultation")
    made = []
    for proposal_id in sorted(found, key=str):
        topic_id = made_id("topic", proposal_id)
        take = TakeTopic(committee=office.committee, topic_id=topic_id, proposal_id=proposal_id)
        taken = await script.do(take, staff, at=script.now - 250 * _DAY)
        assert isinstance(taken, Done)
        study = StudyTopic(
            committee=office.committee, topic_id=topic_id, expected_version=taken.version, study=STUDY
        )
        await script.do(study, staff, at=script.now - 245 * _DAY)
        made.append(topic_id)
    return made


async def _plan(script: Script, office: Office, staff: Actor, topics: Sequence[UUID]) -> None:
    """This year's plan: drafted, passed by the chairs' meeting, approved, published."""
    year, at = script.now.year, script.now - 230 * _DAY
    where = {"committee": office.committee, "year": year}
    await script.do(DraftPlan(**where), staff, at=at)
    forms = list(ConsultationForm)
    for place, topic in enumerate(topics):
        add = AddToPlan(**where, topic_id=topic, month=2 + 2 * place % 11, form=forms[place % len(forms)])
        await script.do(add, staff, at=at + _DAY)
    await script.do(SubmitPlan(**where), staff, at=at + 2 * _DAY)
    approve = ApprovePlan(
        **where,
        approved_by=f"中共{office.place.place}委员会",
        document_number=f"办〔{year}〕8号",
        approved_on=local_date(at + 8 * _DAY),
    )
    await script.do(approve, office.acting(Role.CHAIRS_MEETING), at=at + 9 * _DAY)
    await script.do(PublishPlan(**where), staff, at=at + 10 * _DAY)


@dataclass(slots=True)
class _Consultation:
    """One 四单闭环: the office registers, a member takes it, talks it over, the inspection office looks, it is filed."""

    script: Script
    office: Office
    topic: UUID
    taker: Actor
    place: int

    @property
    def id(self) -> UUID:
        """The process's id."""
        return made_id("process", self.topic)

    async def run(self, steps: int) -> None:
        """The first so many steps; after the last one its outcome."""
        staff, inspector = (
            self.office.acting(Role.COMMITTEE_OFFICE),
            self.office.acting(Role.INSPECTION_OFFICE),
        )
        at = self.script.now - (60 - 15 * self.place) * _DAY
        start = StartProcess(
            committee=self.office.committee, process_id=self.id, template="four_orders", topic_id=self.topic
        )
        await self.script.do(start, staff, at=at)
        told: tuple[tuple[Actor, StepOutcome, dict[str, str], tuple[str, ...]], ...] = (
            (staff, StepOutcome.DONE, {"点单人": "小区住户代表", "事项": "见议题", "诉求": "尽快明确责任单位和完成时间"}, ("登记表",)),
            (self.taker, StepOutcome.DONE, {"认领理由": "本人从事相关工作", "走访了解的情况": "走访 12 户，意见一致"}, ()),
            (self.taker, StepOutcome.CONSENSUS, {"参加人员": "部门、社区、住户代表 9 人", "协商意见": "分两批实施，年内完成第一批"}, ("文件", "流程图")),
            (inspector, StepOutcome.PASSED, {"落实情况": "现场查看，第一批 4 处已完成"}, ()),
            (staff, StepOutcome.DONE, {}, ("案例",)),
        )  # fmt: skip
        for place, (actor, outcome, fields, documents) in enumerate(told[:steps]):
            await self._step(place, actor, outcome, fields, documents, at + (2 + 6 * place) * _DAY)
        if steps == len(told) and (now := await self._now()).state is not ProcessState.CONCLUDED:
            conclude = ConcludeProcess(
                committee=self.office.committee,
                process_id=self.id,
                expected_version=now.version,
                outcome=ProcessOutcome.CASE,
                summary="九方面对面协商达成一致，第一批 4 处已完成并现场查验，其余列入明年计划。",
            )
            await self.script.do(conclude, staff, at=at + 40 * _DAY)

    async def _step(
        self,
        place: int,
        actor: Actor,
        outcome: StepOutcome,
        fields: Mapping[str, str],
        documents: Sequence[str],
        at: datetime,
    ) -> None:
        for kind in documents:
            file = await self.script.asker.upload(flow_picture(kind))
            add = AddDocument(
                committee=self.office.committee,
                process_id=self.id,
                document_id=made_id(self.id, kind),
                kind=kind,
                file=file,
                filename=f"{kind}.png",
            )
            await self.script.do(add, actor, at=at)
        now = await self._now()
        if now.step is None or len(now.runs) > place + 1:
            return
        complete = CompleteStep(
            committee=self.office.committee,
            process_id=self.id,
            expected_version=now.version,
            step=now.step,
            outcome=outcome,
            fields=dict(fields),
        )
        await self.script.do(complete, actor, at=at + _DAY)

    async def _now(self) -> ProcessAnswer:
        query = Process(committee=self.office.committee, process_id=self.id)
        return await self.script.tell(ProcessAnswer, query, self.office.acting(Role.COMMITTEE_OFFICE))
