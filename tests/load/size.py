"""Cost against size: the journey's commands and the list pages over 4,000 proposals and over 400,000, asked in turns.

Two stacks run side by side, one with each past (`past.py`); every request goes to one and at once to the other, and
what counts is each one's median. The worst command and the worst page are the figures.
"""

import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import Refusal
from infra.local.stack import Stack
from tests.conftest import temporary_folder
from tests.handling_at_work import reply_lines, today
from tests.house import COUNTY, House, person
from tests.load.figures import Figure, beside, median
from tests.load.past import Past, live_through, people
from tests.processes import start_all, stop_all
from tests.proposals_at_work import TEXT
from tongxin_contracts.consultation.processes import Processes
from tongxin_contracts.consultation.queries import Topics
from tongxin_contracts.message import Command, Query
from tongxin_contracts.notify.channels import Mails
from tongxin_contracts.notify.queries import MyWork, Notices
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import FileProposal, SaveDraft, SubmitProposal
from tongxin_contracts.proposals.feedback_commands import GiveFeedback
from tongxin_contracts.proposals.feedback_queries import Commitments, Feedback, FeedbackRates
from tongxin_contracts.proposals.handling_commands import (
    AcceptAllocation,
    CheckReply,
    Dispatch,
    DispatchItem,
    DraftReply,
    PreDispatch,
    RecordTalk,
    SignReceipt,
    SignReply,
    SubmitReply,
)
from tongxin_contracts.proposals.handling_queries import (
    DispatchDesk,
    Handling,
    HandlingCircular,
    HandlingUnits,
    UnitDesk,
)
from tongxin_contracts.proposals.queries import MyProposals, Proposal, Proposals, ReviewDesk
from tongxin_contracts.proposals.review_queries import NotFiled, ProposalReview, SimilarProposals
from tongxin_contracts.words import (
    Attitude,
    FeedbackResult,
    HandlingState,
    Heard,
    ReplyClass,
    ReplyFit,
    TalkForm,
    Visited,
)

SMALL: Final = Past(committees=4, sessions=2)
COMMITTEES: int = 40
SESSIONS: int = 20
REPEATS: int = 25
BAR: Final = 1.5
ANSWERS: Final[dict[str, Any]] = {
    "visited": Visited.VISIT,
    "attitude": Attitude.SATISFIED,
    "heard": Heard.FULLY,
    "fit": ReplyFit.FITS,
    "result": FeedbackResult.AGREE,
}


@dataclass(slots=True)
class City:
    """One stack with its past, and what each request took there."""

    house: House
    author: Actor
    office: Actor
    liaison: Actor
    handler: Actor
    checker: Actor
    signer: Actor
    unit: UUID
    took: dict[str, list[float]] = field(default_factory=dict)

    async def timed(self, name: str, message: Command | Query, actor: Actor) -> None:
        """Ask it and note how long it took, in milliseconds."""
        began = time.perf_counter()
        try:
            await self.house.ask(message, actor)
        except Refusal as refusal:
            raise AssertionError(f"{name} was refused") from refusal
        self.took.setdefault(name, []).append((time.perf_counter() - began) * 1000)


Step = tuple[str, Command | Query, Actor]
"""What is asked by whom, and what it is called."""


async def measure() -> list[Figure]:
    """The worst command and the worst page."""
    async with AsyncExitStack() as ends:
        small = await _city(ends, SMALL)
        large = await _city(ends, Past(committees=COMMITTEES, sessions=SESSIONS))
        for repeat in range(REPEATS + 2):
            if repeat == 2:  # the first two warm up
                small.took.clear()
                large.took.clear()
            for steps in zip(_steps(small), _steps(large), strict=True):
                in_turn = zip((small, large), steps, strict=True)
                for city, (name, message, actor) in in_turn if repeat % 2 else reversed(list(in_turn)):
                    await city.timed(name, message, actor)
    return [
        _worst(small, large, "command", "costliest command with 100 times the data"),
        _worst(small, large, "page", "costliest page with 100 times the data"),
    ]


async def _city(ends: AsyncExitStack, past: Past) -> City:
    folder = ends.enter_context(temporary_folder())
    stack = Stack(folder).start()
    ends.callback(stack.stop)
    began = time.monotonic()
    await live_through(stack, past)
    print(f"  {past.proposals:,} proposals: {time.monotonic() - began:.0f} s", flush=True)
    running = start_all(stack, ["proposals", "consultation", "notify"])
    ends.callback(stop_all, running.values())
    house = await House.open(stack)
    ends.push_async_callback(house.close)
    who = await people(stack)
    return City(
        house=house,
        author=person(Role.MEMBER, person_id=who.author),
        office=person(Role.PROPOSALS_OFFICE),
        liaison=person(Role.UNIT_LIAISON, person_id=who.posts["liaison"]),
        handler=person(Role.UNIT_HANDLER, person_id=who.posts["handler"]),
        checker=person(Role.UNIT_CHECKER, person_id=who.posts["checker"]),
        signer=person(Role.UNIT_SIGNER, person_id=who.posts["signer"]),
        unit=who.unit,
    )


def _steps(city: City) -> list[Step]:
    """One proposal's way, and then every page that somebody looks at."""
    draft = new_id()
    steps = [(f"command {command.message_name}", command, actor) for command, actor in _journey(city, draft)]
    return [*steps, *((_name(query, actor), query, actor) for query, actor in _pages(city, draft))]


def _journey(city: City, draft: UUID) -> list[tuple[Command, Actor]]:
    """From the first word to the proposer's feedback on the reply."""
    of: dict[str, Any] = {"committee": COUNTY, "proposal_id": draft}
    lines = reply_lines(ReplyClass.A, ReplyClass.B, ReplyClass.C)
    letter = {"opening": "您提出的提案收悉，现答复如下：", "closing": "感谢您的关心和支持。"}
    talk: dict[str, Any] = {"form": TalkForm.VISIT, "on": today(), "with_whom": "第一提案人"}
    return [
        (SaveDraft(committee=COUNTY, draft_id=draft, revision=0, **TEXT), city.author),
        (SubmitProposal(committee=COUNTY, draft_id=draft), city.author),
        (FileProposal(**of, expected_version=1), city.office),
        (PreDispatch(**of, lead_unit=city.unit), city.office),
        (AcceptAllocation(**of), city.liaison),
        (Dispatch(committee=COUNTY, items=[DispatchItem(proposal_id=draft)]), city.office),
        (SignReceipt(**of), city.liaison),
        (RecordTalk(**of, **talk, talk_id=new_id(), summary="逐条作了说明。"), city.handler),
        (DraftReply(**of, **letter, lines=lines), city.handler),
        (SubmitReply(**of), city.handler),
        (CheckReply(**of, passed=True), city.checker),
        (SignReply(**of), city.signer),
        (GiveFeedback(**of, **ANSWERS), city.author),
    ]


def _pages(city: City, given: UUID) -> list[tuple[Query, Actor]]:
    return [
        (MyProposals(committee=COUNTY), city.author),
        (Proposals(committee=COUNTY), city.office),
        (Proposal(committee=COUNTY, proposal_id=given), city.office),
        (ReviewDesk(committee=COUNTY), city.office),
        (SimilarProposals(committee=COUNTY, proposal_id=given), city.office),
        (NotFiled(committee=COUNTY), city.office),
        (DispatchDesk(committee=COUNTY), city.office),
        (DispatchDesk(committee=COUNTY, state=HandlingState.IN_HAND), city.office),
        (DispatchDesk(committee=COUNTY, state=HandlingState.CLOSED), city.office),
        (DispatchDesk(committee=COUNTY, overdue_only=True), city.office),
        (Handling(committee=COUNTY, proposal_id=given), city.office),
        (ProposalReview(committee=COUNTY, proposal_id=given), city.office),
        (Feedback(committee=COUNTY, proposal_id=given), city.office),
        (HandlingUnits(committee=COUNTY), city.office),
        (
            HandlingCircular(committee=COUNTY, since=today() - timedelta(days=15), until=today()),
            city.office,
        ),
        (Topics(committee=COUNTY), person(Role.COMMITTEE_OFFICE)),
        (Processes(committee=COUNTY), person(Role.COMMITTEE_OFFICE)),
        (Mails(committee=COUNTY), person(Role.ADMIN)),
        (UnitDesk(committee=COUNTY), city.handler),
        (Commitments(committee=COUNTY), city.office),
        (FeedbackRates(committee=COUNTY), city.office),
        (MyWork(committee=COUNTY), city.office),
        (MyWork(committee=COUNTY), city.author),
        (Notices(committee=COUNTY), city.author),
    ]


def _name(query: Query, actor: Actor) -> str:
    asked = query.model_dump(
        exclude_defaults=True, exclude={"committee", "proposal_id", "since", "until"}, mode="json"
    )
    return f"page {query.message_name} {asked or ''} {actor.roles[0].value}"


def _worst(small: City, large: City, kind: str, name: str) -> Figure:
    ratios = {
        what: (median(took), median(small.took[what]))
        for what, took in large.took.items()
        if what.startswith(kind)
    }
    for what, (much, little) in sorted(ratios.items(), key=lambda one: -one[1][0] / one[1][1]):
        print(f"  {much / little:5.2f}  {little:7.1f} ms -> {much:7.1f} ms  {what}", flush=True)
    what, (much, little) = max(ratios.items(), key=lambda one: one[1][0] / one[1][1])
    return beside(f"{name}: {what.split()[1]}", much, "ms", peer="1x", peer_value=little, at_most=BAR)
