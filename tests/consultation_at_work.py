"""What tests do again and again with consultation: adopt a template, take a topic, go step by step."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from chassis.database import Database
from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import NotFound
from services.consultation.going import run_id
from services.consultation.templates import bundled_template_data
from tests.house import House, person
from tests.waiting import until_async
from tongxin_contracts.consultation.commands import TakeTopic
from tongxin_contracts.consultation.planning import StudyTopic, TopicSheet, TopicSheetAnswer
from tongxin_contracts.consultation.processes import (
    AddDocument,
    CompleteStep,
    Process,
    ProcessAnswer,
    ProcessUnits,
    StartProcess,
    UnitsToName,
)
from tongxin_contracts.consultation.templates import AdoptTemplate
from tongxin_contracts.notify.queries import MyWork, MyWorkAnswer, NoticePage, Notices
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import NoticeKind, StepOutcome, TaskKind

PNG: Final = b"\x89PNG\r\n\x1a\n" + b"\0" * 24 + b"IEND\xaeB`\x82"
STUDY: Final = {
    "reason": "老城区汛期连年积水，群众反映集中。",
    "policy": "《城镇排水与污水处理条例》。",
    "situation": "三处路段管径偏小，泵站能力不足。",
    "problems": "管网底数不清，责任分散。",
    "direction": "先易后难，汛前完成三处改造。",
}


def office(committee: str) -> Actor:
    """Whoever runs consultations."""
    return person(Role.COMMITTEE_OFFICE, committee=committee)


async def adopt(house: House, committee: str, bundled: str, /, **more: Any) -> None:
    """Adopt a template that comes with the system, or one like it."""
    data = {**bundled_template_data(bundled), **more}
    await house.ask(
        AdoptTemplate(committee=committee, template=data, source="本级政协党组会议"), office(committee)
    )


async def take(house: House, committee: str, proposal_id: UUID) -> UUID:
    """Take a filed proposal as a topic, as soon as consultation knows it; the topic's id."""
    topic_id = new_id()

    async def taken() -> bool:
        try:
            await house.ask(
                TakeTopic(committee=committee, topic_id=topic_id, proposal_id=proposal_id), office(committee)
            )
        except NotFound:
            return False
        return True

    await until_async(taken, "consultation knows the filed proposal")
    return topic_id


async def study(house: House, committee: str, topic_id: UUID, **changed: str) -> None:
    """Write the five fields of a topic."""
    sheet = await house.ask_for(
        TopicSheetAnswer, TopicSheet(committee=committee, topic_id=topic_id), office(committee)
    )
    command = StudyTopic.model_validate(
        {
            "committee": committee,
            "topic_id": topic_id,
            "expected_version": sheet.version,
            "study": STUDY | changed,
        }
    )
    await house.ask(command, office(committee))


async def start(house: House, committee: str, template: str, **more: Any) -> UUID:
    """Begin a process; its id."""
    process_id = new_id()
    command = {"committee": committee, "process_id": process_id, "template": template} | more
    if "topic_id" not in command:
        command.setdefault("title", "老旧小区停车难")
    await house.ask(StartProcess.model_validate(command), office(committee))
    return process_id


async def seen(house: House, committee: str, process_id: UUID, actor: Actor | None = None) -> ProcessAnswer:
    """The process as somebody sees it."""
    query = Process(committee=committee, process_id=process_id)
    return await house.ask_for(ProcessAnswer, query, actor or office(committee))


async def attach(house: House, committee: str, process_id: UUID, actor: Actor, *kinds: str) -> None:
    """Put documents to the step under way."""
    for kind in kinds:
        command = AddDocument(
            committee=committee,
            process_id=process_id,
            document_id=new_id(),
            kind=kind,
            file=await house.upload(PNG),
            filename=f"{kind}.png",
        )
        await house.ask(command, actor)


async def complete(
    house: House,
    committee: str,
    process_id: UUID,
    actor: Actor,
    outcome: StepOutcome = StepOutcome.DONE,
    fields: Mapping[str, str] | None = None,
    **more: Any,
) -> ProcessAnswer:
    """End the step under way; the process afterwards."""
    now = await seen(house, committee, process_id)
    command = {
        "committee": committee,
        "process_id": process_id,
        "expected_version": now.version,
        "step": now.step,
        "outcome": outcome,
        "fields": fields or {},
    } | more
    await house.ask(CompleteStep.model_validate(command), actor)
    return await seen(house, committee, process_id)


async def has_task(house: House, actor: Actor, kind: TaskKind, about: UUID) -> bool:
    """Whether somebody has this to do."""
    work = await house.ask_for(MyWorkAnswer, MyWork(committee=actor.committee), actor)
    return any(todo.kind is kind and about in (todo.matter, todo.about) for todo in work.todos)


async def until_task(house: House, actor: Actor, kind: TaskKind, about: UUID) -> None:
    """Wait until they do."""
    await until_async(lambda: has_task(house, actor, kind, about), f"task {kind.value}")


async def until_no_task(house: House, actor: Actor, kind: TaskKind, about: UUID) -> None:
    """Wait until nothing of it is left."""

    async def gone() -> bool:
        return not await has_task(house, actor, kind, about)

    await until_async(gone, f"task {kind.value} is gone")


async def until_told(house: House, actor: Actor, kind: NoticeKind) -> str:
    """Wait for a notice; what it says."""
    found: list[str] = []

    async def told() -> bool:
        page = await house.ask_for(NoticePage, Notices(committee=actor.committee), actor)
        found.extend(notice.title + notice.body for notice in page.notices if notice.kind is kind)
        return bool(found)

    await until_async(told, f"notice {kind.value}")
    return found[0]


async def time_is_up(house: House, committee: str, process_id: UUID, run: int) -> None:
    """Have a step's deadline fall due now; the sweeper fires it soon."""
    opened = Database(house.stack.database_url("consultation", "worker"), pool_size=1)
    try:
        async with opened.transaction([committee]) as tx:
            moved = await tx.sql.execute(
                text("update deadline set due_at = now() - interval '1 second' where matter = :matter"),
                {"matter": run_id(process_id, run)},
            )
            assert moved.rowcount == 1, "there is one deadline"
    finally:
        await opened.close()


async def until_known(house: House, committee: str, unit_id: UUID) -> None:
    """Wait until consultation knows a unit."""

    async def known() -> bool:
        answer = await house.ask_for(UnitsToName, ProcessUnits(committee=committee), office(committee))
        return any(row.unit_id == unit_id for row in answer.units)

    await until_async(known, "consultation knows the unit")
