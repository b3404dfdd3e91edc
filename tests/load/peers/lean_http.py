"""The fastest command service one would write by hand: Starlette, asyncpg, one statement, an outbox, and no more.

No permission, no history, no idempotency: the measure of what those cost. Environment: `DSN`, `NATS`, `PORT`.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import nats
import uvicorn
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class Duty(BaseModel):
    """The command."""

    committee: str
    member_id: UUID
    fact_id: UUID
    kind: str
    on: date
    quantity: int
    note: str


class DutyRecorded(BaseModel):
    """The event."""

    member_id: UUID
    fact_id: UUID
    kind: str
    on: date
    quantity: int


SCHEMA = """
create table member (id uuid primary key, committee text not null, version int not null default 0);
create table fact (id uuid primary key, committee text not null, member_id uuid not null, kind text not null,
                   on_day date not null, quantity int not null, note text not null);
create index on fact (member_id);
create table outbox (id bigint generated always as identity primary key, event_id uuid not null, subject text not null,
                     version int not null, payload bytea not null);
create table inbox (event_id uuid, consumer text, primary key (event_id, consumer));
create table projection (member_id uuid primary key, facts int not null);
"""
RECORD = """
with changed as (update member set version = version + 1 where id = $1 returning version),
     made as (insert into fact values ($2, $3, $1, $4, $5, $6, $7))
insert into outbox (event_id, subject, version, payload) select $8, $9, version, $10 from changed
"""


def application() -> Starlette:
    """One route."""
    made: dict[str, Any] = {}

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        made["bus"] = await nats.connect(os.environ["NATS"])
        made["pool"] = await asyncpg.create_pool(os.environ["DSN"], min_size=16, max_size=16)
        yield
        await made["bus"].close()
        await made["pool"].close()

    async def record(request: Request) -> Response:
        duty = Duty.model_validate_json(await request.body())
        event = DutyRecorded(**duty.model_dump(exclude={"committee", "note"}))
        await made["pool"].execute(
            RECORD,
            duty.member_id, duty.fact_id, duty.committee, duty.kind, duty.on, duty.quantity, duty.note,
            uuid4(), f"peer.{duty.committee}.duty_recorded", event.model_dump_json().encode(),
        )  # fmt: skip
        await made["bus"].publish("poke.outbox", b"")
        return Response(b'{"id":"%s"}' % str(duty.member_id).encode(), 200, media_type="application/json")

    return Starlette(routes=[Route("/duties", record, methods=["POST"])], lifespan=life)


if __name__ == "__main__":
    uvicorn.run(
        application(), host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", access_log=False
    )
