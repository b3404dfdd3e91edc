"""Put a topic forward with its pre-feasibility (row 54)."""

from chassis.tasks import Opened
from chassis.work import Work
from services.consultation import tables
from services.consultation.rules.planning import require_source, require_study
from tongxin_contracts.consultation.planning import ProposeTopic, TopicProposed
from tongxin_contracts.message import Done
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import TaskKind, TopicState


async def propose_topic(command: ProposeTopic, work: Work) -> Done:
    """Keep it and ask the office; four of five fields are refused, the missing one by name."""
    require_source(command.source)
    require_study(command.study)
    topic = work.create(
        tables.topic,
        command.topic_id,
        state=TopicState.PROPOSED.value,
        title=command.title,
        proposal_id=None,
        proposal_number=None,
        taken_at=work.now,
        taken_by=work.actor.id,
        source=command.source.value,
        brought_by=command.brought_by.strip(),
        proposed_by=work.actor.person,
        study=command.study.model_dump(),
        reason=None,
    )
    topic.state(TopicProposed(topic_id=topic.id, title=command.title, source=command.source))
    topic.note("propose_topic", reason=command.source.label)
    await work.open_task(
        Opened(
            kind=TaskKind.ASSESS_TOPIC,
            matter=topic.id,
            title=command.title,
            role=Role.COMMITTEE_OFFICE.value,
        )
    )
    return Done(id=topic.id, version=topic.version)
