"""Mail in the demo: addresses of those one can sign in as, and a circular that goes to those of them who are members.

An address is confirmed as everybody confirms their own, with the code that was sent.
Nothing is delivered while the demo is told: the code is read where it waits to be sent, and goes out at the first start. The
addresses end in `.example`, which nobody can ever have (RFC 2606).
"""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from chassis.database import Database
from chassis.identity import Actor
from services.notify import tables
from tongxin.demo.cast import Office
from tongxin.demo.script import Script, made_id
from tongxin_contracts.notify.channels import (
    ConfirmEmail,
    EmailConfirmed,
    Preferences,
    PreferencesAnswer,
    SetPreferences,
)
from tongxin_contracts.notify.circulars import SendCircular
from tongxin_contracts.permissions import Role

DOMAIN: Final = "anhe.example"
_CODE: Final = re.compile(r"验证码：(\d+)")


async def confirm_addresses(script: Script, people: Mapping[str, Actor]) -> None:
    """One for each of these, by the name in front of the @."""
    database = Database(script.asker.stack.database_url("notify", "app"), pool_size=1)
    try:
        await asyncio.gather(*(_ask(script, name, actor) for name, actor in people.items()))
        codes = await _codes(database, list(people.values()))
        await asyncio.gather(*(_confirm(script, actor, codes) for actor in people.values()))
    finally:
        await database.close()
    script.say(f"邮箱：{len(people)} 人已确认，邮件见 tongxin mails list")


async def _ask(script: Script, name: str, actor: Actor) -> None:
    command = SetPreferences(committee=actor.committee, email=f"{name}@{DOMAIN}")
    await script.do(command, actor, at=script.now - timedelta(hours=20))


async def _codes(database: Database, people: Sequence[Actor]) -> dict[str, str]:
    """The codes that wait to be sent, by person."""
    mail = tables.mail.c
    async with database.transaction({actor.committee for actor in people}) as tx:
        rows = await tx.sql.execute(
            select(mail.person, mail.content).where(mail.kind == "confirm", mail.content.is_not(None))
        )
        return {str(row.person): _code(row.content) for row in rows}


def _code(content: str) -> str:
    found = _CODE.search(" ".join(json.loads(content)["paragraphs"]))
    assert found, "a confirmation says its code"
    return found[1]


async def _confirm(script: Script, actor: Actor, codes: Mapping[str, str]) -> None:
    """Give the code back, where that was not done by an earlier attempt."""
    query = Preferences(committee=actor.committee)
    if (await script.tell(PreferencesAnswer, query, actor)).pending is None:
        return
    command = ConfirmEmail(committee=actor.committee, code=codes[str(actor.person)])
    at = script.now - timedelta(hours=20) + timedelta(minutes=3)
    answer = await script.do(command, actor, at=at)
    assert isinstance(answer, EmailConfirmed)
    assert answer.confirmed, "the code that was sent is the right one"


async def send_circular(script: Script, office: Office) -> None:
    """To all members, less than an hour ago."""
    command = SendCircular(
        committee=office.committee,
        circular_id=made_id(office.committee, "circular"),
        title=f"关于报送{script.now.year}年度履职情况的通知",
        text="请各位委员核对“我的履职档案”，有遗漏的在本页提出申诉；纸质材料请于下月十日前交联络组。",
    )
    await script.do(command, office.acting(Role.MEMBERS_OFFICE), at=script.now - timedelta(minutes=40))
    script.say(f"{office.place.place}：通知公告已发给全体委员")
