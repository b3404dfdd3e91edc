"""A proposer scores the unit that led the handling of the own proposal on four items, blind until scoring closes."""

from sqlalchemy import text

from chassis.problems import NotFound
from chassis.work import Work
from services.proposals.appraisal import require_scoring
from services.proposals.commands.scoring import LED, close_when_complete, keep_score, led
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.feedback_commands import ScoreUnit
from tongxin_contracts.words import ScoreSide


async def score_unit(command: ScoreUnit, work: Work) -> Done:
    """Keep the marks; raises NotFound for a proposal of somebody else."""
    appraisal = await require_scoring(work, command.appraisal_id)
    row = await led(work, command.committee, appraisal.year, command.proposal_id)
    me = work.actor.person
    if me not in (row.first_proposer, *row.co_proposers):
        raise NotFound
    marks = (command.leadership, command.consultation, command.adoption, command.effect)
    done = await keep_score(work, appraisal.id, ScoreSide.UNIT, row, me, marks)
    mine = await work.tx.sql.execute(
        text(f"{LED} and (p.first_proposer = :me or :me = any(p.co_proposers))"),
        {"committee": command.committee, "year": appraisal.year, "me": me},
    )
    await close_when_complete(
        work, appraisal.id, me, ScoreSide.UNIT, [one.proposal_id for one in mine], done.id
    )
    return done
