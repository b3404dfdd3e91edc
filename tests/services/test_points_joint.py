"""Points of what several people wrote: shares by the scheme, what is withdrawn falls away, merging cuts anew.

The reactions are called with the proposals' own events on the service's own database: what is shown here is what one
event does to the evidence, and the ledger the office then sees.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import SystemClock
from chassis.identity import Actor
from chassis.ids import new_id
from chassis.inbox import Incoming
from chassis.work import Tools, Work
from services.members.reactions.proposal_authors_joined import on_proposal_authors_joined
from services.members.reactions.proposal_filed import on_proposal_filed
from services.members.reactions.proposal_submitted import on_proposal_submitted
from services.members.reactions.proposal_withdrawn import on_proposal_withdrawn
from tests.house import House
from tests.members_at_work import adopt, database, some_members
from tests.services.test_members_duty import dossier
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.members.queries import MemberRow
from tongxin_contracts.message import Event
from tongxin_contracts.proposals.events import ProposalFiled, ProposalSubmitted
from tongxin_contracts.proposals.review_events import ProposalAuthorsJoined, ProposalWithdrawn
from tongxin_contracts.words import Category, DutyKind, ProposalKind

NOW = datetime.now(UTC)


def said(event: Event, committee: str) -> Incoming[Any]:
    envelope = Envelope(
        id=new_id(),
        type=event.type_name(),
        source="proposals",
        time=NOW,
        committee=committee,
        actor=str(new_id()),
        aggregate=new_id(),
        version=1,
        correlation_id=new_id(),
        causation_id=new_id(),
        epoch=1,
        traceparent=None,
    )
    return Incoming(event, envelope)


async def react(house: House, committee: str, reaction: Any, *events: Event) -> None:
    async with database(house.stack, committee, kind="worker") as tx:
        work = Work(
            service="members",
            tx=tx,
            tools=Tools(clock=SystemClock(), files=None, sealer=None),  # type: ignore[arg-type]  # not asked
            actor=Actor.system("members", committee),
            committee=committee,
            now=NOW,
            request_id=new_id(),
        )
        await reaction([said(event, committee) for event in events], work)


def submitted(proposal: UUID, people: Sequence[UUID], kind: ProposalKind) -> ProposalSubmitted:
    return ProposalSubmitted(
        proposal_id=proposal,
        kind=kind,
        category=Category.SOCIETY,
        title="电梯加装",
        first_proposer=people[0],
        co_proposers=tuple(people[1:]),
    )


def filed(proposal: UUID, people: Sequence[UUID], kind: ProposalKind) -> ProposalFiled:
    return ProposalFiled(
        proposal_id=proposal,
        number="八届二次第0012号",
        term=8,
        session=2,
        serial=12,
        kind=kind,
        category=Category.SOCIETY,
        title="电梯加装",
        suggestions=("一是列入计划。",),
        facts="x",
        analysis="x",
        first_proposer=people[0],
        co_proposers=tuple(people[1:]),
    )


async def points(house: House, committee: str, members: Sequence[MemberRow]) -> list[str]:
    return [(await dossier(house, committee, member, None)).total for member in members]


async def test_the_first_gets_half_and_the_others_share_the_rest(house: House) -> None:
    committee = "350430"
    await adopt(house, committee, "tongcheng_2019")
    members = await some_members(house, committee, 4)
    people = [member.person_id for member in members[:3]]
    proposal = new_id()
    event = submitted(proposal, people, ProposalKind.JOINT)
    await react(house, committee, on_proposal_submitted, event)
    await react(house, committee, on_proposal_submitted, event)
    assert await points(house, committee, members) == ["5", "2.5", "2.5", "0"], "10, counted once"
    await react(house, committee, on_proposal_filed, filed(proposal, people, ProposalKind.JOINT))
    assert await points(house, committee, members) == ["12.5", "6.2", "6.2", "0"], "and 15, cut to tenths"
    shown = await dossier(house, committee, members[1], None)
    assert {line.rule_version for line in shown.lines} == {"tongcheng@2019.1"}
    assert all("共 3 人" in line.explanation and line.matter == proposal for line in shown.lines)


async def test_of_a_collective_proposal_three_main_authors_are_credited_in_full(house: House) -> None:
    committee = "350431"
    await adopt(house, committee, "tongcheng_2019")
    members = await some_members(house, committee, 4)
    people = [member.person_id for member in members]
    event = submitted(new_id(), people, ProposalKind.COLLECTIVE)
    await react(house, committee, on_proposal_submitted, event)
    assert await points(house, committee, members) == ["10", "10", "10", "0"]


async def test_what_is_withdrawn_falls_away_and_its_evidence_stays(house: House) -> None:
    committee = "350432"
    await adopt(house, committee, "tongcheng_2019")
    members = await some_members(house, committee, 2)
    people = [member.person_id for member in members]
    kept, gone = new_id(), new_id()
    for proposal in (kept, gone):
        await react(house, committee, on_proposal_submitted, submitted(proposal, people, ProposalKind.JOINT))
    withdrawn = ProposalWithdrawn(
        proposal_id=gone, title="电梯加装", first_proposer=people[0], reason="已有同类提案"
    )
    await react(house, committee, on_proposal_withdrawn, withdrawn)
    assert await points(house, committee, members) == ["5", "5"]
    async with database(house.stack, committee) as tx:
        because = await tx.raw.fetchval(
            "select string_agg(distinct annulled_because, ',') from duty_fact where matter = $1", gone
        )
    assert because == "提案已由提案人撤回"


@pytest.mark.parametrize(("committee", "is_filed"), [("350433", True), ("350434", False)])
async def test_the_authors_of_a_merged_proposal_count_as_co_authors_of_the_filed_one(
    house: House, committee: str, is_filed: bool
) -> None:
    await adopt(house, committee, "tongcheng_2019")
    members = await some_members(house, committee, 3)
    one, two, joined = (member.person_id for member in members)
    proposal = new_id()
    if is_filed:
        await react(house, committee, on_proposal_filed, filed(proposal, [one, two], ProposalKind.JOINT))
        assert await points(house, committee, members) == ["7.5", "7.5", "0"]
    merged = ProposalAuthorsJoined(
        proposal_id=proposal,
        merged=new_id(),
        title="电梯加装",
        number="八届二次第0012号" if is_filed else None,
        first_proposer=one,
        joined=(joined,),
        co_proposers=(two, joined),
    )
    await react(house, committee, on_proposal_authors_joined, merged)
    await react(house, committee, on_proposal_authors_joined, merged)
    if not is_filed:
        assert await points(house, committee, members) == ["0", "0", "0"], "nothing before 立案"
        await react(
            house, committee, on_proposal_filed, filed(proposal, [one, two, joined], ProposalKind.JOINT)
        )
    assert await points(house, committee, members) == ["7.5", "3.7", "3.7"]
    shown = await dossier(house, committee, members[2], None)
    assert [line.kind for line in shown.lines] == [DutyKind.PROPOSAL_FILED]
