"""Webhooks on real sockets: posted once an event and signed, repeated when refused, one agency never in another's way, and
never led inside (F17)."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from chassis import telemetry
from chassis.failpoints import Failpoints, Place
from chassis.ids import new_id
from chassis.problems import Invalid
from infra.local.stack import Stack
from services.notify.commands.rotate_secret import rotate_secret
from services.notify.commands.send_test_event import send_test_event
from services.notify.rules.webhook_times import SCHEDULE
from services.notify.workers.channels import forget
from services.notify.workers.delivering import PER_AGENCY
from services.notify.workers.https import Poster
from tests.house import House, person
from tests.notify_at_work import noon, notify
from tests.proposals_at_work import TEXT, file, handed_in, open_session
from tests.waiting import until_async
from tests.webhooks_at_work import (
    TEST_TYPE,
    Receiver,
    deliveries,
    new_secret,
    real_ones,
    receiver,
    set_webhook,
    subscribe_webhook,
)
from tests.webhooks_in_hand import Hand
from tongxin_contracts.notify.agencies import RotateSecret, SendTestEvent
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import AttemptOutcome, DeliveryState

pytestmark = pytest.mark.fault("F17", invariants="I2 I7", ci=True)
COMMITTEE = "361100"
WHOLE = "361200"
"""For what goes through the running services."""


@pytest.fixture
async def hand(stack: Stack) -> AsyncIterator[Hand]:
    async with notify(stack, COMMITTEE, noon(2031, 5, 6)) as opened:
        hand = Hand(opened)
        async with hand.work() as work:
            # What earlier tests left; each test looks at its own.
            await work.tx.raw.execute("update delivery set state = 'stopped' where state = 'waiting'")
            await work.tx.raw.execute(
                "update subscription set ended_at = $1 where ended_at is null", work.now
            )
        yield hand


@pytest.fixture
async def inbox() -> AsyncIterator[Receiver]:
    async with receiver() as opened:
        yield opened


def counted(agency: str, outcome: str) -> float:
    return float(telemetry.AGENCY_DELIVERIES.labels(agency, outcome)._value.get())


async def an_admin(hand: Hand) -> UUID:
    """Somebody who signed in as the committee's administrator."""
    person_id = new_id()
    async with hand.work() as work:
        await work.tx.raw.execute(
            "insert into role_holder (committee, person, role, seen_at) values ($1, $2, 'admin', $3)",
            COMMITTEE, person_id, work.now,
        )  # fmt: skip
    return person_id


async def told(hand: Hand, person_id: UUID) -> list[str]:
    """Titles of somebody's notices."""
    rows = await hand.rows("select title from notice where person = $1 order by at", person_id)
    return [row["title"] for row in rows]


async def test_a_filed_proposal_is_posted_once_signed_and_cut(house: House, inbox: Receiver) -> None:
    subscription = await subscribe_webhook(house, "posted_to", WHOLE)
    secret = new_secret()
    await set_webhook(house, subscription, WHOLE, inbox.url, secret)
    await open_session(house, WHOLE)  # which files proposals too, until the session is known
    await until_async(lambda: len(inbox.events) == 1, "what that filed was posted")
    member = person(Role.MEMBER, committee=WHOLE)
    number = (await file(house, await handed_in(house, member), committee=WHOLE)).number
    await until_async(lambda: len(inbox.events) == 2, "it was posted")
    got = inbox.events[-1]
    assert got.verifies(secret)
    assert not got.verifies(new_secret())
    assert got.headers["content-type"].startswith("application/cloudevents+json")
    assert got.event["data"]["number"] == number
    assert got.event["type"] == "tongxin.proposals.proposal_filed.v1"
    assert got.event["label"] == "提案立案"
    assert got.event["actor"] == f"committee:{WHOLE}"
    assert str(member.person) not in got.body.decode()
    assert TEXT["facts"] not in got.body.decode()

    async def marked() -> bool:
        newest, _ = await real_ones(house, subscription, WHOLE)
        return newest.state is DeliveryState.DELIVERED

    await until_async(marked, "it is marked")
    page = await deliveries(house, subscription, WHOLE)
    filed = "proposals.proposal_filed"
    assert [one.event for one in page.deliveries] == [filed, filed, "notify.webhook_test"]
    assert str(page.deliveries[0].message_id) == got.webhook_id
    (attempt,) = page.deliveries[0].attempts
    assert (attempt.outcome, attempt.status) == (AttemptOutcome.DELIVERED, 204)
    assert page.counts == {DeliveryState.DELIVERED: 2}
    assert secret.removeprefix("whsec_") not in page.model_dump_json()


async def test_nothing_goes_to_an_address_that_has_not_answered_a_test(hand: Hand, inbox: Receiver) -> None:
    subscription = await hand.subscribe("untested")
    inbox.answer = lambda _got: 500
    await hand.webhook(subscription, inbox.url)
    (event,) = await hand.told("尚未验证时的议题")
    await hand.round()
    assert [got.event["type"] for got in inbox.got] == [TEST_TYPE]
    assert await hand.state_of(subscription) == "untested"
    inbox.answer = lambda _got: 200
    async with hand.work() as work:
        await send_test_event(SendTestEvent(committee=COMMITTEE, subscription_id=subscription), work)
    await hand.round()
    assert await hand.state_of(subscription) == "active"
    assert list(inbox.times()) == [str(event)]


async def test_a_500_is_repeated_by_the_schedule_under_one_id_until_it_is_dead(
    hand: Hand, inbox: Receiver
) -> None:
    admin = await an_admin(hand)
    subscription = await hand.subscribe("always_500")
    await hand.webhook(subscription, inbox.url)
    await hand.round()
    inbox.answer = lambda _got: 500
    (event,) = await hand.told("对方一直出错的议题")
    await hand.round()
    for wait in SCHEDULE:
        before = len(inbox.events)
        hand.notify.clock.at += wait - timedelta(seconds=1)
        await hand.round()
        assert len(inbox.events) == before, "not before its time"
        hand.notify.clock.at += wait * 0.1 + timedelta(seconds=2)
        await hand.round()
        assert len(inbox.events) == before + 1
    assert await told(hand, admin) == ["有事件未能送达always_500"]
    row = await hand.delivery(event)
    assert (row["state"], row["attempts"], row["next_at"]) == ("dead", len(SCHEDULE) + 1, None)
    assert {got.webhook_id for got in inbox.events} == {str(row["message_id"])}
    assert len({got.headers["webhook-timestamp"] for got in inbox.events}) == len(inbox.events)
    assert len({got.body for got in inbox.events}) == 1
    assert counted("always_500", "refused") == len(SCHEDULE) + 1
    assert counted("always_500", "dead") == 1


async def test_a_receiver_that_recovers_gets_it(hand: Hand, inbox: Receiver) -> None:
    subscription = await hand.subscribe("recovers")
    await hand.webhook(subscription, inbox.url)
    await hand.round()
    inbox.answer = lambda _got: 503
    (event,) = await hand.told("稍后才收到的议题")
    await hand.round()
    inbox.answer = lambda _got: 202
    hand.notify.clock.forward(seconds=6)
    await hand.round()
    assert (await hand.delivery(event))["state"] == "delivered"
    assert inbox.times() == {str(event): 2}


async def test_who_hangs_delays_nobody_else(hand: Hand, inbox: Receiver) -> None:
    async with receiver(lambda got: 200 if got.event["type"] == TEST_TYPE else None) as hanging:
        slow, quick = await hand.subscribe("hangs"), await hand.subscribe("quick")
        await hand.webhook(slow, hanging.url)
        await hand.webhook(quick, inbox.url)
        await hand.round()
        events = await hand.told(*(f"第{n}件议题" for n in range(12)))
        deliverer = hand.deliverer(limit=3600)
        working = asyncio.create_task(_keep_on(deliverer.step))
        try:
            started = time.monotonic()
            await until_async(lambda: len(inbox.events) == len(events), "the quick one has all")
            assert time.monotonic() - started < 5
            assert len(hanging.events) == PER_AGENCY, "the slow one holds no more than its few"
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await deliverer.close()
    assert set(inbox.times().values()) == {1}


async def test_who_is_slow_for_days_loses_nothing_and_delays_nobody(hand: Hand, inbox: Receiver) -> None:
    async with receiver() as dragging:
        slow, quick = await hand.subscribe("drags_on"), await hand.subscribe("keeps_up")
        await hand.webhook(slow, dragging.url)
        await hand.webhook(quick, inbox.url)
        await hand.round()
        dragging.pause = 1.0
        deliverer = hand.deliverer(limit=3600)
        working = asyncio.create_task(_keep_on(deliverer.step))
        told_so_far: set[str] = set()
        try:
            for day in range(3):
                told_so_far.update(map(str, await hand.told(*(f"第{day}天第{n}件议题" for n in range(10)))))
                await until_async(lambda: set(inbox.times()) == told_so_far, "the quick one has all")
                assert len(dragging.times()) < len(told_so_far), "the slow one lags behind"
                hand.notify.clock.forward(days=1)
            dragging.pause = 0.0
            await until_async(lambda: set(dragging.times()) == told_so_far, "in the end it has all")
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await deliverer.close()
    assert set(inbox.times().values()) == {1}
    ids = {(got.event["id"], got.webhook_id) for got in dragging.events}
    assert len(ids) == len(told_so_far), "whatever came twice came under the same id"


async def _keep_on(step: object) -> None:
    while True:
        if not await step():  # type: ignore[operator]
            await asyncio.sleep(0.02)


async def test_no_answer_in_time_is_an_attempt(hand: Hand) -> None:
    async with receiver(lambda got: 200 if got.event["type"] == TEST_TYPE else None) as hanging:
        await hand.webhook(await hand.subscribe("times_out"), hanging.url)
        await hand.round()
        (event,) = await hand.told("没有应答的议题")
        await hand.round(limit=0.2)
    assert (await hand.delivery(event))["state"] == "waiting"
    (attempt,) = await hand.rows(
        "select a.* from attempt a join delivery d using (message_id) where d.event_id = $1", event
    )
    assert attempt["outcome"] == "timed_out"


async def test_410_disables_and_what_waits_goes_out_after_a_new_test(hand: Hand, inbox: Receiver) -> None:
    admin = await an_admin(hand)
    subscription = await hand.subscribe("gone")
    await hand.webhook(subscription, inbox.url)
    await hand.round()
    inbox.answer = lambda _got: 410
    await hand.told("停用之前的议题")
    await hand.round()
    assert await hand.state_of(subscription) == "disabled"
    assert await told(hand, admin) == ["gone要求停止推送，已停用"]
    await hand.told("停用之后的议题")
    hand.notify.clock.forward(days=3)
    await hand.round()
    assert len(inbox.events) == 1, "nothing more is posted"
    inbox.answer = lambda _got: 200
    async with hand.work() as work:
        await send_test_event(SendTestEvent(committee=COMMITTEE, subscription_id=subscription), work)
    await hand.round()
    assert sorted(inbox.times().values()) == [1, 2]
    assert await hand.state_of(subscription) == "active"


async def test_a_redirect_is_not_followed(hand: Hand, inbox: Receiver) -> None:
    async with receiver() as inside:
        subscription = await hand.subscribe("redirects")
        await hand.webhook(subscription, inbox.url)
        await hand.round()
        inbox.answer = lambda _got: inside.url
        (event,) = await hand.told("被要求转向的议题")
        await hand.round()
        assert len(inbox.events) == 1
        assert inside.got == []
    assert (await hand.delivery(event))["state"] == "waiting"


async def test_a_rotated_secret_signs_beside_the_old_one_for_a_day(hand: Hand, inbox: Receiver) -> None:
    subscription = await hand.subscribe("rotates")
    old, new = await hand.webhook(subscription, inbox.url), new_secret()
    await hand.round()
    async with hand.work() as work:
        await rotate_secret(RotateSecret(committee=COMMITTEE, subscription_id=subscription, secret=new), work)
    await hand.told("换密钥当天的议题")
    await hand.round()
    both = inbox.events[-1]
    assert both.verifies(old)
    assert both.verifies(new)
    hand.notify.clock.forward(hours=24, seconds=1)
    await hand.told("换密钥次日的议题")
    await hand.round()
    assert inbox.events[-1].verifies(new)
    assert not inbox.events[-1].verifies(old)
    async with hand.work() as work:
        await forget(work)
    (row,) = await hand.rows("select old_secret from webhook where id = $1", subscription)
    assert row["old_secret"] is None


class Death(BaseException):
    """The process ends here."""


class Dying(Failpoints):
    """Ends this process as far as the poster can tell."""

    def reach(self, place: Place) -> None:
        if place == "after_send_before_mark":
            raise Death


async def test_what_was_posted_but_not_marked_is_posted_again_under_the_same_id(
    hand: Hand, inbox: Receiver
) -> None:
    await hand.webhook(await hand.subscribe("dies"), inbox.url)
    await hand.round()
    (event,) = await hand.told("送达两次的议题")
    dying = hand.deliverer(Dying())
    await dying.step()
    await until_async(lambda: len(inbox.events) == 1, "posted")
    await dying.close()
    await hand.round()
    assert len(inbox.events) == 1, "the claim holds while the poster may be alive"
    hand.notify.clock.forward(seconds=61)
    await hand.round()
    first, second = inbox.events
    assert first.webhook_id == second.webhook_id
    assert (await hand.delivery(event))["state"] == "delivered"


async def test_two_posters_do_not_post_one_event_twice(hand: Hand, inbox: Receiver) -> None:
    await hand.webhook(await hand.subscribe("two_posters"), inbox.url)
    await hand.round()
    events = await hand.told(*(f"两个进程之间的第{n}件议题" for n in range(10)))
    await asyncio.gather(hand.round(), hand.round())
    assert inbox.times() == {str(event): 1 for event in events}


async def test_an_address_that_leads_inside_is_refused_when_set_and_never_called(hand: Hand) -> None:
    subscription = await hand.subscribe("leads_inside")
    for url in (
        "https://10.0.0.1/in",
        "https://[::1]/in",
        "http://192.168.1.1/in",
        "https://x.example:22/in",
    ):
        with pytest.raises(Invalid):
            await hand.webhook(subscription, url)
    assert await hand.rows("select 1 from webhook where id = $1", subscription) == []


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.7"], ["169.254.169.254"], ["::1"], ["::ffff:10.0.0.7"], ["64:ff9b::a00:7"],
     ["223.5.5.5", "10.0.0.7"], []],
)  # fmt: skip
async def test_a_name_that_resolves_inside_is_not_called(addresses: Sequence[str]) -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return addresses

    posted = await Poster(resolve=resolve).post("https://hooks.example.gov.cn/in", {}, b"{}")
    assert posted.outcome is AttemptOutcome.BLOCKED


async def test_a_name_is_resolved_once_and_the_checked_address_is_connected_to() -> None:
    asked = []

    async def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        # 240.0.0.1 would be refused; the second answer is what a rebinding name would give.
        return ["2001:4860:4860::8888"] if len(asked) == 1 else ["127.0.0.1"]

    posted = await Poster(resolve=rebinding, limit=0.5).post("https://rebinds.example/in", {}, b"{}")
    assert asked == ["rebinds.example"]
    assert posted.outcome in (AttemptOutcome.TIMED_OUT, AttemptOutcome.UNREACHABLE)


async def test_a_secret_is_sealed_at_rest(hand: Hand, inbox: Receiver) -> None:
    subscription = await hand.subscribe("sealed")
    secret = await hand.webhook(subscription, inbox.url)
    (row,) = await hand.rows("select secret from webhook where id = $1", subscription)
    assert secret.encode() not in row["secret"]
    assert hand.notify.sealer.open(row["secret"], subscription) == secret


@pytest.mark.parametrize("secret", ["whsec_", "whsec_c2hvcnQ=", "abc", "whsec_" + "A" * 44, "whsec_***"])
def test_a_weak_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="密钥"):
        RotateSecret(committee=COMMITTEE, subscription_id=new_id(), secret=secret)
