"""People at work while things break: seeded, so that it can be had again, and written down, so that it can be judged.

Everybody repeats a command under its own id until it is answered, as a browser does; what was answered is the promise
the checker holds the house to.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from uuid import UUID

from chassis.identity import Actor
from chassis.ids import new_id
from chassis.problems import NotFound, Refusal, Unavailable
from tests.faults.frame import History
from tests.house import COUNTY, House, person
from tests.proposals_at_work import TEXT
from tongxin_contracts.consultation.commands import TakeTopic
from tongxin_contracts.message import Answer, Command
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import FileProposal, SaveDraft, SubmitProposal

PATIENCE: Final = 1.5
"""Seconds one attempt waits; then the same command is sent again."""


@dataclass(frozen=True, slots=True)
class Act:
    """One command and what came of it."""

    who: int
    command: str
    aggregate: str
    version: int | None
    """What the answer promised; None where an answer names no version."""
    attempts: int
    began: float
    ended: float
    outcome: str
    """`done`, or the kind of refusal."""


@dataclass
class Load:
    """A few people who write, hand in, file and take up, until they are told to stop."""

    house: House
    seed: int
    people: int = 4
    members: Sequence[Actor] = ()
    """Who writes; on a roster, so that points come of it. Without them people nobody knows."""
    history: History | None = None
    """Where each act is written down as it ends."""
    patience: float | None = None
    """Seconds one attempt waits, where it is not PATIENCE."""
    give_up: float = 30.0
    """Seconds somebody goes on asking for one answer."""
    acts: list[Act] = field(default_factory=list)
    stopping: bool = False

    @asynccontextmanager
    async def flowing(self) -> AsyncIterator["Load"]:
        """Work goes on for as long as the block lasts; at its end everybody finishes the command in hand."""
        self.stopping = False
        tasks = [asyncio.create_task(self._work(who)) for who in range(self.people)]
        try:
            yield self
        finally:
            self.stopping = True
            await asyncio.gather(*tasks)

    async def until_done(self, more: int, limit: float = 20) -> None:
        """Wait until so many more commands were answered."""
        wanted, deadline = len(self.acts) + more, time.monotonic() + limit
        while len(self.acts) < wanted:
            assert time.monotonic() < deadline, f"only {len(self.acts)} of {wanted} commands within {limit} s"
            await asyncio.sleep(0.01)

    async def _work(self, who: int) -> None:
        chance = random.Random(self.seed * 1000 + who + len(self.acts))
        office, committee = person(Role.PROPOSALS_OFFICE), person(Role.COMMITTEE_OFFICE)
        stranger = person(Role.MEMBER)
        filed: list[UUID] = []
        while not self.stopping:
            # Whoever is next: thousands of proposals of one person are nobody's, and no dossier can show them.
            member = chance.choice(self.members) if self.members else stranger
            proposal_id = new_id()
            text = TEXT | {"title": f"第 {who} 人第 {len(self.acts)} 件：{chance.randint(0, 10**6)}"}
            draft = SaveDraft(committee=COUNTY, draft_id=proposal_id, revision=0, **text)
            await self._act(who, draft, member, proposal_id)
            await self._act(who, SubmitProposal(committee=COUNTY, draft_id=proposal_id), member, proposal_id)
            if chance.random() < 0.7:
                command = FileProposal(committee=COUNTY, proposal_id=proposal_id, expected_version=1)
                await self._act(who, command, office, proposal_id)
                filed.append(proposal_id)
            if filed and chance.random() < 0.3:
                topic = TakeTopic(committee=COUNTY, topic_id=new_id(), proposal_id=chance.choice(filed))
                await self._act(who, topic, committee, topic.topic_id)

    async def _act(self, who: int, command: Command, actor: Actor, aggregate: UUID) -> None:
        """Ask until there is an answer; an answer other than yes is noted as what it is."""
        request_id, began, attempts = new_id(), time.monotonic(), 0
        outcome, version = "unanswered", None
        while time.monotonic() - began < self.give_up:
            attempts += 1
            try:
                answer = await self.house.caller.call(
                    command, actor, request_id, timeout=self.patience or PATIENCE
                )
            except Unavailable:
                await asyncio.sleep(0.05)
            except Refusal as refused:
                outcome = refused.kind
                break
            else:
                outcome, version = "done", _version(answer)
                break
        act = Act(
            who=who,
            command=type(command).__name__,
            aggregate=str(aggregate),
            version=version,
            attempts=attempts,
            began=began,
            ended=time.monotonic(),
            outcome=outcome,
        )
        self.acts.append(act)
        if self.history is not None:
            self.history.note("promise", **asdict(act))


def _version(answer: Answer) -> int | None:
    found: Any = getattr(answer, "version", None)
    return found if isinstance(found, int) else None


MAY_REFUSE: Final = {"TakeTopic": {NotFound.kind, "wrong-state"}}
"""A topic is offered when its event has come over, and taken once."""


def unexpected(acts: list[Act]) -> list[str]:
    """Answers nobody should have got, whatever was broken."""
    return [
        f"{act.command} of {act.aggregate}: {act.outcome} after {act.attempts} attempts"
        for act in acts
        if act.outcome != "done" and act.outcome not in MAY_REFUSE.get(act.command, set())
    ]


def count(acts: list[Act], of: Callable[[Act], bool]) -> int:
    """How many acts are of a kind."""
    return sum(of(act) for act in acts)
