"""A year's plan, month by month."""

from sqlalchemy import select

from chassis import history
from chassis.work import Work
from services.consultation import tables
from services.consultation.plans import PLAN_STATES, TOPIC_STATES, plan_id
from tongxin_contracts.consultation.planning import Plan, PlanAnswer, PlanLine
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import ConsultationForm, PlanState, TopicSource

AT_WORK = frozenset({Role.COMMITTEE_OFFICE, Role.PROPOSALS_OFFICE, Role.CHAIRS_MEETING})
"""Who sees a plan before it is public."""


async def plan(query: Plan, work: Work) -> PlanAnswer:
    """The plan; for whoever does not work on it, only a published one."""
    table = tables.plan
    seen = table.c.committee == query.committee
    at_work = bool(AT_WORK & set(work.actor.roles)) and work.actor.committee == query.committee
    if not at_work:
        seen &= table.c.state == PlanState.PUBLISHED.value
    rows = (await work.tx.sql.execute(select(table).where(seen).order_by(table.c.year.desc()))).all()
    years = [row.year for row in rows]
    row = next((row for row in rows if row.year == query.year), None)
    if row is None:
        return PlanAnswer(year=query.year, years=years)
    past = await history.read(work.tx, plan_id(query.committee, query.year))
    return PlanAnswer(
        year=query.year,
        years=years,
        plan_id=row.id,
        state=PLAN_STATES[row.state],
        max_topics=row.max_topics,
        items=await _lines(row.id, work),
        approved_by=row.approved_by,
        document_number=row.document_number,
        approved_on=row.approved_on,
        published_at=row.published_at,
        returned_because=row.returned_because,
        history=past.entries if at_work else [],
    )


async def _lines(plan: object, work: Work) -> list[PlanLine]:
    item, topic, process = tables.plan_item, tables.topic, tables.process
    latest = (
        select(process.c.id)
        .where(process.c.topic_id == topic.c.id)
        .order_by(process.c.started_at.desc())
        .limit(1)
        .correlate(topic)
        .scalar_subquery()
    )
    rows = await work.tx.sql.execute(
        select(topic, item.c.month, item.c.form, latest.label("process_id"))
        .join(item, item.c.topic_id == topic.c.id)
        .where(item.c.plan_id == plan)
        .order_by(item.c.month, topic.c.title)
    )
    return [
        PlanLine(
            topic_id=row.id,
            title=row.title,
            month=row.month,
            form=ConsultationForm.of(row.form),
            source=TopicSource.of(row.source),
            proposal_id=row.proposal_id,
            state=TOPIC_STATES[row.state],
            process_id=row.process_id,
        )
        for row in rows
    ]
