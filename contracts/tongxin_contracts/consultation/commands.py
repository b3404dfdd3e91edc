"""What consultation can be asked to do."""

from uuid import UUID

from tongxin_contracts.message import Command, Done


class TakeTopic(Command, service="consultation", answer=Done):
    """Take a filed proposal as a topic; once for each proposal and committee."""

    topic_id: UUID
    proposal_id: UUID
