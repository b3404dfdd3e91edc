"""The office grants more time or not; what is granted moves the date, so that it is never shown as overdue."""

from sqlalchemy import select, update

from chassis.calendar import deadline_instant
from chassis.ids import derived_id
from chassis.problems import WrongState
from chassis.work import Work
from services.proposals.handling_tables import extension
from services.proposals.handlings import (
    change_part,
    handling_task,
    load_case,
    next_working_day,
    state_overdue,
    unit_deadline,
)
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.handling_commands import DecideExtension
from tongxin_contracts.proposals.handling_events import ExtensionDecided
from tongxin_contracts.words import HandlingState, TaskKind


async def decide_extension(command: DecideExtension, work: Work) -> Done:
    """Decide on what the lead unit asked; raises WrongState where nothing waits for a decision."""
    case = await load_case(work, command.proposal_id)
    part = case.lead
    found = (
        await work.tx.sql.execute(
            select(extension).where(
                extension.c.id == derived_id("extension", part["id"], case.round),
                extension.c.granted.is_(None),
            )
        )
    ).one_or_none()
    if found is None:
        raise WrongState("没有等待审批的延期申请")
    if not command.granted and not command.reason:
        raise WrongState("不同意延期时，请写明理由，承办单位才知道怎样办")
    if case.state not in (HandlingState.IN_HAND, HandlingState.REHANDLING):
        raise WrongState("提案已经答复，不需要再审批延期")
    await work.tx.sql.execute(
        update(extension)
        .where(extension.c.id == found.id)
        .values(granted=command.granted, answer_text=command.reason or None)
    )
    if not command.granted and work.now > part["due_at"] and part["done_at"] is None:
        state_overdue(case, part, "未批准延期，办理期限已过")
    if command.granted:
        due_at = deadline_instant(next_working_day(found.until_on))
        await change_part(part, work, due_at=due_at, extended=True)
        case.handling.change(due_at=due_at)
        await work.cancel_deadlines(part["id"])
        rule = f"经批准延期至{found.until_on:%Y年%-m月%-d日}"
        await work.set_deadline(unit_deadline(case, part, rule, due_at, work))
        task = handling_task(case, part)
        await work.close_tasks(part["id"], kinds=[task.kind])
        await work.open_task(task)
    case.handling.state(
        ExtensionDecided(
            handling_id=case.id,
            proposal_id=command.proposal_id,
            title=case.proposal.title,
            unit_id=part["unit_id"],
            granted=command.granted,
            due_at=part["due_at"],
            reason=command.reason,
        )
    )
    said = "同意" if command.granted else "不同意"
    case.handling.note(
        "decide_extension", reason=f"{said}延至{found.until_on:%Y年%-m月%-d日}。{command.reason}"
    )
    await work.close_tasks(found.id, kinds=[TaskKind.DECIDE_EXTENSION])
    return Done(id=case.id, version=case.handling.version)
