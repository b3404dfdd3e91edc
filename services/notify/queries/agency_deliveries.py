"""What was delivered to an agency when: one subscription, its road, a page of deliveries, the dead ones on top.

Always holds: no secret is in the answer; the number of statements does not depend on how much was delivered.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from chassis.calendar import local_date
from chassis.cursor import read_cursor, write_cursor
from chassis.problems import NotFound
from chassis.work import Work
from services.notify import tables
from tongxin_contracts.notify.agencies import (
    AgencyDeliveries,
    AgencyDeliveriesAnswer,
    AgencyDelivery,
    Attempt,
    Channel,
    Day,
    Replay,
    Webhook,
)
from tongxin_contracts.words import DeliveryState

_DAYS: Final = 7
_DEAD: Final = 20
_ATTEMPTS: Final = 10

_STATED: Final = """
with stated as (
    select d.*, case when d.state <> 'handed' then d.state when o.published_at is null then 'waiting' else 'delivered' end
        as now, coalesce(d.delivered_at, o.published_at) as out_at
    from delivery d left join outbox o on o.message_id = d.sent_as
    where d.subscription_id = $1
)
"""
"""By the account road an event is delivered when it is in the agency's stream."""
_PAGE: Final = (
    _STATED
    + """
select * from stated
where ($2::text is null or now = $2) and ($3::text is null or event = $3) and ($4::timestamptz is null or at >= $4)
    and ($5::timestamptz is null or (at, message_id) < ($5, $6::uuid))
order by at desc, message_id desc limit $7
"""
)
_COUNTS: Final = (
    _STATED
    + """
select now, count(*) as number from stated where not is_test group by now
"""
)
_BY_DAY: Final = (
    _STATED
    + """
select (at at time zone 'Asia/Shanghai')::date as on, now, count(*) as number
from stated where at >= $2 and not is_test group by 1, 2
"""
)
_OF_ATTEMPTS: Final = """
select * from (
    select a.*, row_number() over (partition by message_id order by at desc, id desc) as place
    from attempt a where message_id = any($1)
) as ranked where place <= $2 order by place
"""


async def agency_deliveries(query: AgencyDeliveries, work: Work) -> AgencyDeliveriesAnswer:
    """Eight statements, whatever their number; raises NotFound."""
    raw, id_ = work.tx.raw, query.subscription_id
    subscription = (
        await work.tx.sql.execute(select(tables.subscription).where(tables.subscription.c.id == id_))
    ).one_or_none()
    if subscription is None or subscription.committee != query.committee:
        raise NotFound
    rows = await raw.fetch(
        _PAGE,
        id_,
        query.state and query.state.value,
        query.event,
        query.since,
        *_place(query.after),
        query.limit + 1,
    )
    dead = await raw.fetch(_PAGE, id_, DeliveryState.DEAD.value, None, None, None, None, _DEAD)
    shown, following = rows[: query.limit], rows[query.limit :]
    attempts = await _attempts([row["message_id"] for row in (*shown, *dead)], work)
    counts = {DeliveryState(row["now"]): row["number"] for row in await raw.fetch(_COUNTS, id_)}
    return AgencyDeliveriesAnswer(
        subscription_id=id_,
        version=subscription.version,
        agency=subscription.agency,
        agency_name=subscription.agency_name,
        events=list(subscription.events),
        clearance=subscription.clearance,
        road=subscription.road,
        since=subscription.since,
        ended_at=subscription.ended_at,
        webhook=await _webhook(id_, work),
        channel=await _channel(id_, work),
        counts=counts,
        days=await _days(id_, work),
        dead=[_delivery(row, attempts) for row in dead],
        deliveries=[_delivery(row, attempts) for row in shown],
        replays=await _replays(id_, work),
        next=write_cursor(shown[-1]["at"].isoformat(), shown[-1]["message_id"]) if following else None,
    )


def _place(after: str | None) -> tuple[datetime | None, UUID | None]:
    if after is None:
        return None, None
    at, message_id = read_cursor(after, datetime.fromisoformat, UUID)
    return at, message_id


async def _attempts(ids: Sequence[UUID], work: Work) -> dict[UUID, list[Attempt]]:
    found: dict[UUID, list[Attempt]] = defaultdict(list)
    for row in await work.tx.raw.fetch(_OF_ATTEMPTS, list(set(ids)), _ATTEMPTS):
        found[row["message_id"]].append(
            Attempt(
                at=row["at"], outcome=row["outcome"], status=row["status"],
                milliseconds=row["milliseconds"], words=row["words"],
            )
        )  # fmt: skip
    return found


def _delivery(row: Any, attempts: dict[UUID, list[Attempt]]) -> AgencyDelivery:
    return AgencyDelivery(
        message_id=row["message_id"],
        event_id=row["event_id"],
        event=row["event"],
        title=row["title"],
        at=row["at"],
        road=row["road"],
        state=row["now"],
        delivered_at=row["out_at"],
        next_at=row["next_at"] if row["now"] == DeliveryState.WAITING else None,
        repeats=row["repeats"],
        attempts=attempts[row["message_id"]],
    )


async def _webhook(id_: UUID, work: Work) -> Webhook | None:
    row = (await work.tx.sql.execute(select(tables.webhook).where(tables.webhook.c.id == id_))).one_or_none()
    if row is None:
        return None
    return Webhook(
        url=row.url,
        state=row.state,
        tested_at=row.tested_at,
        disabled_at=row.disabled_at,
        old_secret_until=row.old_until if row.old_until and row.old_until > work.now else None,
    )


async def _channel(id_: UUID, work: Work) -> Channel | None:
    row = await work.tx.raw.fetchrow("select * from channel where subscription_id = $1", id_)
    return row and Channel(
        found=row["found"], waiting=row["waiting"], in_hand=row["in_hand"], looked_at=row["looked_at"]
    )


async def _days(id_: UUID, work: Work) -> list[Day]:
    today = local_date(work.now)
    first = today - timedelta(days=_DAYS - 1)
    numbers: dict[Any, dict[str, int]] = defaultdict(dict)
    for row in await work.tx.raw.fetch(_BY_DAY, id_, work.now - timedelta(days=_DAYS)):
        numbers[row["on"]][row["now"]] = row["number"]
    days = [first + timedelta(days=place) for place in range(_DAYS)]
    return [
        Day(on=day, **{name: numbers[day].get(name, 0) for name in ("delivered", "waiting", "dead")})
        for day in days
    ]


async def _replays(id_: UUID, work: Work) -> list[Replay]:
    rows = await work.tx.raw.fetch(
        "select * from replay where subscription_id = $1 order by asked_at desc limit 3", id_
    )
    return [
        Replay(
            replay_id=row["id"], since=row["since"], until=row["until"], asked_at=row["asked_at"],
            wanted=row["wanted"], done=row["done"], finished_at=row["finished_at"],
        )
        for row in rows
    ]  # fmt: skip
