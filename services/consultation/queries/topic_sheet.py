"""One topic whole, with its pre-feasibility."""

from sqlalchemy import select

from chassis import history
from chassis.problems import NotFound
from chassis.work import Work
from services.consultation import tables
from services.consultation.plans import TOPIC_STATES
from services.consultation.rules.planning import missing_fields
from tongxin_contracts.consultation.planning import STUDY_FIELDS, Study, TopicSheet, TopicSheetAnswer
from tongxin_contracts.words import TopicSource


async def topic_sheet(query: TopicSheet, work: Work) -> TopicSheetAnswer:
    """Read it; raises NotFound for another committee's."""
    topic, item, plan, process = tables.topic, tables.plan_item, tables.plan, tables.process
    row = (
        await work.tx.sql.execute(
            select(topic, plan.c.year, item.c.month)
            .outerjoin(item, item.c.topic_id == topic.c.id)
            .outerjoin(plan, plan.c.id == item.c.plan_id)
            .where(topic.c.id == query.topic_id, topic.c.committee == query.committee)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    held = await work.tx.sql.scalars(
        select(process.c.id).where(process.c.topic_id == row.id).order_by(process.c.started_at.desc())
    )
    study = Study.model_validate(row.study)
    past = await history.read(work.tx, row.id, hide=("study",))
    return TopicSheetAnswer(
        topic_id=row.id,
        version=row.version,
        title=row.title,
        state=TOPIC_STATES[row.state],
        source=TopicSource.of(row.source),
        brought_by=row.brought_by,
        proposal_id=row.proposal_id,
        proposal_number=row.proposal_number,
        study=study,
        missing=[STUDY_FIELDS[name] for name in missing_fields(study)],
        reason=row.reason,
        proposed_at=row.taken_at,
        proposed_by=row.taken_by,
        year=row.year,
        month=row.month,
        processes=list(held),
        history=past.entries,
        history_intact=past.intact,
    )
