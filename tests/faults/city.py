"""A county at work for the faults: a session, members on a roster, points; and the wait until all of it holds again."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
import pytest
from nats.errors import Error as NatsError

from chassis.identity import Actor
from chassis.problems import Unavailable
from tests.faults.checker import judge
from tests.faults.frame import SEED, History
from tests.faults.observed import Line, Scope, observe
from tests.house import COUNTY, House, person
from tests.members_at_work import adopt, office, some_members
from tests.proposals_at_work import open_session
from tongxin_contracts.members.queries import Dossier, DossierAnswer, MemberRow, Roster, RosterPage
from tongxin_contracts.permissions import Role

PEOPLE = 16


@dataclass
class City:
    """What the faults break, and who is looked at afterwards."""

    house: House
    members: Sequence[MemberRow] = ()
    scope: Scope = field(default_factory=Scope)

    @classmethod
    async def open(cls, house: House) -> "City":
        """Open the session, put people on the roster and a points scheme in force."""
        await open_session(house)
        await adopt(house, COUNTY)
        return cls(house, await some_members(house, COUNTY, PEOPLE))

    @property
    def writers(self) -> list[Actor]:
        """The members as those who write."""
        return [person(Role.MEMBER, person_id=member.person_id) for member in self.members]

    async def look(self) -> list[Line]:
        """One observation, with the points as a person is shown them."""
        return [*await observe(self.house.stack, self.scope), *await self._points()]

    async def whole_within(self, history: History, limit: float) -> float:
        """Seconds until every invariant holds; writes down what was seen then, and fails naming what still does not."""
        began, promised = time.monotonic(), history.standing()
        while True:
            found, seen = await self._judged(promised)
            took = time.monotonic() - began
            if not found or took > limit:
                break
            await asyncio.sleep(0.05)
        history.extend(seen)
        if found:
            pytest.fail(f"seed {SEED}: after {limit} s: {found}")
        return took

    async def _judged(self, promised: list[Line]) -> tuple[list[str], list[Line]]:
        try:
            seen = await self.look()
        except (NatsError, OSError, TimeoutError, Unavailable, asyncpg.PostgresError) as error:
            return [f"cannot be looked at: {type(error).__name__}: {error}"], []
        return judge([*promised, *seen]), seen

    async def _points(self) -> list[Line]:
        staff = office(COUNTY)
        page = await self.house.ask(Roster(committee=COUNTY, limit=100), staff)
        assert isinstance(page, RosterPage)
        shown = {row.member_id: row.points for row in page.members}
        lines: list[Line] = []
        for member in self.members:
            answer = await self.house.ask(Dossier(committee=COUNTY, member_id=member.member_id), staff)
            assert isinstance(answer, DossierAnswer)
            lines.append(
                {
                    "kind": "points",
                    "member": str(member.member_id),
                    "shown": shown[member.member_id],
                    "total": answer.total,
                    "lines": [line.counted for line in answer.lines],
                }
            )
        return lines
