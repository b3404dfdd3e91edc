"""Scores are counted: every lead unit gets its total, its rank and what that leads to; the standing committee votes next."""

from sqlalchemy import bindparam, select, update

from chassis.tasks import Opened
from chassis.work import Aggregate, Work
from services.proposals import feedback_tables
from services.proposals.appraisal import columns, figures, proposers, require, scoring_task, weights
from services.proposals.rules.appraisal import Scored, score
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.feedback_commands import CloseScoring
from tongxin_contracts.proposals.feedback_events import ScoringClosed
from tongxin_contracts.words import AppraisalState, TaskKind


async def close_scoring(command: CloseScoring, work: Work) -> Done:
    """Count; raises WrongState when it was counted already."""
    appraisal = await work.load(feedback_tables.appraisal, command.appraisal_id)
    require(appraisal, AppraisalState.SCORING)
    counted = await figures(work, appraisal["committee"], appraisal["year"], appraisal.id)
    known = feedback_tables.appraised
    taking_part = set(
        await work.tx.sql.scalars(select(known.c.unit_id).where(known.c.appraisal_id == appraisal.id))
    )
    scored = score(
        [unit for unit in counted if unit.unit_id in taking_part],
        weights(appraisal),
        praised=appraisal["praised"],
        rectifying=appraisal["rectifying"],
    )
    await _write(appraisal, scored, work)
    appraisal.change(state=AppraisalState.SCORED)
    appraisal.state(ScoringClosed(appraisal_id=appraisal.id, year=appraisal["year"], units=len(scored)))
    appraisal.note("close_scoring", reason="；".join(f"{one.rank}. {one.total}" for one in scored[:20]))
    await _close_tasks(appraisal, scored, work)
    await work.open_task(
        Opened(
            kind=TaskKind.VOTE_APPRAISAL,
            matter=appraisal.id,
            title=f"{appraisal['year']} 年度承办单位评议结果",
            role=Role.STANDING_COMMITTEE.value,
        )
    )
    return Done(id=appraisal.id, version=appraisal.version)


async def _write(appraisal: Aggregate, scored: list[Scored], work: Work) -> None:
    known = feedback_tables.appraised
    rows = [
        {
            "appraisal": appraisal.id,
            "unit": one.figures.unit_id,
            **{f"new_{name}": value for name, value in columns(one.figures).items()},
            "new_points": {item.value: str(points) for item, points in one.points.items()},
            "new_total": one.total,
            "new_rank": one.rank,
            "new_outcome": one.outcome,
        }
        for one in scored
    ]
    names = [name.removeprefix("new_") for name in rows[0] if name.startswith("new_")]
    await work.tx.sql.execute(
        update(known)
        .where(known.c.appraisal_id == bindparam("appraisal"), known.c.unit_id == bindparam("unit"))
        .values({name: bindparam(f"new_{name}") for name in names}),
        rows,
    )


async def _close_tasks(appraisal: Aggregate, scored: list[Scored], work: Work) -> None:
    """Nobody is reminded to score any more."""
    whose = await proposers(work, appraisal["committee"], appraisal["year"])
    whose += [one.figures.unit_id for one in scored]
    await work.close_tasks([scoring_task(appraisal.id, one) for one in whose])
