"""The demo city: four committees over two years, told by commands through the services, with every event following.

Nothing here writes into a database, except for accounts, which the portal owns. The services run in a rehearsal while it
is loaded (`chassis/rehearsal.py`): commands say when they happened, and nothing happens by itself. All people are
invented; titles are those of the source documents. An interrupted load is taken up again by the next start.
"""

import asyncio
import random
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from chassis.clock import SystemClock
from infra.local.blocking import blocking
from tongxin.demo import agencies, around, calls, duty, last_year, stage, year_end
from tongxin.demo.accounts import make_accounts, shown_people
from tongxin.demo.began import began_at
from tongxin.demo.cast import Office, office
from tongxin.demo.lives import Life, lives, tell_life
from tongxin.demo.mail import confirm_addresses, send_circular
from tongxin.demo.rehearsal import caught_up, rehearsing, settled, telling
from tongxin.demo.script import Say, Script
from tongxin.demo_data.fates import fates
from tongxin.demo_data.places import BESIDE, CITY, COUNTY, LAKE, PLACES
from tongxin.demo_data.proposals import CITY_PROPOSALS, COUNTY_PROPOSALS
from tongxin.demo_data.written import Written, written
from tongxin.login import Login
from tongxin_contracts.members.queries import MemberRow
from tongxin_contracts.permissions import Role

if TYPE_CHECKING:
    from infra.local.stack import Stack

COUNTS: Final = {CITY.code: 200, COUNTY.code: 120, BESIDE.code: 40, LAKE.code: 40}
"""Proposals of each committee: four hundred in all."""
_WRITTEN_OUT: Final = {CITY.code: CITY_PROPOSALS, COUNTY.code: COUNTY_PROPOSALS}


def load_demo(stack: "Stack", say: Say) -> list[Login]:
    """Load the demo city into prepared servers whose services do not run; returns whom one can sign in as.

    In three acts, so that whoever only listens takes what happened in large batches afterwards: the stage, the lives of
    the proposals, what surrounds them.
    """
    script_now = began_at(stack.data, SystemClock().now())
    all_along = ("proposals",)
    with rehearsing(stack, all_along):
        with rehearsing(stack, ("members", "portal")):
            members = blocking(_stage(stack, script_now, say))
        with rehearsing(stack, ("proposals",), beside=all_along):
            blocking(_told(stack, script_now, say, members))
        with rehearsing(stack, ("members", "consultation", "notify", "portal")):
            return blocking(_around(stack, script_now, say, members))


async def _stage(stack: "Stack", now: datetime, say: Say) -> dict[str, list[MemberRow]]:
    async with telling(stack, now, say) as script:
        offices = {place.code: office(place) for place in PLACES}
        await asyncio.gather(*(stage.set_up(script, one) for one in offices.values()))
        members = await stage.import_rosters(script, offices)
        await stage.until_known(script, offices, members)
        return members


async def _told(stack: "Stack", now: datetime, say: Say, members: dict[str, list[MemberRow]]) -> None:
    async with telling(stack, now, say) as script:
        told = [life for place in PLACES for life in _lives(script, office(place), members[place.code])]
        random.Random("order").shuffle(told)  # noqa: S311  (busy units and quiet ones side by side)
        await script.all([partial(tell_life, life, script) for life in told], "提案两年历程")


async def _around(
    stack: "Stack", now: datetime, say: Say, members: dict[str, list[MemberRow]]
) -> list[Login]:
    async with telling(stack, now, say) as script:
        offices = {place.code: office(place) for place in PLACES}
        await agencies.subscribe(script, offices)
        await calls.call(script, offices[COUNTY.code])
        beside = asyncio.gather(*(_beside(script, one, members[code]) for code, one in offices.items()))
        logins = await make_accounts(stack, list(offices.values()), members)
        await confirm_addresses(script, shown_people(list(offices.values()), members))
        await beside
        await settled(script, offices)
        await caught_up(script, "notify")
        await send_circular(script, offices[COUNTY.code])
        return logins


async def _beside(script: Script, one: Office, members: list[MemberRow]) -> None:
    await duty.record(script, one, members)
    await last_year.tell(script, one, members)
    await around.consult(script, one, members)
    await year_end.appraise(script, one)


def _lives(script: Script, one: Office, members: list[MemberRow]) -> list[Life]:
    """The youngest proposals are those written out by hand; what they say is worth reading today."""
    count = COUNTS[one.committee]
    by_hand = [
        Written(proposal, *_handlers(place))
        for place, proposal in enumerate(_WRITTEN_OUT.get(one.committee, ()))
    ]
    texts = [*written(one.place, count - len(by_hand)), *by_hand]
    first = Role.REVIEW_GROUP if one.committee == LAKE.code else Role.PROPOSALS_OFFICE
    return lives(one, members, list(zip(texts, fates(one.committee, count, script.now), strict=True)), first)


def _handlers(place: int) -> tuple[str, tuple[str, ...]]:
    """Units for the proposals written out by hand, in turn."""
    turns = (
        ("住建局", ("城管局",)),
        ("教育局", ("财政局",)),
        ("卫健委", ("医保局",)),
        ("农业农村局", ("水利局",)),
    )
    return turns[place % len(turns)]
