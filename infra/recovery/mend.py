"""Puts right what `compare` found between an owner, its streams and its followers.

What the streams lack is sent again by the owner's own relay; what a follower lacks it is handed out again, and its gate
drops what it has. An aggregate that went back with its owner's database goes on above every version anybody knows,
says so in an event, and is kept for staff to look at. Always holds: what concerns the owner's database is one
transaction; mended twice, it changes nothing the second time.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg
from nats.aio.client import Client

from chassis import history, outbox
from chassis.database import Database, Transaction
from chassis.tellers import PLACES
from chassis.topology import Follows
from infra.postgres.urls import with_database
from infra.recovery.compare import Ahead, Difference
from infra.recovery.filling import ACTOR, Place, fill, message, take_out_colliding
from infra.recovery.snapshots import kind_of, snapshots_of
from infra.recovery.stream import set_back
from tongxin_contracts.subjects import consumer_name, event_stream

MAX_STATE: Final = 512 * 1024
"""Bytes: a state holds several events, each of which was within its own limit; the bus takes a megabyte."""

_FORKED: Final = """
update gate set last_version = greatest(last_version, start.version), last_event_id = null
from unnest($2::uuid[], $3::int[]) as start (aggregate, version)
where gate.consumer = $1 and gate.aggregate = start.aggregate and exists (
    select from held where held.consumer = $1 and held.aggregate = start.aggregate and held.reason = 'fork'
)
returning gate.aggregate
"""
_LET_GO: Final = """
delete from held using unnest($2::uuid[], $3::int[]) as start (aggregate, version)
where held.consumer = $1 and held.aggregate = start.aggregate and held.version <= start.version
    and held.reason in ('fork', 'gap')
    and exists (select from held f where f.consumer = $1 and f.aggregate = start.aggregate and f.reason = 'fork')
"""


async def mend(client: Client, admin_url: str, follows: Follows, difference: Difference) -> list[str]:
    """Mend everything; returns a line for each thing done."""
    service = difference.service
    said = await _clear_forks(admin_url, follows, difference)
    database = Database(with_database(admin_url, service), pool_size=1, name="operator")
    try:
        async with database.transaction() as tx:
            for stream, rows in difference.unsent.items():
                await tx.raw.execute("update outbox set published_at = null where id = any($1)", rows)
                said.append(f"{stream}：{len(rows)} 件事件将由 {service} 重新发布")
            if difference.unmarked:
                await tx.raw.execute(
                    "update outbox set published_at = now() where id = any($1) and published_at is null",
                    difference.unmarked,
                )
                said.append(f"{service}：{len(difference.unmarked)} 件已在消息流中，不再发布")
            if difference.ahead:
                said += await _go_on(client, tx, difference)
            if difference.unreconciled_since:
                await tx.raw.execute("update epoch set unreconciled_since = null")
    finally:
        await database.close()
    for behind in difference.behind:
        await set_back(client, behind.stream, consumer_name(behind.follower), behind.from_sequence)
        said.append(
            f"{behind.follower} 将从 {behind.stream} 的第 {behind.from_sequence} 条起重新读取（缺 {behind.aggregates} 个对象）"
        )
    return said


async def _go_on(client: Client, tx: Transaction, difference: Difference) -> list[str]:
    """Above every version known, with one event that says what holds no more, and snapshots of what does."""
    service: Any = difference.service
    seen = max((one.epoch for ahead in difference.ahead for one in ahead.undone), default=0)
    await tx.raw.execute(PLACES)
    epoch: int = await tx.raw.fetchval(
        "update epoch set epoch = greatest(epoch, $1) returning epoch", seen + 1
    )
    messages: list[outbox.Outgoing] = []
    entries: list[history.Entry] = []
    now = datetime.now(UTC)
    for ahead in difference.ahead:
        committee = await _committee(tx, ahead)
        snapshots = await snapshots_of(client, tx, service, ahead, committee)
        replaced = await take_out_colliding(tx, ahead)
        messages += await fill(client, tx, service, ahead, committee, now)
        top = ahead.start
        for snapshot in snapshots:
            top += 1
            place = Place(ahead.aggregate, ahead.stream, top, committee, epoch)
            messages.append(message(service, snapshot.event, place, now))
        await _keep(tx, ahead, committee, top, epoch, replaced)
        if ahead.table and ahead.table != "task":
            entries.append(
                history.Entry(
                    aggregate=ahead.aggregate,
                    committee=committee,
                    at=now,
                    actor=ACTOR,
                    action="restored",
                    changes={"version": [ahead.kept_version, top]},
                    reason="数据库恢复到备份时的状态，此后的变更须由工作人员核对",
                )
            )
    await history.write(tx, entries)
    await outbox.write(tx, messages, limit=MAX_STATE)
    gone = sum(ahead.table is None for ahead in difference.ahead)
    return [
        f"{service}：{len(difference.ahead)} 个对象退回到备份时的状态，从消息流的版本之后继续（纪元 {epoch}）",
        *(
            [f"{service}：其中 {gone} 个在备份之后才建立，已不在数据库中，须由工作人员重新录入"]
            if gone
            else []
        ),
    ]


async def _committee(tx: Transaction, ahead: Ahead) -> str:
    if ahead.undone:
        return ahead.undone[-1].committee
    if ahead.table:
        found: str = await tx.raw.fetchval(
            f'select committee from "{ahead.table}" where id = $1',  # noqa: S608 - a name of the catalogue's
            ahead.aggregate,
        )
        return found
    return "000000"


async def _keep(
    tx: Transaction, ahead: Ahead, committee: str, version: int, epoch: int, replaced: Sequence[str]
) -> None:
    """Raise the owner's own row, and remember the aggregate for staff and for whoever makes it anew."""
    if ahead.table:
        await tx.raw.execute(
            f'update "{ahead.table}" set version = $2 where id = $1',  # noqa: S608 - a name of the catalogue's
            ahead.aggregate,
            version,
        )
    await tx.raw.execute(
        """
        insert into restored (aggregate, kind, committee, kept_version, version, undone, epoch)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (aggregate) do update
        set kept_version = excluded.kept_version, version = excluded.version, epoch = excluded.epoch,
            undone = restored.undone || excluded.undone, found_at = now(), settled_at = null
        """,
        ahead.aggregate,
        kind_of(ahead),
        committee,
        ahead.kept_version,
        version,
        [*(str(one.id) for one in ahead.undone), *replaced],
        epoch,
    )


async def _clear_forks(admin_url: str, follows: Follows, difference: Difference) -> list[str]:
    """Let go of what followers hold because of a fork, and move their gates to where the owner goes on.

    What they held is stated again above it; see `snapshots.py`.
    """
    aggregates = [ahead.aggregate for ahead in difference.ahead]
    if not aggregates:
        return []
    starts = [ahead.start for ahead in difference.ahead]
    stream, said = event_stream(difference.service), []
    for follower in (service for service, streams in follows.items() if stream in streams):
        connection: Any = await asyncpg.connect(with_database(admin_url, follower))
        try:
            async with connection.transaction():
                arguments = f"{consumer_name(follower)}:{stream}", aggregates, starts
                forked = await connection.fetch(_FORKED, *arguments)
                if forked:
                    await connection.execute(_LET_GO, *arguments)
                    said.append(
                        f"{follower}：放下 {len(forked)} 个分叉的对象，由 {difference.service} 重新说明"
                    )
        finally:
            await connection.close()
    return said


def describe(difference: Difference) -> list[str]:
    """What was found, in lines for an operator."""
    service = difference.service
    lines = [
        f"{service}：{stream} 缺 {len(rows)} 件已标为发布的事件" for stream, rows in difference.unsent.items()
    ]
    if difference.unreconciled_since:
        lines.insert(0, f"{service}：数据库已恢复，尚未核对，服务不会启动")
    if difference.unmarked:
        lines.append(f"{service}：{len(difference.unmarked)} 件待发布的事件已在消息流中")
    for ahead in difference.ahead:
        names = "、".join(one.name for one in ahead.undone) or "（消息已不在）"
        where = f"数据库第 {ahead.kept_version} 版" if ahead.kept_version else "数据库中没有"
        followers = f"；{'、'.join(sorted(ahead.followers))} 已采用" if ahead.followers else ""
        lines.append(
            f"{service}：{kind_of(ahead)} {ahead.aggregate} {where}，外部已到第 {ahead.top} 版：{names}{followers}"
        )
    for behind in difference.behind:
        lines.append(
            f"{behind.follower}：{behind.stream} 中有 {behind.aggregates} 个对象的事件已确认而数据库中没有"
        )
    for unseeded in difference.unseeded:
        lines.append(
            f"{unseeded.follower}：不知道 {service} 的 {unseeded.aggregates} 个对象，消息流与发件箱中已没有它们的事件"
        )
    if difference.forgotten:
        lines.append(
            f"{service}：另有 {difference.forgotten} 件联系方式消息已不在流中，内容按规定已清除，无须处理"
        )
    return lines


def as_json(difference: Difference) -> str:
    """The same for a program."""
    return json.dumps(
        {
            "service": difference.service,
            "unsent": {stream: len(rows) for stream, rows in difference.unsent.items()},
            "unmarked": len(difference.unmarked),
            "ahead": [
                {
                    "aggregate": str(ahead.aggregate),
                    "kind": kind_of(ahead),
                    "kept_version": ahead.kept_version,
                    "version": ahead.top,
                    "undone": [{"id": str(one.id), "name": one.name} for one in ahead.undone],
                }
                for ahead in difference.ahead
            ],
            "behind": [
                {"follower": one.follower, "stream": one.stream, "aggregates": one.aggregates}
                for one in difference.behind
            ],
            "unseeded": [
                {"follower": one.follower, "aggregates": one.aggregates} for one in difference.unseeded
            ],
        },
        ensure_ascii=False,
    )
