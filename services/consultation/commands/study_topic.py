"""Write a topic's pre-feasibility, or change it."""

from chassis.work import Work
from services.consultation import tables
from services.consultation.rules.planning import require_study
from tongxin_contracts.consultation.planning import StudyTopic, TopicStudied
from tongxin_contracts.message import Done


async def study_topic(command: StudyTopic, work: Work) -> Done:
    """All five fields, or it is refused; raises VersionClash when somebody else changed it."""
    require_study(command.study)
    topic = await work.load(tables.topic, command.topic_id)
    topic.expect(command.expected_version)
    topic.change(study=command.study.model_dump())
    topic.state(TopicStudied(topic_id=topic.id, title=topic["title"]))
    topic.note("study_topic")
    return Done(id=topic.id, version=topic.version)
