"""Begin a consultation by the template's edition in force."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from chassis.problems import Forbidden, Invalid, NotFound, WrongState
from chassis.work import Work
from services.consultation import tables
from services.consultation.going import begin
from services.consultation.teams import write_team
from services.consultation.templates import edition, template_id
from tongxin_contracts.consultation.processes import ProcessStarted, StartProcess, StepPerson
from tongxin_contracts.consultation.templates import StepActor, Template
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Scope
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.words import ProcessState, TopicState


async def start_process(command: StartProcess, work: Work) -> Done:
    """Begin at the first step; raises NotFound for a template nobody adopted, Invalid for one without its people."""
    id_ = template_id(work.committee, command.template)
    table = tables.template
    number = await work.tx.sql.scalar(select(table.c.edition).where(table.c.id == id_))
    if number is None:
        raise NotFound("本级政协没有采用这个流程模板，请先在“流程模板”里采用")
    template = await edition(work, id_, number)
    if work.scope is Scope.OWN:
        command = _of_their_own(command, template, work)
    topic = await _topic(command, work)
    title = topic.title if topic else command.title.strip()
    proposers = await _proposers(command, topic, work)
    _require_whole(template, title, proposers, command.persons)
    if command.unit_id is not None:
        await require_unit(command.unit_id, work)
    process = work.create(
        tables.process,
        command.process_id,
        title=title,
        matter=command.matter.strip(),
        state=ProcessState.RUNNING.value,
        template_id=id_,
        edition=number,
        topic_id=command.topic_id,
        proposal_id=topic.proposal_id if topic else None,
        proposers=proposers,
        unit_id=command.unit_id,
        step=None,
        run=0,
        steps_done=0,
        due_at=None,
        surveyed=False,
        consensus=None,
        rating=None,
        started_at=work.now,
        started_by=work.actor.id,
        outcome=None,
        summary=None,
        concluded_at=None,
        entry=command.entry.value if command.entry else None,
        party=command.party,
        place=command.place,
        venue=command.venue,
    )
    if command.team:
        await write_team(process.id, command.team, work)
    if command.persons:
        await work.tx.sql.execute(insert(tables.step_person), _named(command, work))
    first = template.steps[0]
    await begin(process, first, work)
    process.state(
        ProcessStarted(
            process_id=process.id,
            title=title,
            template_name=template.name,
            edition=number,
            topic_id=command.topic_id,
            proposal_id=process["proposal_id"],
            step=first.code,
            step_name=first.name,
            proposers=tuple(proposers),
        )
    )
    process.note("start_process", reason=f"按“{template.name}”第 {number} 版，第一步：{first.name}")
    return Done(id=process.id, version=process.version)


def _of_their_own(command: StartProcess, template: Template, work: Work) -> StartProcess:
    """What a member may begin: a template whose first step is the proposer's, in their own name (row 60)."""
    if template.steps[0].who is not StepActor.PROPOSER or work.actor.person is None:
        raise Forbidden("这个流程由专委会办公室开始")
    mine = {"topic_id": None, "brought_by": [work.actor.person], "persons": [], "team": [], "unit_id": None}
    return command.model_copy(update=mine)


async def require_unit(unit_id: UUID, work: Work) -> str:
    """The unit's name; raises NotFound for one that is not here or does not work any more."""
    table = tables.unit
    name = await work.tx.sql.scalar(
        select(table.c.name).where(
            table.c.id == unit_id, table.c.committee == work.committee, table.c.active.is_(True)
        )
    )
    if name is None:
        raise NotFound("没有找到这个承办单位，刚登记的单位请稍等几秒再试")
    return str(name)


async def _topic(command: StartProcess, work: Work) -> Any:
    if command.topic_id is None:
        return None
    topic = await work.load(tables.topic, command.topic_id)
    if topic["state"] != TopicState.TAKEN.value:
        raise WrongState("只有已列的议题才能开始协商，请先研究是否列入")
    table = tables.topic
    return (await work.tx.sql.execute(select(table).where(table.c.id == topic.id))).one()


async def _proposers(command: StartProcess, topic: Any, work: Work) -> list[UUID]:
    if topic is None:
        return list(dict.fromkeys(command.brought_by))
    if topic.proposal_id is None:
        return [topic.proposed_by] if topic.proposed_by else []
    table = tables.candidate
    found = await work.tx.sql.scalar(
        select(table.c.proposers).where(table.c.proposal_id == topic.proposal_id)
    )
    return list(found or [])


def _require_whole(
    template: Template, title: str, proposers: Sequence[UUID], persons: Sequence[StepPerson]
) -> None:
    errors = []
    if not title:
        errors.append(FieldProblem(field="title", message="请写明协商什么事，或选择一个议题。"))
    asked = [step.name for step in template.steps if step.who is StepActor.PROPOSER]
    if asked and not proposers:
        names = "、".join(f"“{name}”" for name in asked)
        errors.append(FieldProblem(field="brought_by", message=f"{names}由提出人办理，请选择提出人。"))
    codes = {step.code for step in template.steps}
    errors += [
        FieldProblem(field=f"persons.{place}.step", message="流程里没有这个步骤，请重新选择。")
        for place, person in enumerate(persons)
        if person.step not in codes
    ]
    if errors:
        raise Invalid(errors=errors)


def _named(command: StartProcess, work: Work) -> list[dict[str, Any]]:
    pairs = dict.fromkeys((person.step, person.person_id) for person in command.persons)
    return [
        {"process_id": command.process_id, "step": step, "person_id": person, "committee": work.committee}
        for step, person in pairs
    ]
