"""Everything the consultation service does, in one list."""

from chassis.handling import handles
from chassis.service import Service, run
from services.consultation.commands.take_topic import take_topic
from services.consultation.queries.topics import topics
from services.consultation.reactions.proposal_filed import on_proposal_filed
from tongxin_contracts.consultation.commands import TakeTopic
from tongxin_contracts.consultation.queries import Topics
from tongxin_contracts.proposals.events import ProposalFiled

SERVICE = Service(
    name="consultation",
    streams=("EVT_CONSULTATION",),
    handlers=(handles(TakeTopic, take_topic), handles(Topics, topics)),
    reactions={ProposalFiled: on_proposal_filed},
)


def main() -> None:
    """Run the process."""
    run(SERVICE)
