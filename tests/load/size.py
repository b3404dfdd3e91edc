"""Cost against size: the journey's commands and the list pages over 4,000 proposals and over 400,000, asked in turns.

Two stacks run side by side, one with each past (`past.py`); every request goes to one and then to the other, and what
counts is each one's median. The worst command and the worst page are the figures.
"""

import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import Refusal
from infra.local.stack import Stack
from tests.conftest import temporary_folder
from tests.house import COUNTY, House, person
from tests.load.figures import Figure, beside, median
from tests.load.past import Past, live_through, people
from tests.processes import start_all, stop_all
from tests.proposals_at_work import TEXT, done, file
from tongxin_contracts.message import Query
from tongxin_contracts.notify.queries import MyWork, Notices
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import SaveDraft, SubmitProposal
from tongxin_contracts.proposals.feedback_queries import Commitments, FeedbackRates
from tongxin_contracts.proposals.handling_commands import PreDispatch
from tongxin_contracts.proposals.handling_queries import DispatchDesk, Handling, UnitDesk
from tongxin_contracts.proposals.queries import MyProposals, Proposal, Proposals, ReviewDesk
from tongxin_contracts.proposals.review_queries import NotFiled, SimilarProposals
from tongxin_contracts.words import HandlingState

SMALL: Final = Past(committees=4, sessions=2)
COMMITTEES: int = 40
SESSIONS: int = 20
REPEATS: int = 25
BAR: Final = 1.5


@dataclass(slots=True)
class City:
    """One stack with its past, and what each request took there."""

    house: House
    author: Actor
    office: Actor
    handler: Actor
    unit: UUID
    took: dict[str, list[float]] = field(default_factory=dict)

    async def timed(self, name: str, what: Callable[[], Awaitable[Any]]) -> Any:
        """Do it and note how long it took, in milliseconds."""
        began = time.perf_counter()
        try:
            answer = await what()
        except Refusal as refusal:
            raise AssertionError(f"{name} was refused") from refusal
        self.took.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        return answer


async def measure() -> list[Figure]:
    """The worst command and the worst page."""
    async with AsyncExitStack() as ends:
        small = await _city(ends, SMALL)
        large = await _city(ends, Past(committees=COMMITTEES, sessions=SESSIONS))
        for repeat in range(REPEATS + 2):
            for city in (small, large) if repeat % 2 else (large, small):
                await _pages(city, await _journey(city))
            if repeat == 1:  # the first two warm up
                small.took.clear()
                large.took.clear()
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
    running = start_all(stack, ["proposals", "notify"])
    ends.callback(stop_all, running.values())
    house = await House.open(stack)
    ends.push_async_callback(house.close)
    who = await people(stack)
    return City(
        house=house,
        author=person(Role.MEMBER, person_id=who["author"]),
        office=person(Role.PROPOSALS_OFFICE),
        handler=person(Role.UNIT_HANDLER, person_id=who["handler"]),
        unit=who["unit"],
    )


async def _journey(city: City) -> UUID:
    """Written, handed in, filed, given to a unit; which proposal."""
    draft = new_id()
    ask, author = city.house.ask, city.author
    save = SaveDraft(committee=COUNTY, draft_id=draft, revision=0, **TEXT)
    await city.timed("command save_draft", lambda: ask(save, author))
    submit = SubmitProposal(committee=COUNTY, draft_id=draft)
    version = done(await city.timed("command submit_proposal", lambda: ask(submit, author))).version
    await city.timed("command file_proposal", lambda: file(city.house, draft, version=version))
    give = PreDispatch(committee=COUNTY, proposal_id=draft, lead_unit=city.unit)
    await city.timed("command pre_dispatch", lambda: ask(give, city.office))
    return draft


async def _pages(city: City, given: UUID) -> None:
    for query, actor in (
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
        (UnitDesk(committee=COUNTY), city.handler),
        (Commitments(committee=COUNTY), city.office),
        (FeedbackRates(committee=COUNTY), city.office),
        (MyWork(committee=COUNTY), city.office),
        (MyWork(committee=COUNTY), city.author),
        (Notices(committee=COUNTY), city.author),
    ):
        await city.timed(_name(query, actor), lambda query=query, actor=actor: city.house.ask(query, actor))  # type: ignore[misc]


def _name(query: Query, actor: Actor) -> str:
    asked = query.model_dump(exclude_defaults=True, exclude={"committee", "proposal_id"}, mode="json")
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
