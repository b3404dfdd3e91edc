"""Who follows from outside: the county's inspection office sees every step through an account of its own."""

import asyncio
from typing import Final

from tongxin.demo.cast import Office
from tongxin.demo.script import Script, made_id
from tongxin.demo_data.places import COUNTY
from tongxin_contracts.catalogue import EVENTS
from tongxin_contracts.message import Visibility
from tongxin_contracts.notify.commands import SubscribeAgency
from tongxin_contracts.permissions import Role

INSPECTION: Final = ("inspection", "清源县督查室")


async def subscribe(script: Script, offices: dict[str, Office]) -> None:
    """Account, key and consumer; every event of proposals and consultation that may leave."""
    agency, name = INSPECTION
    stack = script.asker.stack
    if agency not in [known.id for known in stack.list_agencies()]:
        await asyncio.to_thread(stack.add_agency, agency, name)
    events = sorted(
        f"{event.service}.{event.message_name}"
        for event in EVENTS
        if event.visibility is Visibility.AGENCIES and event.service in ("proposals", "consultation")
    )
    command = SubscribeAgency(
        committee=COUNTY.code,
        subscription_id=made_id("subscription", agency),
        agency=agency,
        agency_name=name,
        events=events,
    )
    await script.do(command, offices[COUNTY.code].acting(Role.ADMIN))
    script.say(f"外部机构：{name}，订阅 {len(events)} 类事件")
