"""Example pages about agencies: who is told what, a webhook in trouble, an account, forms that were refused."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from services.portal.views import AgenciesView, AgencyView, PageContext, SignedIn, View
from services.portal.views.agencies import SubscriptionForm
from tests.browser.examples import ADMIN, NOW, ago, ident, page, who
from tongxin_contracts.notify.agencies import (
    AgencyDeliveriesAnswer,
    AgencyDelivery,
    Attempt,
    Channel,
    Day,
    Replay,
    Webhook,
)
from tongxin_contracts.notify.queries import AgenciesAnswer, Delivery, Subscription
from tongxin_contracts.problems import FieldProblem, Problem
from tongxin_contracts.words import AttemptOutcome, DeliveryState, Road, WebhookState

WHOLE = frozenset({"notify.subscribe_agency", "notify.change_subscription"})
THE_ADMIN: SignedIn = who("温若谷", ("系统管理员",), ADMIN | WHOLE)
EVENTS = [
    "proposals.proposal_filed", "proposals.proposal_pre_dispatched", "proposals.proposal_dispatched",
    "proposals.dispatch_signed", "proposals.extension_decided", "proposals.talk_recorded", "proposals.proposal_replied",
    "proposals.feedback_closed", "proposals.handling_overdue", "consultation.topic_taken",
]  # fmt: skip
TITLES = [
    "关于老旧小区住宅楼加装电梯的建议",
    "关于加强菜子湖流域生态保护的建议",
    "关于城区停车难问题的建议",
    "农村卫生室提升改造",
]
SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDZ1mEx0pTq8s="


def examples() -> Iterator[tuple[str, PageContext, View]]:
    """All of them."""
    here = page("/agencies", THE_ADMIN)
    told = _subscription("清源县委督查室", "inspection", Road.WEBHOOK, WebhookState.ACTIVE, dead=2, waiting=1)
    quiet = _subscription("安和日报社", "media", Road.ACCOUNT, None, events=EVENTS[:2], deliveries=0)
    full = AgenciesAnswer(subscriptions=[told, quiet])
    yield "agencies", here, AgenciesView(agencies=full, may_subscribe=True)
    none = AgenciesAnswer(subscriptions=[])
    yield "agencies_empty", here, AgenciesView(agencies=none)
    wrong = _problem("agency", "请填写标识：小写字母开头，可用字母、数字、下划线，例如 inspection")
    typed = SubscriptionForm(agency="督查室", agency_name="清源县督查室", road="webhook")
    yield (
        "agencies_refused",
        here,
        AgenciesView(agencies=none, may_subscribe=True, form=typed, problem=wrong),
    )
    form = SubscriptionForm(
        agency="inspection",
        agency_name="清源县委督查室",
        events=frozenset(EVENTS),
        clearance="internal",
        road="webhook",
    )
    yield "agency_webhook", here, _page(_webhook(), form=form)
    yield "agency_secret", here, _page(_webhook(state=WebhookState.UNTESTED), shown_secret=SECRET)
    yield (
        "agency_refused",
        here,
        _page(
            _webhook(state=None),
            url="https://10.0.0.1/in",
            problem=_problem("url", "10.0.0.1 是内部或保留地址，不能作为推送地址"),
        ),
    )
    yield "agency_account", here, _page(_account())


def _page(answer: AgencyDeliveriesAnswer, **more: Any) -> AgencyView:
    more.setdefault("url", answer.webhook.url if answer.webhook else "")
    return AgencyView(agency=answer, may_change=True, new_secret=SECRET, **more)


def _problem(field: str, message: str) -> Problem:
    return Problem(
        type="urn:tongxin:problem:example", status=422, title="有内容需要修改后才能提交",
        errors=(FieldProblem(field=field, message=message),),
    )  # fmt: skip


def _subscription(
    name: str, agency: str, road: Road, webhook: WebhookState | None, *, events: list[str] = EVENTS, deliveries: int = 4,
    dead: int = 0, waiting: int = 0,
) -> Subscription:  # fmt: skip
    return Subscription.model_validate(
        {
            "subscription_id": ident("subscription", agency), "agency": agency, "agency_name": name, "events": events,
            "clearance": "internal" if dead else "public", "since": ago(days=30), "road": road, "webhook": webhook,
            "dead": dead, "waiting": waiting,
            "deliveries": [
                Delivery(event_id=ident("event", n), event=events[n % len(events)], title=title, at=ago(hours=n * 7), handed_over=n > 0)
                for n, title in enumerate(TITLES[:deliveries])
            ],
        }
    )  # fmt: skip


def _attempt(hours: float, outcome: AttemptOutcome, status: int | None, words: str, took: int) -> Attempt:
    return Attempt(at=ago(hours=hours), outcome=outcome, status=status, words=words, milliseconds=took)


def _delivery(index: int, state: DeliveryState, attempts: list[Attempt], **more: Any) -> AgencyDelivery:
    values: dict[str, Any] = {
        "message_id": ident("message", index), "event_id": ident("event", index), "event": EVENTS[index % len(EVENTS)],
        "title": TITLES[index % len(TITLES)], "at": ago(hours=index * 9 + 1), "road": Road.WEBHOOK, "state": state,
        "delivered_at": ago(hours=index * 9) if state is DeliveryState.DELIVERED else None, "next_at": None, "repeats": 0,
        "attempts": attempts,
    }  # fmt: skip
    return AgencyDelivery.model_validate(values | more)


def _answer(**more: Any) -> AgencyDeliveriesAnswer:
    today = NOW.date()
    numbers = [(4, 0, 0), (7, 0, 0), (0, 0, 0), (12, 0, 1), (5, 0, 0), (9, 0, 1), (3, 1, 0)]
    values: dict[str, Any] = {
        "subscription_id": ident("subscription"), "version": 3, "agency": "inspection", "agency_name": "清源县委督查室",
        "events": EVENTS, "clearance": "internal", "road": Road.WEBHOOK, "since": ago(days=30), "ended_at": None,
        "webhook": None, "channel": None, "dead": [], "deliveries": [], "replays": [],
        "counts": {DeliveryState.DELIVERED: 40, DeliveryState.WAITING: 1, DeliveryState.DEAD: 2},
        "days": [
            Day(on=today - timedelta(days=6 - place), delivered=good, waiting=waiting, dead=dead)
            for place, (good, waiting, dead) in enumerate(numbers)
        ],
    }  # fmt: skip
    return AgencyDeliveriesAnswer.model_validate(values | more)


def _webhook(state: WebhookState | None = WebhookState.ACTIVE) -> AgencyDeliveriesAnswer:
    dead = _delivery(
        5,
        DeliveryState.DEAD,
        [
            _attempt(
                2,
                AttemptOutcome.REFUSED,
                500,
                '{"error": "database is locked", "request": "8f14e45fceea167a"}',
                214,
            ),
            _attempt(26, AttemptOutcome.TIMED_OUT, None, "15 秒内没有应答", 15000),
            _attempt(46, AttemptOutcome.UNREACHABLE, None, "ConnectError: connection refused", 31),
        ],
    )
    rows = [
        _delivery(
            0,
            DeliveryState.WAITING,
            [_attempt(0.5, AttemptOutcome.REFUSED, 503, "", 88)],
            next_at=NOW + timedelta(minutes=4),
        ),
        _delivery(1, DeliveryState.DELIVERED, [_attempt(9, AttemptOutcome.DELIVERED, 204, "", 61)]),
        _delivery(
            2, DeliveryState.DELIVERED, [_attempt(18, AttemptOutcome.DELIVERED, 200, "ok", 75)], repeats=1
        ),
        dead,
    ]
    webhook = state and Webhook(
        url="https://hooks.inspection.qingyuan.gov.cn/tongxin/in", state=state, tested_at=ago(days=29),
        disabled_at=None, old_secret_until=NOW + timedelta(hours=20) if state is WebhookState.ACTIVE else None,
    )  # fmt: skip
    replay = Replay(
        replay_id=ident("replay"), since=ago(days=9), until=ago(days=2), asked_at=ago(hours=1), wanted=1840, done=1000,
        finished_at=None,
    )  # fmt: skip
    return _answer(webhook=webhook, deliveries=rows, dead=[dead], replays=[replay] if state else [], next="x")


def _account() -> AgencyDeliveriesAnswer:
    rows = [_delivery(n, DeliveryState.DELIVERED, [], road=Road.ACCOUNT) for n in range(3)]
    channel = Channel(found=True, waiting=12, in_hand=0, looked_at=ago(minutes=1))
    return _answer(road=Road.ACCOUNT, channel=channel, deliveries=rows, counts={DeliveryState.DELIVERED: 43})
