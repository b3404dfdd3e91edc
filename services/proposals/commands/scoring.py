"""What both ways of scoring share: which proposals somebody may score by, and the marks as a row of one's own."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from chassis.ids import derived_id
from chassis.problems import NotFound
from chassis.work import Work
from services.proposals import feedback_tables
from services.proposals.appraisal import scoring_task
from services.proposals.feedback_tables import MARKS
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.feedback_events import ScoreGiven
from tongxin_contracts.words import ScoreSide

LED: Final = """
select h.proposal_id, h.lead_unit, p.title, p.number, p.first_proposer, p.co_proposers
from handling h join proposal p on p.id = h.proposal_id
where h.committee = :committee and h.lead_unit is not null
    and extract(year from h.dispatched_at at time zone 'Asia/Shanghai') = :year
"""


async def led(work: Work, committee: str, year: int, proposal_id: UUID) -> Any:
    """A proposal of the year with the unit that leads it; raises NotFound."""
    found = (
        await work.tx.sql.execute(
            text(f"{LED} and h.proposal_id = :proposal"),
            {"committee": committee, "year": year, "proposal": proposal_id},
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def score_id(appraisal_id: UUID, side: ScoreSide, proposal_id: UUID, whose: UUID) -> UUID:
    """One person's score of a unit by a proposal, or one unit's score of a proposal."""
    return derived_id("score", appraisal_id, side.value, proposal_id, whose)


async def keep_score(
    work: Work, appraisal_id: UUID, side: ScoreSide, row: Any, whose: UUID, marks: Sequence[int]
) -> Done:
    """Write or change the marks; a score says nothing to anybody but that it was given."""
    id_ = score_id(appraisal_id, side, row.proposal_id, whose)
    given: dict[str, Any] = dict(zip(MARKS, marks, strict=True))
    given |= {"person": work.actor.person, "scored_at": work.now}
    known = await work.load_many(feedback_tables.score, [id_])
    if known:
        score = known[0]
        score.change(**given)
    else:
        score = work.create(
            feedback_tables.score,
            id_,
            appraisal_id=appraisal_id,
            side=side,
            proposal_id=row.proposal_id,
            unit_id=row.lead_unit,
            **given,
        )
    score.state(ScoreGiven(score_id=id_, appraisal_id=appraisal_id, side=side))
    score.note("give_score")
    return Done(id=id_, version=score.version)


async def close_when_complete(
    work: Work, appraisal_id: UUID, whose: UUID, side: ScoreSide, to_score: Sequence[UUID], now: UUID
) -> None:
    """Close the scoring task of a person or a unit once everything it is about has its marks."""
    wanted = {score_id(appraisal_id, side, proposal, whose) for proposal in to_score}
    score = feedback_tables.score
    given = await work.tx.sql.scalars(
        score.select().with_only_columns(score.c.id).where(score.c.id.in_(wanted))
    )
    if not wanted - set(given) - {now}:
        await work.close_tasks(scoring_task(appraisal_id, whose))
