"""Consultation in the demo: filed proposals that became topics."""

from datetime import timedelta
from typing import Final

from tongxin.demo.cast import Office
from tongxin.demo.script import Script, made_id
from tongxin_contracts.consultation.commands import TakeTopic
from tongxin_contracts.consultation.queries import Topics, TopicsAnswer
from tongxin_contracts.members.queries import MemberRow
from tongxin_contracts.permissions import Role

TOPICS: Final = 4


async def consult(script: Script, office: Office, _members: list[MemberRow]) -> None:
    """Wait until the filed proposals have come over, then take a few."""
    staff = office.acting(Role.COMMITTEE_OFFICE)

    async def offered() -> TopicsAnswer | None:
        answer = await script.tell(TopicsAnswer, Topics(committee=office.committee), staff)
        return answer if len(answer.candidates) >= TOPICS else None

    answer = await script.until(offered, "filed proposals come over to consultation")
    for candidate in answer.candidates[:TOPICS]:
        command = TakeTopic(
            committee=office.committee,
            topic_id=made_id("topic", candidate.proposal_id),
            proposal_id=candidate.proposal_id,
        )
        await script.do(command, staff, at=script.now - timedelta(days=2))
