"""A little work through the door, as people do it, with what a watcher must find of it afterwards."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from chassis.ids import new_id
from infra.local.agencies import Credentials
from tests.agencies_at_work import add, handed_over, read, subscribe
from tests.house import COUNTY, House
from tests.portal_at_work import signed_in
from tests.proposals_at_work import TEXT, open_session
from tests.watching.conftest import Watched
from tongxin_contracts.agency_event import AgencyEvent
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import FileProposal, SaveDraft, SubmitProposal

AGENCY = "oversight"


@dataclass(frozen=True, slots=True)
class Done:
    """What was done."""

    proposal_id: UUID
    trace: str
    """The trace id that the portal's answer to the filing carried."""
    received: AgencyEvent
    """What the agency read of it."""
    folder: Path


async def do_work(watched: Watched) -> Done:
    """Write, hand in, file; an agency is told."""
    house = await House.open(watched.stack)
    try:
        await open_session(house)
        credentials: Credentials = await add(watched.stack, AGENCY)
        await subscribe(house, AGENCY)
        proposal_id = new_id()
        async with signed_in(watched.stack, Role.MEMBER) as member:
            await member.ask(SaveDraft(committee=COUNTY, draft_id=proposal_id, revision=0, **TEXT))
            answer = await member.ask(SubmitProposal(committee=COUNTY, draft_id=proposal_id))
            assert answer.status_code == 200, answer.text
        async with signed_in(watched.stack, Role.PROPOSALS_OFFICE) as office:
            command = FileProposal(committee=COUNTY, proposal_id=proposal_id, expected_version=1)
            answer = await office.ask(command)
            assert answer.status_code == 200, answer.text
        await handed_over(house, AGENCY, 1)
        [received] = await read(credentials, 1)
        return Done(proposal_id, answer.headers["x-trace-id"], received, credentials.folder)
    finally:
        await house.close()
