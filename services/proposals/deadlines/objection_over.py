"""The working days for objecting have passed: whoever said nothing has accepted."""

from chassis.deadlines import Deadline
from chassis.work import Work
from services.proposals import tables
from services.proposals.handlings import change_part, with_parts
from tongxin_contracts.proposals.handling_events import AllocationAccepted
from tongxin_contracts.words import AllocationState, HandlingState, TaskKind


async def on_objection_over(deadline: Deadline, work: Work) -> None:
    """Accept by silence, unless a later date holds because a unit was exchanged meanwhile."""
    case = (await with_parts(work, [await work.load(tables.handling, deadline.matter)]))[0]
    if case.state is not HandlingState.PRE_DISPATCHED or case.handling["object_by"] > deadline.due_at:
        return
    silent = [part for part in case.parts if part["state"] == AllocationState.PROPOSED]
    for part in silent:
        await change_part(part, work, state=AllocationState.ACCEPTED)
        case.handling.state(
            AllocationAccepted(
                handling_id=case.id,
                proposal_id=case.proposal.id,
                title=case.proposal.title,
                unit_id=part["unit_id"],
                by_silence=True,
            )
        )
    if silent:
        names = "、".join(case.name(part["unit_id"]) for part in silent)
        case.handling.note("accept_by_silence", reason=f"{names}：{deadline.rule}")
        await work.close_tasks([part["id"] for part in silent], kinds=[TaskKind.CONFIRM_ALLOCATION])
