"""Take a topic that was put forward, or set it aside."""

from chassis.problems import Invalid
from chassis.work import Work
from services.consultation import tables
from services.consultation.plans import TOPIC_STATES
from services.consultation.rules.topics import TopicStep, after
from tongxin_contracts.consultation.planning import AssessTopic, TopicAssessed
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.words import TaskKind


async def assess_topic(command: AssessTopic, work: Work) -> Done:
    """Decide; setting it aside needs a reason, because whoever brought it is told."""
    topic = await work.load(tables.topic, command.topic_id)
    topic.expect(command.expected_version)
    reason = command.reason.strip()
    if not command.accept and not reason:
        raise Invalid(errors=[FieldProblem(field="reason", message="请写明暂不列入的理由，提出人会看到。")])
    step = TopicStep.TAKE if command.accept else TopicStep.SET_ASIDE
    topic.change(state=after(TOPIC_STATES[topic["state"]], step).value, reason=reason or None)
    topic.state(
        TopicAssessed(
            topic_id=topic.id,
            title=topic["title"],
            accepted=command.accept,
            reason=reason,
            proposed_by=topic["proposed_by"],
        )
    )
    topic.note("assess_topic", reason=f"{step.label}{'：' + reason if reason else ''}")
    await work.close_tasks(topic.id, kinds=[TaskKind.ASSESS_TOPIC])
    return Done(id=topic.id, version=topic.version)
