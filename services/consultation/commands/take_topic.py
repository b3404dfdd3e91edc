"""Take a filed proposal as a topic for consultation (一体两用, row 64)."""

from sqlalchemy import select, update

from chassis.problems import NotFound
from chassis.work import Work
from services.consultation import tables
from services.consultation.rules.topics import Source, TopicStep, after, require_takeable
from tongxin_contracts.consultation.commands import TakeTopic
from tongxin_contracts.consultation.events import TopicTaken
from tongxin_contracts.message import Done
from tongxin_contracts.words import ProposalState, TopicSource, TopicState


async def take_topic(command: TakeTopic, work: Work) -> Done:
    """Make a topic; raises NotFound for a proposal nobody filed here, WrongState for one that is a topic already."""
    found = (
        await work.tx.sql.execute(
            select(tables.candidate)
            .where(
                tables.candidate.c.proposal_id == command.proposal_id,
                tables.candidate.c.committee == command.committee,
            )
            .with_for_update()
        )
    ).one_or_none()
    if found is None:
        raise NotFound("没有找到这件已立案的提案；刚立案的提案请稍等几秒再试")
    require_takeable(
        Source(found.proposal_id, found.committee, ProposalState.FILED),
        command.committee,
        seen=(),
        taken=[(found.committee, found.proposal_id)] if found.topic_id else [],
    )
    topic = work.create(
        tables.topic,
        command.topic_id,
        state=after(TopicState.CANDIDATE, TopicStep.TAKE),
        title=found.title,
        proposal_id=found.proposal_id,
        proposal_number=found.number,
        taken_at=work.now,
        taken_by=work.actor.id,
        source=TopicSource.PROPOSAL.value,
        brought_by="",
        proposed_by=None,
        study={},
        reason=None,
    )
    await work.tx.sql.execute(
        update(tables.candidate)
        .where(tables.candidate.c.proposal_id == found.proposal_id)
        .values(topic_id=command.topic_id)
    )
    topic.state(
        TopicTaken(
            topic_id=topic.id, title=found.title, proposal_id=found.proposal_id, proposal_number=found.number
        )
    )
    topic.note("take_topic")
    return Done(id=topic.id, version=topic.version)
