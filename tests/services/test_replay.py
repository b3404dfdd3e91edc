"""Replay: an agency is told again what it was told, with the same ids, by either road, and nothing it may not have now."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.problems import Invalid, NotFound, WrongState
from infra.local.stack import Stack
from services.notify.commands.replay_events import replay_events
from services.notify.rules.cutting import cut_again
from services.notify.workers import replaying
from services.notify.workers.channels import forget
from tests.agencies_at_work import add, handed_over, read, subscribe
from tests.house import House, person
from tests.notify_at_work import noon, notify
from tests.proposals_at_work import file, handed_in, open_session
from tests.waiting import until_async
from tests.webhooks_at_work import Receiver, admin, deliveries, receiver
from tests.webhooks_in_hand import Hand
from tongxin.commands.agency import ask_replay
from tongxin_contracts.agency_event import AgencyEvent
from tongxin_contracts.classification import Classification
from tongxin_contracts.notify.agencies import ChangeSubscription, RedeliverEvent, ReplayEvents, Replaying
from tongxin_contracts.notify.commands import UnsubscribeAgency
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.events import ProposalFiled
from tongxin_contracts.seen import Seen
from tongxin_contracts.words import Road

COMMITTEE, WHOLE, BESIDE = "361300", "361400", "361500"


@pytest.fixture
async def hand(stack: Stack) -> AsyncIterator[Hand]:
    async with notify(stack, COMMITTEE, noon(2031, 6, 3)) as opened:
        hand = Hand(opened)
        async with hand.work() as work:
            await work.tx.raw.execute(
                "update subscription set ended_at = $1 where ended_at is null", work.now
            )
            await work.tx.raw.execute(
                "update replay set finished_at = $1 where finished_at is null", work.now
            )
        yield hand


@pytest.fixture
async def inbox() -> AsyncIterator[Receiver]:
    async with receiver() as opened:
        yield opened


async def asked(hand: Hand, subscription: UUID, since: datetime, until: datetime | None = None) -> int:
    command = ReplayEvents(
        committee=COMMITTEE, replay_id=new_id(), subscription_id=subscription, since=since, until=until
    )
    async with hand.work() as work:
        return (await replay_events(command, work)).wanted


async def batches(hand: Hand) -> int:
    """Carry out what was asked; in how many batches."""
    number = 0
    while True:
        async with hand.work() as work:
            if not await replaying.replay(work):
                return number
        number += 1


async def test_by_the_account_road_the_same_events_come_again(stack: Stack, house: House) -> None:
    await open_session(house, WHOLE)
    agency = await add(stack, "hears_again")
    subscription = await subscribe(house, "hears_again", committee=WHOLE)
    before = datetime.now(UTC)
    for title in ("重放第一件建议", "重放第二件建议"):
        proposal = await handed_in(house, person(Role.MEMBER, committee=WHOLE), title=title)
        await file(house, proposal, committee=WHOLE)
    await handed_over(house, "hears_again", 2, committee=WHOLE)
    first = [event for event in await read_all(agency, house, subscription) if "重放" in event.data["title"]]
    answer = await house.ask(
        ReplayEvents(committee=WHOLE, replay_id=new_id(), subscription_id=subscription, since=before),
        admin(WHOLE),
    )
    assert isinstance(answer, Replaying)
    assert answer.wanted == 2
    again = await read(agency, 2)
    assert [event.id for event in again] == [event.id for event in first]
    assert [event.data for event in again] == [event.data for event in first]
    seen = Seen()
    for event in (*first, *again):
        if event.id not in seen:
            seen.add(event.id)
    assert len(seen) == 2, "the client's helper knows them again"

    async def finished() -> bool:
        (replay,) = (await deliveries(house, subscription, WHOLE)).replays
        return replay.finished_at is not None and replay.done == replay.wanted == 2

    await until_async(finished, "the page says that it is done")
    repeats = {one.event_id: one.repeats for one in (await deliveries(house, subscription, WHOLE)).deliveries}
    assert {repeats[event.id] for event in first} == {1}


async def read_all(agency: object, house: House, subscription: UUID) -> list[AgencyEvent]:
    """Everything in the agency's stream so far; the session's own proposals may be among it."""
    count = len((await deliveries(house, subscription, WHOLE)).deliveries)
    return await read(agency, count)  # type: ignore[arg-type]


async def test_the_operator_replays_from_the_command_line(stack: Stack, house: House) -> None:
    await open_session(house, WHOLE)
    agency = await add(stack, "by_operator")
    subscription = await subscribe(house, "by_operator", committee=WHOLE)
    since = datetime.now(UTC)
    await file(house, await handed_in(house, person(Role.MEMBER, committee=WHOLE)), committee=WHOLE)
    await handed_over(house, "by_operator", 1, committee=WHOLE)
    before = len((await deliveries(house, subscription, WHOLE)).deliveries)
    done = await ask_replay(stack, "by_operator", WHOLE, since, None)
    assert done is not None
    assert done.wanted == 1
    events = await read(agency, before + 1)
    assert events[-1].id in {event.id for event in events[:-1]}
    assert await ask_replay(stack, "by_operator", "361499", since, None) is None


async def test_by_webhook_the_same_events_come_again_under_the_same_id(hand: Hand, inbox: Receiver) -> None:
    subscription = await hand.subscribe("hooked_again")
    await hand.webhook(subscription, inbox.url)
    await hand.told("之前的议题")
    hand.notify.clock.forward(hours=1)
    since = hand.notify.clock.now()
    events = await hand.told("要重放的议题一", "要重放的议题二")
    hand.notify.clock.forward(minutes=1)
    await hand.round()
    ids = {got.event["id"]: got.webhook_id for got in inbox.events}
    assert await asked(hand, subscription, since) == 2
    assert await batches(hand) == 1
    await hand.round()
    assert inbox.times() == {**dict.fromkeys(ids, 1), **{str(event): 2 for event in events}}
    assert all(ids[got.event["id"]] == got.webhook_id for got in inbox.events)


async def test_it_goes_in_batches_and_on_from_its_place(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "BATCH", 3)
    subscription = await hand.subscribe("in_batches")
    since = hand.notify.clock.now()
    events = await hand.told(*(f"第{n}件" for n in range(8)))
    hand.notify.clock.forward(minutes=1)
    await asked(hand, subscription, since)
    assert await batches(hand) == 3
    rows = await hand.rows("select event_id, repeats from delivery where subscription_id = $1", subscription)
    assert {row["event_id"]: row["repeats"] for row in rows} == dict.fromkeys(events, 1)


async def test_one_replay_at_a_time_and_never_of_nothing(hand: Hand) -> None:
    subscription = await hand.subscribe("one_at_a_time")
    since = hand.notify.clock.now()
    with pytest.raises(Invalid):
        await asked(hand, subscription, since)
    await hand.told("唯一的议题")
    hand.notify.clock.forward(minutes=1)
    await asked(hand, subscription, since)
    with pytest.raises(WrongState):
        await asked(hand, subscription, since)


async def test_too_much_at_once_is_refused_with_its_number(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.notify.commands.replay_events.MAX_REPLAY", 2)
    subscription = await hand.subscribe("too_much")
    since = hand.notify.clock.now()
    await hand.told("一", "二", "三")
    hand.notify.clock.forward(minutes=1)
    with pytest.raises(Invalid) as refused:
        await asked(hand, subscription, since)
    assert "3 件" in refused.value.errors[0].message


async def test_what_is_no_longer_subscribed_is_not_told_again(hand: Hand) -> None:
    subscription = await hand.subscribe("narrower", road=Road.ACCOUNT)
    since = hand.notify.clock.now()
    await hand.told("退出订阅范围的议题")
    async with hand.work() as work:
        await work.tx.raw.execute(
            "update subscription set events = '{proposals.proposal_filed}' where id = $1", subscription
        )
    hand.notify.clock.forward(minutes=1)
    with pytest.raises(Invalid):
        await asked(hand, subscription, since)


async def test_a_lowered_clearance_holds_for_what_was_cut_before(stack: Stack, house: House) -> None:
    await open_session(house, BESIDE)
    agency = await add(stack, "cleared_less")
    subscription = await subscribe(house, "cleared_less", committee=BESIDE, clearance=Classification.INTERNAL)
    proposal = await handed_in(house, person(Role.MEMBER, committee=BESIDE), title="降低范围之前的建议")
    await file(house, proposal, committee=BESIDE)

    async def cut() -> bool:
        page = await deliveries(house, subscription, BESIDE)
        return any(one.title == "降低范围之前的建议" for one in page.deliveries)

    await until_async(cut, "it was cut")
    page = await deliveries(house, subscription, BESIDE)
    before = len(page.deliveries)
    one = next(one for one in page.deliveries if one.title == "降低范围之前的建议")
    await house.ask(
        ChangeSubscription(
            committee=BESIDE, subscription_id=subscription, expected_version=page.version, agency_name="媒体",
            events=page.events, clearance=Classification.PUBLIC, road=Road.ACCOUNT,
        ),
        admin(BESIDE),
    )  # fmt: skip
    again = RedeliverEvent(committee=BESIDE, subscription_id=subscription, message_id=one.message_id)
    await house.ask(again, admin(BESIDE))
    events = [event for event in await read(agency, before + 1) if event.id == one.event_id]
    assert ["facts" in event.data for event in events] == [True, False]
    await house.ask(
        UnsubscribeAgency(committee=BESIDE, subscription_id=subscription, reason="测试"), admin(BESIDE)
    )
    with pytest.raises(WrongState):
        await house.ask(again, admin(BESIDE))
    elsewhere = RedeliverEvent(committee=WHOLE, subscription_id=subscription, message_id=one.message_id)
    with pytest.raises(NotFound):
        await house.ask(elsewhere, admin(WHOLE))


def test_cutting_again_takes_away_and_adds_nothing() -> None:
    data = {"number": "第1号", "facts": "内部", "unknown": "x"}
    assert cut_again(ProposalFiled, data, Classification.PUBLIC) == {"number": "第1号"}
    assert cut_again(ProposalFiled, data, Classification.INTERNAL) == {"number": "第1号", "facts": "内部"}
    assert cut_again(None, data, Classification.INTERNAL) == {}


async def test_what_is_older_than_ninety_days_is_forgotten_but_the_record_stays(hand: Hand) -> None:
    await hand.subscribe("forgets", road=Road.ACCOUNT)
    (event,) = await hand.told("九十天以前的议题")
    async with hand.work() as work:
        work.now = work.now + timedelta(days=91)
        await forget(work)
    row = await hand.delivery(event)
    assert (row["content"], row["headers"], row["title"]) == (None, None, "九十天以前的议题")
