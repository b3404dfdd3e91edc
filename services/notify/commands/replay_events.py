"""Tell an agency again what it was told in a span of time."""

from typing import Final

from sqlalchemy import func, select

from chassis.problems import Invalid, WrongState
from chassis.work import Work
from services.notify import tables
from services.notify.webhooks import TEST_EVENT, open_subscription
from tongxin_contracts.notify.agencies import MAX_REPLAY, ReplayAsked, ReplayEvents, Replaying
from tongxin_contracts.problems import FieldProblem

_INSERT: Final = """
insert into replay (id, committee, subscription_id, since, until, asked_at, wanted) values ($1, $2, $3, $4, $5, $6, $7)
"""


async def replay_events(command: ReplayEvents, work: Work) -> Replaying:
    """Write down the wish; a worker carries it out in batches. Raises Invalid for nothing or too much."""
    subscription = await open_subscription(command.subscription_id, work)
    until = min(command.until or work.now, work.now)
    running = await work.tx.sql.scalar(
        select(tables.replay.c.id).where(
            tables.replay.c.subscription_id == subscription.id, tables.replay.c.finished_at.is_(None)
        )
    )
    if running is not None:
        raise WrongState("上一次重放还没有结束，请稍后再试")
    columns = tables.delivery.c
    wanted = await work.tx.sql.scalar(
        select(func.count())
        .select_from(tables.delivery)
        .where(
            columns.subscription_id == subscription.id,
            columns.at >= command.since,
            columns.at < until,
            columns.content.is_not(None),
            columns.event.in_(subscription["events"]),
            columns.event != TEST_EVENT,
        )
    )
    if not wanted:
        raise _refused("这段时间里没有可以重放的事件（只保留 90 天，且只重放仍在订阅范围内的事件）")
    if wanted > MAX_REPLAY:
        raise _refused(f"这段时间里有 {wanted} 件事件，一次最多重放 {MAX_REPLAY} 件，请缩短时间范围")
    await work.tx.raw.execute(
        _INSERT, command.replay_id, command.committee, subscription.id, command.since, until, work.now, wanted
    )
    subscription.state(
        ReplayAsked(
            subscription_id=subscription.id, agency=subscription["agency"], replay_id=command.replay_id,
            since=command.since, until=until, wanted=wanted,
        )
    )  # fmt: skip
    subscription.note("replay_events", reason=f"重放 {wanted} 件")
    work.hint("delivery", command.committee)
    return Replaying(replay_id=command.replay_id, wanted=wanted)


def _refused(words: str) -> Invalid:
    return Invalid(errors=[FieldProblem(field="since", message=words)])
