"""Fan-out: one committee's circular to 3,000 members on two channels, portal and e-mail; until the last one is handed over.

The members and their addresses are put into notify's own tables as its reactions and its page of preferences would leave
them; the circular is sent by its command, the mail is taken by a mail server on this machine.
"""

import time
from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg

from chassis.ids import new_id
from chassis.sealing import Sealer
from infra.local.stack import Stack
from services.notify.preference_ids import preference_id
from tests.conftest import temporary_folder
from tests.house import COUNTY, House, person
from tests.load.figures import Figure, within
from tests.notify_at_work import MailServer, mail_server
from tests.processes import start_all, stop_all
from tests.waiting import until_async
from tongxin_contracts.notify.circulars import SendCircular
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import AudienceKind

MEMBERS: Final = 3_000
BAR: Final = 10.0
_LIMIT: Final = 300.0


async def measure() -> list[Figure]:
    """Seconds from the command to the last mail."""
    with temporary_folder() as folder:
        async with mail_server() as mails:
            mail = {
                "TONGXIN_SMTP_HOST": "127.0.0.1",
                "TONGXIN_SMTP_PORT": str(mails.port),
                "TONGXIN_SMTP_SECURITY": "none",
            }
            stack = Stack(folder, ack_wait=timedelta(seconds=30), extra_environment=mail).start()
            try:
                await _addresses(stack)
                running = start_all(stack, ["notify"])
                try:
                    took = await _send(stack, mails)
                finally:
                    stop_all(running.values())
            finally:
                stack.stop()
    return [within("circular to 3,000 members on two channels, last one", took, "s", at_most=BAR)]


async def _send(stack: Stack, mails: MailServer) -> float:
    office = person(Role.MEMBERS_OFFICE)
    circular = SendCircular(
        committee=COUNTY,
        circular_id=new_id(),
        title="关于召开“老城区排水”协商议事会的通知",
        text="请于周五下午两点半到县政协三楼会议室参加。",
        audience=AudienceKind.MEMBERS,
    )
    house = await House.open(stack)
    try:
        began = time.monotonic()
        await house.ask(circular, office)
        await until_async(lambda: len(mails.mails) >= MEMBERS, "the last mail is handed over", _LIMIT)
        took = time.monotonic() - began
    finally:
        await house.close()
    assert len({mail.to[0] for mail in mails.mails}) == MEMBERS, "everybody got theirs"
    return took


async def _addresses(stack: Stack) -> None:
    sealer = Sealer.from_file(stack.keys.sealing)
    people = [new_id() for _ in range(MEMBERS)]
    sealed = [_sealed(sealer, place, who) for place, who in enumerate(people)]
    database = await asyncpg.connect(stack.admin_url.rsplit("/", 1)[0] + "/notify")
    try:
        await database.execute("insert into known_committee values ($1) on conflict do nothing", COUNTY)
        await database.execute(
            "insert into member_person (member_id, committee, person, sector, serving)"
            " select gen_random_uuid(), $1, person, 'cpc', true from unnest($2::uuid[]) as person",
            COUNTY,
            people,
        )
        await database.execute(
            "insert into preference (committee, person, email, code_tries, digest, without_mail)"
            " select $1, person, email, 0, 'off', '{}' from unnest($2::uuid[], $3::bytea[]) as p (person, email)",
            COUNTY,
            people,
            sealed,
        )
    finally:
        await database.close()


def _sealed(sealer: Sealer, place: int, who: UUID) -> bytes:
    found = sealer.seal(f"wei{place}@example.org", preference_id(COUNTY, who))
    assert found is not None
    return found
