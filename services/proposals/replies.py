"""The reply of a round inside its unit: loaded under the handling's lock, moved from drafting to signing and back."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from chassis.ids import derived_id
from chassis.problems import WrongState
from chassis.tasks import Opened
from chassis.work import Work
from services.proposals.handling_tables import REPLY_STAGES, reply
from services.proposals.handlings import Case, handling_task
from services.proposals.rules.replies import Line
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.handling_events import ReplyMoved
from tongxin_contracts.words import ReplyClass, ReplyStage, TaskKind

_IN_UNIT = (
    TaskKind.HANDLE_PROPOSAL,
    TaskKind.HANDLE_AGAIN,
    TaskKind.CHECK_REPLY,
    TaskKind.SIGN_REPLY,
)


def reply_id(case: Case) -> UUID:
    """The reply of the round the handling is in."""
    return derived_id("reply", case.id, case.round)


async def reply_of(case: Case, work: Work) -> Any | None:
    """Its row, None while nothing was written."""
    return (await work.tx.sql.execute(select(reply).where(reply.c.id == reply_id(case)))).one_or_none()


async def require_stage(case: Case, work: Work, stage: ReplyStage) -> Any:
    """The reply's row; raises WrongState unless it stands there."""
    found = await reply_of(case, work)
    if found is None:
        raise WrongState("还没有起草答复")
    if found.stage != stage:
        raise WrongState(f"答复现在是“{REPLY_STAGES[found.stage].label}”，不能这样办理")
    return found


async def move(case: Case, work: Work, stage: ReplyStage, **columns: Any) -> None:
    """Bring the reply to a stage, say so, and give the work to whoever has it now."""
    await work.tx.sql.execute(
        update(reply).where(reply.c.id == reply_id(case)).values(stage=stage, **columns)
    )
    part = case.lead
    case.handling.state(
        ReplyMoved(
            handling_id=case.id,
            proposal_id=case.proposal.id,
            title=case.proposal.title,
            unit_id=part["unit_id"],
            round=case.round,
            stage=stage,
        )
    )
    await work.close_tasks(part["id"], kinds=_IN_UNIT)
    if stage is ReplyStage.DRAFTING:
        await work.open_task(handling_task(case, part))
    elif stage is not ReplyStage.SIGNED:
        checking = stage is ReplyStage.CHECKING
        await work.open_task(
            Opened(
                kind=TaskKind.CHECK_REPLY if checking else TaskKind.SIGN_REPLY,
                matter=part["id"],
                about=case.proposal.id,
                title=case.proposal.title,
                role=(Role.UNIT_CHECKER if checking else Role.UNIT_SIGNER).value,
                unit=part["unit_id"],
                due_at=part["due_at"],
            )
        )


def lines_of(row: Any) -> list[Line]:
    """What a stored reply says to each suggestion."""
    return [
        Line(
            suggestion=line["suggestion"],
            text=line["text"],
            reply_class=ReplyClass.of(line["reply_class"]) if line["reply_class"] else None,
            promised_by=date.fromisoformat(line["promised_by"]) if line["promised_by"] else None,
        )
        for line in row.lines
    ]
