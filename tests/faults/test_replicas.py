"""Two of everything, as docker-compose.yml has it: both work, either may die, and nothing happens twice because of it."""

import asyncio
import re
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from chassis.clock import SystemClock
from infra.local.ports import free_port
from infra.postgres.urls import with_database
from tests.faults.city import City
from tests.faults.conftest import Processes
from tests.faults.frame import SEED, History, Recovery
from tests.faults.load import Load, count, unexpected
from tests.house import BESIDE, COUNTY, House, person
from tests.notify_at_work import MailServer, mail_server, notify
from tests.portal_at_work import account, visitor
from tests.proposals_at_work import file, handed_in, open_session
from tests.replicas import CityRun, Replica, city_run
from tests.services.test_portal_live import kinds_until, looking
from tests.waiting import until_async
from tests.webhooks_at_work import new_secret, receiver, set_webhook, subscribe_webhook
from tongxin_contracts.permissions import Role
from tongxin_contracts.subjects import SERVICES

WITHIN = 15.0
MAIL_PORT = free_port()
MAILS = 30
ELSEWHERE = "351188"
"""Nothing happens here but what a test does."""


@pytest.fixture(scope="module")
def run() -> Iterator[CityRun]:
    """Two of each of the five services, three nodes; short waits, so that a death shows within seconds."""
    more = {
        "notify": {"TONGXIN_WEBHOOK_LOCAL": "true"},
    }
    with city_run(
        replicas=2,
        more=more,
        TONGXIN_ACK_WAIT="3",
        TONGXIN_PUBLIC_URL="http://127.0.0.1",
        TONGXIN_SMTP_HOST="127.0.0.1",
        TONGXIN_SMTP_PORT=str(MAIL_PORT),
        TONGXIN_SMTP_SECURITY="none",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def processes(run: CityRun) -> Processes:
    """What `house` and `history` stand on."""
    return Processes(run.stack)


@pytest.fixture(scope="module")
async def city(house: House) -> City:
    return await City.open(house)


@pytest.fixture(scope="module")
async def mails() -> AsyncIterator[MailServer]:
    async with mail_server(MAIL_PORT) as opened:
        yield opened


def metrics(replica: Replica, name: str, **labels: str) -> float:
    """The sum of a metric at one replica, over all its labels but these."""
    with urllib.request.urlopen(f"http://127.0.0.1:{replica.health}/metrics") as page:
        lines = page.read().decode().splitlines()
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    found = [
        line for line in lines if re.match(rf"{name}[{{ ]", line) and all(part in line for part in wanted)
    ]
    return sum(float(line.rsplit(" ", 1)[1]) for line in found)


@pytest.mark.fault("F14", invariants="I1 I2 I3 I4")
@pytest.mark.timeout(900)
async def test_either_replica_of_every_service_may_die(
    run: CityRun, city: City, history: History, recovery: Recovery
) -> None:
    """Whoever held a relay's lock, a batch or a request: the other one goes on. Both kinds of work went to both."""
    load = Load(city.house, SEED, members=city.writers, history=history)
    history.extend(await city.look())
    async with load.flowing():
        await load.until_done(60, limit=60)
        shares = {one.number: metrics(one, "tongxin_handler_seconds_count") for one in run.of("proposals")}
    assert min(shares.values()) > 0, f"both take commands: {shares}"
    for first in (True, False):
        for service in SERVICES:
            async with load.flowing():
                await load.until_done(10, limit=60)
                dying = run.of(service)[0 if first else -1]
                history.note("fault", what="replica killed", service=service, number=dying.number)
                await asyncio.to_thread(run.kill, dying)
                await load.until_done(10, limit=60)
            recovery.took(await city.whole_within(history, WITHIN), within=WITHIN)
            await asyncio.to_thread(run.start, service)
    assert unexpected(load.acts) == []
    assert count(load.acts, lambda act: act.outcome == "done") > 200


@pytest.mark.fault("F14", invariants="I5")
@pytest.mark.timeout(300)
async def test_a_deadline_fires_once_although_two_sweep(run: CityRun, city: City) -> None:
    """SKIP LOCKED: what one holds the other passes over; what fired is stated once."""
    await open_session(city.house, BESIDE)
    member = person(Role.MEMBER, committee=BESIDE)
    waiting = [await handed_in(city.house, member) for _ in range(40)]
    connection = await asyncpg.connect(with_database(run.stack.admin_url, "proposals"))
    try:
        await connection.execute(
            "update deadline set due_at = now() where matter = any($1) and kind = 'review_due'", waiting
        )

        async def fired() -> bool:
            open_: int = await connection.fetchval(
                "select count(*) from deadline where matter = any($1) and kind = 'review_due' and fired_at is null",
                waiting,
            )
            return open_ == 0

        await until_async(fired, "every deadline fires", limit=30)
        rows = await connection.fetch(
            "select aggregate from outbox where aggregate = any($1) and subject like '%review_overdue%'",
            waiting,
        )
    finally:
        await connection.close()
    assert Counter(row["aggregate"] for row in rows) == Counter(waiting)
    total = sum(
        metrics(one, "tongxin_deadlines_total", outcome="fired", kind="review_due")
        for one in run.of("proposals")
    )
    assert total == len(waiting)


@pytest.mark.fault("F14", invariants="I8")
@pytest.mark.timeout(300)
async def test_a_session_is_good_at_either_door_and_both_are_told_what_changed(
    run: CityRun, city: City
) -> None:
    one, other = run.of("portal")
    login = await account(run.stack, Role.PROPOSALS_OFFICE)
    async with visitor(run.stack, base_url=one.url) as here:
        assert (await here.sign_in(login)).status_code == 303
        async with visitor(run.stack, base_url=other.url, cookies=dict(here.client.cookies)) as there:
            assert (await there.open("/password")).status_code == 200
            async with looking(here) as at_one, looking(there) as at_other:
                await handed_in(city.house, person(Role.MEMBER))
                await kinds_until(at_one, "proposal")
                await kinds_until(at_other, "proposal")
            assert (await there.send("/logout")).status_code == 303
        assert (await here.open("/password")).status_code == 303, (
            "signed out at one door is signed out at both"
        )


@pytest.mark.fault("F17", invariants="I2")
@pytest.mark.timeout(300)
async def test_mail_and_webhooks_go_out_once(run: CityRun, city: City, mails: MailServer) -> None:
    """At least once by promise; once where nobody dies in the middle."""
    async with notify(run.stack, ELSEWHERE, SystemClock().now()) as desk:
        for number in range(MAILS):
            await desk.tell(await desk.reachable(f"member{number}@example.org"), f"第 {number} 件")
    async with receiver() as agency:
        subscription = await subscribe_webhook(city.house, "twice", COUNTY)
        await set_webhook(city.house, subscription, COUNTY, agency.url, new_secret())
        for _ in range(10):
            await file(city.house, await handed_in(city.house, person(Role.MEMBER)))
        await until_async(lambda: len(agency.times()) >= 10, "every event is posted", limit=60)
        await until_async(lambda: len(_ours(mails)) >= MAILS, "every mail is sent", limit=60)
        sent = sum(metrics(one, "tongxin_mails_total", outcome="sent") for one in run.of("notify"))
        assert sent >= MAILS
        assert set(agency.times().values()) == {1}
    assert Counter(_ours(mails)) == Counter(f"member{number}@example.org" for number in range(MAILS))


def _ours(mails: MailServer) -> list[str]:
    return [to for mail in mails.mails for to in mail.to if to.startswith("member")]
