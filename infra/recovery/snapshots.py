"""What is stated of an aggregate that went back: that it did, with the state it has now.

Followers put that state in place of what they have (`chassis/keepers.py`). A task is a snapshot by nature: open or
closed, as the owner's own row says. Agencies hear nothing of a restore: for them the newest event the owner kept is
stated again where it tells the whole of what the undone ones changed (`RESTATED`). What an owner stated at versions
that were taken already, because it went on without a reconciliation, is stated again as it was.
"""

import json
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from nats.aio.client import Client

from chassis.database import Transaction
from chassis.tellers import Row, states_of
from infra.contents import contents
from infra.recovery.compare import Ahead, Undone
from infra.recovery.stream import message_at
from tongxin_contracts.catalogue import events_by_type
from tongxin_contracts.message import Event
from tongxin_contracts.restoring import AGGREGATE_RESTORED, RESTATED, Statement
from tongxin_contracts.subjects import PERSON_STREAM, ServiceName
from tongxin_contracts.tasks import TASK_CLOSED, TASK_OPENED

_NEWEST: Final = """
select payload from outbox
where aggregate = $1 and version <= $2 and payload is not null and headers::json ->> 'ce-type' = any($3)
order by version desc limit 1
"""
_HELD_ON: Final = """
select message_id, version, headers::json ->> 'ce-type' as type, exists (
    select from restored where restored.aggregate = outbox.aggregate and message_id::text = any (restored.undone)
) as undone from outbox
where aggregate = $1 and version < $2 order by version
"""
_COLLIDING: Final = """
select headers::json ->> 'ce-type' as type, payload from outbox
where aggregate = $1 and version >= $2 and payload is not null order by version
"""
_LEFT_OPEN: Final = "select open from task where id = $1"
_CLOSED: Final = """
insert into task (id, committee, matter, kind, version, open) values ($1, $2, $3, $4, 0, false)
on conflict (id) do nothing
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One event to be stated above every version known."""

    event: Event


async def snapshots_of(
    client: Client, tx: Transaction, service: ServiceName, ahead: Ahead, committee: str
) -> list[Snapshot]:
    """The events to state, in order; none where only contact data is concerned, which has a stream of its own."""
    if ahead.undone and all(one.stream == PERSON_STREAM for one in ahead.undone):
        return []
    names = {one.name for one in ahead.undone}
    if names & {"task_opened", "task_closed"} or ahead.table == "task":
        return await _task(client, tx, service, ahead, committee)
    kept = await _kept(tx, ahead)
    restored = AGGREGATE_RESTORED[service](
        aggregate_id=ahead.aggregate,
        kind=kind_of(ahead),
        kept_version=ahead.kept_version,
        undone=tuple(one.id for one in ahead.undone),
        undone_names=tuple(one.name for one in ahead.undone),
        undone_at=tuple(one.at for one in ahead.undone),
        kept=None if kept is None else tuple(row["message_id"] for row in kept),
        kept_names=() if kept is None else tuple(row["type"].split(".")[2] for row in kept),
        state=await _state(tx, service, ahead, committee),
    )
    return [Snapshot(restored), *await _restated(tx, ahead), *await _never_taken(tx, ahead)]


def kind_of(ahead: Ahead) -> str:
    """What an aggregate is, as its events call it."""
    known = events_by_type()
    named = [known[one.type].aggregate for one in ahead.undone if one.type in known]
    return next((name for name in named if name != "restored"), ahead.table or "unknown")


async def _kept(tx: Transaction, ahead: Ahead) -> list[Any] | None:
    """Every event that holds, in order; None where the outbox has let go of one."""
    before = min((one.version for one in ahead.undone), default=ahead.kept_version + 1)
    rows: list[Any] = await tx.raw.fetch(_HELD_ON, ahead.aggregate, before)
    whole = [row["version"] for row in rows] == list(range(1, min(before - 1, ahead.kept_version) + 1))
    return [row for row in rows if not row["undone"]] if whole else None


async def _state(
    tx: Transaction, service: ServiceName, ahead: Ahead, committee: str
) -> tuple[Statement, ...] | None:
    """What holds of it; nothing where the owner does not know it, None where nobody keeps anything of its kind."""
    if not ahead.kept_version or ahead.table is None:
        return ()
    teller = next((one for one in contents()[service].tellers if one.table == ahead.table), None)
    if teller is None:
        return None
    (state,) = await states_of(tx, teller, [Row(ahead.aggregate, committee, ahead.kept_version)])
    return state.statements


async def _restated(tx: Transaction, ahead: Ahead) -> list[Snapshot]:
    found = []
    for name in dict.fromkeys(one.name for one in ahead.undone if one.name in RESTATED):
        undone = next(one for one in ahead.undone if one.name == name)
        event = await _newest_kept(tx, ahead, undone, RESTATED[name])
        if event is not None:
            found.append(Snapshot(event))
    return found


async def _never_taken(tx: Transaction, ahead: Ahead) -> list[Snapshot]:
    """What the owner stated after it went back, at versions that followers have from the time before."""
    if not ahead.undone:
        return []
    rows = await tx.raw.fetch(_COLLIDING, ahead.aggregate, min(one.version for one in ahead.undone))
    known = events_by_type()
    return [Snapshot(known[row["type"]].model_validate_json(bytes(row["payload"]))) for row in rows]


async def _newest_kept(
    tx: Transaction, ahead: Ahead, undone: Undone, carriers: tuple[str, ...]
) -> Event | None:
    """The state before the undone event, in that event's own form; None when the outbox has let go of it."""
    form = events_by_type().get(undone.type)
    if form is None:
        return None
    prefix = undone.type.rsplit(".", 2)[0]
    types = [
        type_
        for type_ in events_by_type()
        if type_.rsplit(".", 1)[0] in {f"{prefix}.{name}" for name in carriers}
    ]
    payload: Any = await tx.raw.fetchval(_NEWEST, ahead.aggregate, ahead.kept_version, types)
    return None if payload is None else form.model_validate_json(bytes(payload))


async def _task(
    client: Client, tx: Transaction, service: ServiceName, ahead: Ahead, committee: str
) -> list[Snapshot]:
    is_open = await tx.raw.fetchval(_LEFT_OPEN, ahead.aggregate)
    if is_open:
        types = [TASK_OPENED[service].type_name()]
        payload: Any = await tx.raw.fetchval(_NEWEST, ahead.aggregate, ahead.kept_version, types)
        if payload is not None:
            return [Snapshot(TASK_OPENED[service].model_validate_json(bytes(payload)))]
    opened = next((one for one in ahead.undone if one.name == "task_opened"), None)
    if is_open is None and opened is not None:
        # Nobody has this work any more; the row keeps the version for when it is opened again.
        said = json.loads((await message_at(client, opened.stream, opened.sequence)).payload)
        await tx.raw.execute(_CLOSED, ahead.aggregate, committee, UUID(said["matter"]), said["kind"])
        ahead.table = "task"
    return [Snapshot(TASK_CLOSED[service](task_id=ahead.aggregate))]
