"""A unit asks for more time, before its date and once a round."""

from sqlalchemy import insert, select

from chassis.calendar import local_date
from chassis.ids import derived_id
from chassis.tasks import Opened
from chassis.work import Work
from services.proposals.handling_tables import extension
from services.proposals.handlings import load_case, own_part, today
from services.proposals.rules.dispatch import check_extension
from services.proposals.rules.handling_states import HandlingStep
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.handling_commands import AskExtension
from tongxin_contracts.proposals.handling_events import ExtensionAsked
from tongxin_contracts.words import AllocationPart, TaskKind, UnitDuty


async def ask_extension(command: AskExtension, work: Work) -> Done:
    """Ask; raises Refused after the date, for a second time in a round, or beyond six months."""
    case = await load_case(work, command.proposal_id)
    part = await own_part(case, work, UnitDuty.HANDLER, AllocationPart.LEAD)
    case.step(HandlingStep.WORK)
    extension_id = derived_id("extension", part["id"], case.round)
    asked = await work.tx.sql.scalar(select(extension.c.id).where(extension.c.id == extension_id))
    check_extension(
        command.until,
        due=local_date(part["due_at"]),
        dispatched=local_date(case.handling["dispatched_at"]),
        today=today(work),
        asked_before=asked is not None,
    )
    await work.tx.sql.execute(
        insert(extension).values(
            id=extension_id,
            committee=case.handling["committee"],
            handling_id=case.id,
            unit_id=part["unit_id"],
            allocation_id=part["id"],
            round=case.round,
            until_on=command.until,
            reason=command.reason,
            asked_at=work.now,
        )
    )
    case.handling.state(
        ExtensionAsked(
            handling_id=case.id,
            proposal_id=command.proposal_id,
            title=case.proposal.title,
            unit_id=part["unit_id"],
            until=command.until,
            reason=command.reason,
        )
    )
    case.handling.note("ask_extension", reason=f"延至{command.until:%Y年%-m月%-d日}：{command.reason}")
    await work.open_task(
        Opened(
            kind=TaskKind.DECIDE_EXTENSION,
            matter=extension_id,
            about=command.proposal_id,
            title=case.proposal.title,
            role=Role.PROPOSALS_OFFICE.value,
            due_at=part["due_at"],
        )
    )
    return Done(id=case.id, version=case.handling.version)
