"""The demo city: four committees over two years, told by commands through the services, with every event following.

Nothing here writes into a database, except for accounts, which the portal owns. The services run in a rehearsal while it
is loaded (`chassis/rehearsal.py`): commands say when they happened, and nothing happens by itself. All people are
invented; titles are those of the source documents. An interrupted load is taken up again by the next start.
"""

import random
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Final

from chassis.clock import SystemClock
from infra.local.blocking import blocking
from tongxin.asking import Asker
from tongxin.demo import agencies, around, duty, stage, year_end
from tongxin.demo.accounts import Login, make_accounts
from tongxin.demo.began import began_at
from tongxin.demo.cast import Office, office
from tongxin.demo.lives import Life, lives, tell_life
from tongxin.demo.script import Say, Script
from tongxin.demo_data.fates import fates
from tongxin.demo_data.places import BESIDE, CITY, COUNTY, LAKE, PLACES
from tongxin.demo_data.proposals import CITY_PROPOSALS, COUNTY_PROPOSALS
from tongxin.demo_data.written import Written, written
from tongxin_contracts.members.queries import MemberRow
from tongxin_contracts.permissions import Role
from tongxin_contracts.subjects import SERVICES

if TYPE_CHECKING:
    from infra.local.stack import Stack

__all__ = ["Login", "load_demo"]

COUNTS: Final = {CITY.code: 200, COUNTY.code: 120, BESIDE.code: 40, LAKE.code: 40}
"""Proposals of each committee: four hundred in all."""
_WRITTEN_OUT: Final = {CITY.code: CITY_PROPOSALS, COUNTY.code: COUNTY_PROPOSALS}


def load_demo(stack: "Stack", say: Say) -> list[Login]:
    """Load the demo city into prepared servers whose services do not run; returns whom one can sign in as."""
    with ExitStack() as end:
        for service in SERVICES:
            if service != "portal":
                end.callback(stack.start_service(service, rehearsal=True).stop)
        portal = stack.start_service("portal", rehearsal=True)
        end.callback(portal.stop)
        return blocking(_load(stack, say))


async def _load(stack: "Stack", say: Say) -> list[Login]:
    asker = await Asker.open(stack)
    try:
        script = Script(asker, began_at(stack.data, SystemClock().now()), say)
        offices = {place.code: office(place) for place in PLACES}
        for one in offices.values():
            await stage.open_sessions(script, one)
            await stage.register_units(script, one)
            await stage.adopt_rounds(script, one)
        members = await stage.import_rosters(script, offices)
        await stage.until_known(script, offices, members)
        await agencies.subscribe(script, offices)
        told = [life for code in COUNTS for life in _lives(script, offices[code], members[code])]
        random.Random("order").shuffle(told)  # noqa: S311  (busy units and quiet ones side by side)
        await script.all([partial(tell_life, life, script) for life in told], "提案两年历程")
        for code, one in offices.items():
            await duty.record(script, one, members[code])
            await around.consult(script, one, members[code])
            await year_end.appraise(script, one)
        say("账号")
        return await make_accounts(stack, list(offices.values()), members)
    finally:
        await asker.close()


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
