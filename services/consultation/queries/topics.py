"""The committee's topics, and the filed proposals that could become one."""

from typing import Any

from sqlalchemy import func, select

from chassis.work import Work
from services.consultation import tables
from services.consultation.plans import TOPIC_STATES
from services.consultation.rules.planning import missing_fields
from tongxin_contracts.consultation.planning import Study
from tongxin_contracts.consultation.queries import Candidate, Topic, Topics, TopicsAnswer
from tongxin_contracts.words import TopicSource


async def topics(query: Topics, work: Work) -> TopicsAnswer:
    """Both lists, the newest first."""
    topic, item, plan, process = tables.topic, tables.plan_item, tables.plan, tables.process
    held = (
        select(func.count())
        .select_from(process)
        .where(process.c.topic_id == topic.c.id)
        .correlate(topic)
        .scalar_subquery()
    )
    taken = await work.tx.sql.execute(
        select(topic, plan.c.year, item.c.month, held.label("processes"))
        .outerjoin(item, item.c.topic_id == topic.c.id)
        .outerjoin(plan, plan.c.id == item.c.plan_id)
        .where(topic.c.committee == query.committee)
        .order_by(topic.c.taken_at.desc(), topic.c.id)
        .limit(query.limit)
    )
    open_ = await work.tx.sql.execute(
        select(tables.candidate)
        .where(tables.candidate.c.committee == query.committee, tables.candidate.c.topic_id.is_(None))
        .order_by(tables.candidate.c.filed_at.desc())
        .limit(query.limit)
    )
    return TopicsAnswer(
        topics=[_topic(row) for row in taken],
        candidates=[
            Candidate(
                proposal_id=row.proposal_id,
                number=row.number,
                title=row.title,
                category=row.category,
                filed_at=row.filed_at,
            )
            for row in open_
        ],
    )


def _topic(row: Any) -> Topic:
    return Topic(
        topic_id=row.id,
        title=row.title,
        proposal_id=row.proposal_id,
        proposal_number=row.proposal_number,
        taken_at=row.taken_at,
        taken_by=row.taken_by,
        state=TOPIC_STATES[row.state],
        source=TopicSource.of(row.source),
        studied=not missing_fields(Study.model_validate(row.study)),
        year=row.year,
        month=row.month,
        processes=row.processes,
    )
