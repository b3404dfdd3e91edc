"""The office closes a handling although the proposer was not satisfied; its result stays what the proposer said."""

from chassis.ids import derived_id
from chassis.work import Work
from services.proposals import tables
from services.proposals.commitments import proposal_of
from services.proposals.feedback import close_handling as close
from services.proposals.feedback import first_result, require_decision
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.feedback_commands import CloseHandling


async def close_handling(command: CloseHandling, work: Work) -> Done:
    """Close it; raises WrongState unless the window is closed and the proposer was not satisfied."""
    handling = await work.load(tables.handling, derived_id("handling", command.proposal_id))
    await require_decision(handling, work)
    result = await first_result(handling, work)
    await close(handling, await proposal_of(handling, work), work, result=result, reason=command.reason)
    return Done(id=handling.id, version=handling.version)
