"""The committee's topics, and the filed proposals that could become one."""

from sqlalchemy import select

from chassis.work import Work
from services.consultation import tables
from tongxin_contracts.consultation.queries import Candidate, Topic, Topics, TopicsAnswer


async def topics(query: Topics, work: Work) -> TopicsAnswer:
    """Both lists, the newest first."""
    taken = await work.tx.sql.execute(
        select(tables.topic)
        .where(tables.topic.c.committee == query.committee)
        .order_by(tables.topic.c.taken_at.desc())
        .limit(query.limit)
    )
    open_ = await work.tx.sql.execute(
        select(tables.candidate)
        .where(tables.candidate.c.committee == query.committee, tables.candidate.c.topic_id.is_(None))
        .order_by(tables.candidate.c.filed_at.desc())
        .limit(query.limit)
    )
    return TopicsAnswer(
        topics=[
            Topic(
                topic_id=row.id,
                title=row.title,
                proposal_id=row.proposal_id,
                proposal_number=row.proposal_number,
                taken_at=row.taken_at,
                taken_by=row.taken_by,
            )
            for row in taken
        ],
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
