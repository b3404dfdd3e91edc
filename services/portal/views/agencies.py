"""Pages about agencies: who is told what by which road, and what was delivered when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from tongxin_contracts.catalogue import agency_events
from tongxin_contracts.message import Event
from tongxin_contracts.notify.agencies import AgencyDeliveriesAnswer, Day
from tongxin_contracts.notify.queries import AgenciesAnswer
from tongxin_contracts.problems import Problem
from tongxin_contracts.words import AttemptOutcome, DeliveryState, Road, WebhookState

from .frame import View

_ABOUT: Final = {
    "proposal": "提案",
    "handling": "交办与办理",
    "appraisal": "双向评议",
    "topic": "协商",
    "plan": "协商",
    "process": "协商",
    "unit": "承办单位",
    "member": "委员",
    "scheme": "积分规则",
}
"""What an event is about, in the order the form shows; whatever is new stands at the end."""
OTHERS: Final = "其他"
WHOLE_WAY: Final = "proposals.*"
"""What the form sends for every step of a proposal."""
LABELS: Final = {event.subscribed_name(): event.label for event in agency_events()} | {
    "notify.webhook_test": "测试事件"
}


@dataclass(frozen=True, slots=True)
class EventGroup:
    """Events about one thing, as a form offers them."""

    title: str
    events: tuple[type[Event], ...]


def _groups() -> tuple[EventGroup, ...]:
    titles = dict.fromkeys((*_ABOUT.values(), OTHERS))
    found = [
        EventGroup(
            title, tuple(event for event in agency_events() if _ABOUT.get(event.aggregate, OTHERS) == title)
        )
        for title in titles
    ]
    return tuple(group for group in found if group.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionForm:
    """What the form of a subscription holds."""

    agency: str = ""
    agency_name: str = ""
    events: frozenset[str] = frozenset()
    clearance: str = "public"
    road: str = Road.ACCOUNT.value
    committee: str = ""
    """A committee below, as six digits; empty for one's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgenciesView(View):
    """`/agencies`: POST `subscription_id`, `agency`, `agency_name`, `events` (repeated; `proposals.*` is every step of a
    proposal), `clearance`, `road`, `committee`. Query: `committee`. Hint: `delivery`.
    """

    template: ClassVar[str] = "agencies.html"
    agencies: AgenciesAnswer
    may_subscribe: bool = False
    own: bool = True
    """Whether these are the agencies of the committee one acts in."""
    committee: str = ""
    """The committee below whose agencies are shown; empty for one's own."""
    form: SubscriptionForm = SubscriptionForm()
    problem: Problem | None = None
    """Its fields are `agency`, `agency_name`, `events`, `clearance`, `committee`."""
    groups: Sequence[EventGroup] = field(default_factory=_groups)
    roads: Sequence[Road] = tuple(Road)
    labels: Mapping[str, str] = field(default_factory=lambda: LABELS)


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the chart, in its own units."""

    day: Day
    x: int
    parts: tuple[tuple[str, int, int], ...]
    """(kind, y, height) of each part, from the bottom."""

    @property
    def total(self) -> int:
        return self.day.delivered + self.day.waiting + self.day.dead


CHART: Final = (364, 120)
"""Width and height of the chart."""
_TOP, _BOTTOM = 18, 98


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyView(View):
    """`/agencies/{id}`: POST `action` = `change` (`expected_version`, `agency_name`, `events`, `clearance`, `road`),
    `end` (`reason`), `webhook` (`url`, `secret`), `rotate` (`secret`), `test`, `replay` (`replay_id`, `since`, `until`) or
    `redeliver` (`message_id`). Query: `state`, `event`, `since`, `after`, `committee`. Hint: `delivery`.
    """

    template: ClassVar[str] = "agency.html"
    agency: AgencyDeliveriesAnswer
    may_change: bool
    new_secret: str
    """What the forms send as the new secret; shown only after it was taken."""
    shown_secret: str | None = None
    """The secret that was just taken: this once."""
    form: SubscriptionForm = SubscriptionForm()
    url: str = ""
    state: DeliveryState | None = None
    event: str = ""
    since: str = ""
    replay_since: str = ""
    replay_until: str = ""
    query: str = ""
    """The filters as a query string with `&` at its end, for the next page."""
    problem: Problem | None = None
    """Its fields are `agency_name`, `events`, `url`, `since`, `until`, `reason`."""
    groups: Sequence[EventGroup] = field(default_factory=_groups)
    roads: Sequence[Road] = tuple(Road)
    labels: Mapping[str, str] = field(default_factory=lambda: LABELS)
    states: Sequence[DeliveryState] = tuple(DeliveryState)
    tones: Mapping[str, str] = field(
        default_factory=lambda: {
            DeliveryState.WAITING: "waiting",
            DeliveryState.DELIVERED: "good",
            DeliveryState.DEAD: "attention",
            DeliveryState.STOPPED: "closed",
            WebhookState.UNTESTED: "waiting",
            WebhookState.ACTIVE: "good",
            WebhookState.DISABLED: "attention",
        }
    )
    signs: Mapping[str, str] = field(
        default_factory=lambda: {
            DeliveryState.WAITING: "clock",
            DeliveryState.DELIVERED: "circle-check",
            DeliveryState.DEAD: "alert-circle",
            DeliveryState.STOPPED: "circle-x",
            WebhookState.UNTESTED: "clock",
            WebhookState.ACTIVE: "circle-check",
            WebhookState.DISABLED: "alert-circle",
        }
    )
    good: AttemptOutcome = AttemptOutcome.DELIVERED

    @property
    def bars(self) -> Sequence[Bar]:
        """The last seven days as a stacked chart."""
        days = self.agency.days
        most = max([day.delivered + day.waiting + day.dead for day in days], default=0) or 1
        width = CHART[0] // max(len(days), 1)
        bars = []
        for place, day in enumerate(days):
            parts, y = [], _BOTTOM
            for kind, number in (("good", day.delivered), ("waiting", day.waiting), ("attention", day.dead)):
                height = max(round(number * (_BOTTOM - _TOP) / most), 2) if number else 0
                y -= height
                parts.append((kind, y, height))
            bars.append(Bar(day, place * width + width // 2, tuple(parts)))
        return bars

    @property
    def chart_words(self) -> str:
        """The chart in words."""
        return "；".join(
            f"{bar.day.on.month}月{bar.day.on.day}日送达{bar.day.delivered}件、等待{bar.day.waiting}件、未能送达{bar.day.dead}件"
            for bar in self.bars
        )
