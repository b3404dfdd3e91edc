"""What `doctor` asks about restores: databases that went back, forks, epochs, a bus that is ahead, keys half changed."""

import shutil
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
from nats.aio.client import Client
from nats.js.errors import NotFoundError

from infra.city.folder import GRAFANA_BEFORE, ROUTES_DIALLED, CityFolder
from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from infra.postgres.urls import with_database
from tongxin_contracts.envelope import MESSAGE_ID, Envelope, EnvelopeError
from tongxin_contracts.subjects import OWNERS, SERVICES, event_stream

LEAST_FREE: Final = 0.1
"""Share of the disk that must be free: a full one stops the bus and the databases at once."""
LONGEST_CHANGE: Final = timedelta(days=7)
"""A change of keys that takes longer has been forgotten."""
_BEGIN: Final = b"-----BEGIN PUBLIC KEY-----"


@dataclass(slots=True)
class Restores:
    """What databases say of restores."""

    unreconciled: list[str] = field(default_factory=list)
    marked: dict[str, int] = field(default_factory=dict)
    """Service -> aggregates nobody has looked at."""
    forks: dict[str, int] = field(default_factory=dict)
    """Follower -> letters held because of a fork."""
    older: list[str] = field(default_factory=list)
    """Owners whose epoch is below what a follower has seen of them."""
    overtaken: list[str] = field(default_factory=list)
    """Owners whose stream ends with an event their outbox does not know."""

    @property
    def is_well(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.unreconciled or self.marked or self.forks or self.older or self.overtaken)

    def said(self) -> str:
        """In words."""
        parts = [f"{service} 恢复后尚未核对" for service in self.unreconciled]
        parts += [f"{service} 有 {number} 个退回的对象待人工核对" for service, number in self.marked.items()]
        parts += [f"{service} 有 {number} 封分叉的死信" for service, number in self.forks.items()]
        parts += [f"{service} 的纪元低于订阅者所见（数据库被换成了更早的）" for service in self.older]
        parts += [f"{service} 的消息流末尾不在发件箱中" for service in self.overtaken]
        return "；".join(parts) or "没有"


async def look_at_restores(stack: Stack) -> Restores:
    """Ask every database and the end of every stream."""
    found = Restores()
    epochs: dict[str, int] = {}
    seen: dict[str, int] = {}
    for service in SERVICES:
        connection: Any = await asyncpg.connect(with_database(stack.admin_url, service))
        try:
            row = await connection.fetchrow("select epoch, unreconciled_since from epoch")
            epochs[service] = row["epoch"]
            if row["unreconciled_since"]:
                found.unreconciled.append(service)
            _note(
                found.marked,
                service,
                await connection.fetchval("select count(*) from restored where settled_at is null"),
            )
            _note(
                found.forks,
                service,
                await connection.fetchval("select count(*) from held where reason = 'fork'"),
            )
            for gate in await connection.fetch(
                "select split_part(consumer, ':', 2) as stream, max(epoch) as epoch from gate group by 1"
            ):
                seen[gate["stream"]] = max(gate["epoch"], seen.get(gate["stream"], 0))
        finally:
            await connection.close()
    found.older = [owner for owner in OWNERS if seen.get(event_stream(owner), 0) > epochs[owner]]
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        found.overtaken = [owner for owner in OWNERS if await _is_overtaken(client, stack, owner)]
    return found


def _note(counts: dict[str, int], service: str, number: int) -> None:
    if number:
        counts[service] = number


async def _is_overtaken(client: Client, stack: Stack, owner: str) -> bool:
    context, stream = client.jetstream(), event_stream(owner)
    last = (await context.stream_info(stream)).state.last_seq
    try:
        message = await context.get_msg(stream, last) if last else None
    except NotFoundError:
        return False
    ids = _ids(dict(message.headers or {}), owner) if message else []
    if not ids:
        return False
    connection: Any = await asyncpg.connect(with_database(stack.admin_url, owner))
    try:
        return not await connection.fetchval(
            "select exists (select from outbox where message_id = any($1))", ids
        )
    finally:
        await connection.close()


def _ids(headers: dict[str, str], owner: str) -> list[UUID]:
    try:
        envelope = Envelope.from_headers(headers)
        named = [UUID(headers[MESSAGE_ID])] if MESSAGE_ID in headers else []
    except (EnvelopeError, ValueError):
        return []
    return [envelope.id, *named] if envelope.source == owner else []


def free_share(path: Path) -> float:
    """How much of the disk under a folder is free."""
    usage = shutil.disk_usage(path)
    return usage.free / usage.total


def keys_in_change(stack: Stack) -> list[str]:
    """Changes of keys that were begun and not ended: a week ago, or at all where a change takes a moment."""
    keys, city = stack.keys, CityFolder(stack.data)
    broken_off = {
        "routes": city.password_file(ROUTES_DIALLED),
        "database": keys.passwords.with_suffix(".new"),
    }
    several = {
        "tokens": keys.token_public if keys.token_public.read_bytes().count(_BEGIN) > 1 else None,
        "sealing": keys.sealing if len(keys.sealing.read_bytes().split()) > 1 else None,
        "bus": keys.retiring if keys.retiring_nkeys() else None,
        "grafana": before if (before := city.password_file(GRAFANA_BEFORE)).exists() else None,
    }
    limit = time.time() - LONGEST_CHANGE.total_seconds()
    forgotten = [kind for kind, path in several.items() if path is not None and path.stat().st_mtime < limit]
    return [*forgotten, *(kind for kind, path in broken_off.items() if path.exists())]


def loose_files(folders: Sequence[Path]) -> list[str]:
    """Files and folders of secrets that others may read."""
    found = []
    for folder in (one for one in folders if one.exists()):
        for path in (folder, *folder.rglob("*")):
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                found.append(path.name)
    return found
