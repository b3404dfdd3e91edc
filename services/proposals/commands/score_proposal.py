"""A lead unit scores a proposal it handled on four items, blind until scoring closes."""

from sqlalchemy import text

from chassis.problems import NotFound
from chassis.work import Work
from services.proposals.appraisal import require_scoring
from services.proposals.commands.scoring import LED, close_when_complete, keep_score, led
from services.proposals.unit_people import units_of
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.feedback_commands import ScoreProposal
from tongxin_contracts.words import ScoreSide, UnitDuty


async def score_proposal(command: ScoreProposal, work: Work) -> Done:
    """Keep the unit's marks; raises NotFound for a proposal another unit leads."""
    appraisal = await require_scoring(work, command.appraisal_id)
    row = await led(work, command.committee, appraisal.year, command.proposal_id)
    if row.lead_unit not in await units_of(work, [UnitDuty.HANDLER, UnitDuty.SIGNER]):
        raise NotFound
    marks = (command.accuracy, command.foresight, command.practicability, command.soundness)
    done = await keep_score(work, appraisal.id, ScoreSide.PROPOSAL, row, row.lead_unit, marks)
    ours = await work.tx.sql.execute(
        text(f"{LED} and h.lead_unit = :unit"),
        {"committee": command.committee, "year": appraisal.year, "unit": row.lead_unit},
    )
    await close_when_complete(
        work, appraisal.id, row.lead_unit, ScoreSide.PROPOSAL, [one.proposal_id for one in ours], done.id
    )
    return done
