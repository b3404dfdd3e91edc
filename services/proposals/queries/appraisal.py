"""One appraisal: figures and ranks for the office and whoever votes, for everybody else only what is published."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from chassis.problems import NotFound
from chassis.work import Work
from services.proposals import feedback_tables
from services.proposals.commands.scoring import LED, score_id
from services.proposals.feedback_tables import MARKS
from services.proposals.unit_people import unit_names, units_of
from tongxin_contracts.permissions import Scope
from tongxin_contracts.proposals.feedback_commands import ItemWeight
from tongxin_contracts.proposals.feedback_queries import (
    Appraisal,
    AppraisalAnswer,
    AppraisedUnit,
    ToScore,
    Vote,
)
from tongxin_contracts.words import AppraisalOutcome, AppraisalState, ScoreSide, UnitDuty

_NO_NAME = "（单位名称暂缺）"


async def appraisal(query: Appraisal, work: Work) -> AppraisalAnswer:
    """As far as the reader may know it now; a score stays blind until scoring closes, a rank until it is published."""
    found = (
        await work.tx.sql.execute(
            select(feedback_tables.appraisal).where(feedback_tables.appraisal.c.id == query.appraisal_id)
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    inside = work.scope is not Scope.OWN and found.committee == work.actor.committee
    published = found.state == AppraisalState.PUBLISHED
    rows = await _units(found, work)
    given = await _given(found, work)
    return AppraisalAnswer(
        appraisal_id=found.id,
        year=found.year,
        state=found.state,
        version=found.version,
        items=[ItemWeight(item=item, weight=weight) for item, weight in found.items],
        scoring_until=found.scoring_until,
        rectify_days=found.rectify_days,
        praised=found.praised,
        rectifying=found.rectifying,
        source=found.source,
        units=await _shown(rows, found.state, work, inside=inside) if inside or published else [],
        votes=await _votes(found, work) if inside or published else [],
        to_score=await _to_score(found, work) if found.state == AppraisalState.SCORING else [],
        scored_units=given.get(ScoreSide.UNIT.value, 0),
        scored_proposals=given.get(ScoreSide.PROPOSAL.value, 0),
        my_unit=await _mine(rows, work) if published else None,
    )


async def _units(found: Any, work: Work) -> list[Any]:
    unit = feedback_tables.appraised
    return list(
        await work.tx.sql.execute(
            select(unit)
            .where(unit.c.appraisal_id == found.id)
            .order_by(unit.c.rank.nulls_last(), unit.c.led.desc(), unit.c.unit_id)
        )
    )


async def _shown(rows: list[Any], state: str, work: Work, *, inside: bool) -> list[AppraisedUnit]:
    names = await unit_names(work, [row.unit_id for row in rows])
    mine = set() if inside else await units_of(work)
    blind = state == AppraisalState.SCORING
    return [
        AppraisedUnit(
            unit_id=row.unit_id,
            name=names.get(row.unit_id, _NO_NAME),
            led=row.led,
            on_time=row.on_time,
            overdue=row.overdue,
            extended=row.extended,
            asked=row.asked,
            satisfied=row.satisfied,
            agreed=row.agreed,
            commitments=row.commitments,
            commitments_kept=row.commitments_kept,
            scored_by=0 if blind else row.scored_by,
            item_points=row.points,
            total=str(row.total) if row.total is not None else None,
            rank=row.rank,
            outcome=row.outcome,
            rectify_by=row.rectify_by,
            rectification=row.rectification if inside or row.unit_id in mine else None,
            rectified_at=row.rectified_at,
            accepted_at=row.accepted_at,
        )
        for row in rows
    ]


async def _votes(found: Any, work: Work) -> list[Vote]:
    vote = feedback_tables.vote
    rows = await work.tx.sql.execute(select(vote).where(vote.c.appraisal_id == found.id).order_by(vote.c.at))
    return [
        Vote(
            at=row.at,
            in_favour=row.in_favour,
            against=row.against,
            abstained=row.abstained,
            carried=row.carried,
        )
        for row in rows
    ]


async def _given(found: Any, work: Work) -> dict[str, int]:
    score = feedback_tables.score
    rows = await work.tx.sql.execute(
        select(score.c.side, func.count().label("given"))
        .where(score.c.appraisal_id == found.id)
        .group_by(score.c.side)
    )
    return {row.side: row.given for row in rows}


async def _to_score(found: Any, work: Work) -> list[ToScore]:
    """One's own proposals, whose units one scores, and the proposals one's unit leads."""
    me = work.actor.person
    ours = await units_of(work, [UnitDuty.HANDLER, UnitDuty.SIGNER])
    rows = list(
        await work.tx.sql.execute(
            text(
                f"{LED} and (p.first_proposer = :me or :me = any(p.co_proposers) or h.lead_unit = any(:ours))"
                " order by p.number limit 100"
            ),
            {"committee": found.committee, "year": found.year, "me": me, "ours": list(ours)},
        )
    )
    names = await unit_names(work, [row.lead_unit for row in rows])
    wanted = [
        (side, whose, row)
        for row in rows
        for side, whose, is_mine in (
            (ScoreSide.UNIT, me, me in (row.first_proposer, *row.co_proposers)),
            (ScoreSide.PROPOSAL, row.lead_unit, row.lead_unit in ours),
        )
        if is_mine
    ]
    ids = [score_id(found.id, side, row.proposal_id, whose) for side, whose, row in wanted]
    score = feedback_tables.score
    marks = {
        row.id: [getattr(row, name) for name in MARKS]
        for row in await work.tx.sql.execute(select(score).where(score.c.id.in_(ids)))
    }
    return [
        ToScore(
            side=side,
            proposal_id=row.proposal_id,
            title=row.title,
            number=row.number,
            unit_id=row.lead_unit,
            unit_name=names.get(row.lead_unit, _NO_NAME),
            marks=marks.get(id_, []),
        )
        for id_, (side, _, row) in zip(ids, wanted, strict=True)
    ]


async def _mine(rows: list[Any], work: Work) -> UUID | None:
    signing = await units_of(work, [UnitDuty.SIGNER])
    waiting = [
        row.unit_id
        for row in rows
        if row.outcome == AppraisalOutcome.RECTIFY and row.unit_id in signing and row.accepted_at is None
    ]
    return waiting[0] if waiting else None
