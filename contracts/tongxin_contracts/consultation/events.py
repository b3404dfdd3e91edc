"""What consultation states."""

from uuid import UUID

from tongxin_contracts.classification import Public
from tongxin_contracts.message import Event, Visibility


class TopicTaken(
    Event, service="consultation", aggregate="topic", visibility=Visibility.AGENCIES, label="提案列为协商议题"
):
    """A filed proposal was taken as a topic for consultation (一体两用)."""

    topic_id: Public[UUID]
    title: Public[str]
    proposal_id: Public[UUID]
    proposal_number: Public[str]
