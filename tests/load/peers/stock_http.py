"""The command service as the tutorials of FastAPI and SQLAlchemy write it: dependencies, ORM, NOTIFY for the relay.

Does the work the house does for the same command: session, secret, permission, validation, the command's id, lock,
change, history in a hash chain, event. 1 % of requests are traced. Environment: `DSN`, `NATS`, `PORT`.
"""

import hashlib
import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID, uuid4

import uvicorn
from fastapi import Cookie, Depends, FastAPI, Header, HTTPException
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from prometheus_client import Histogram
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from tests.load.peers.stock_models import CommandSeen, Fact, History, Member, Outbox, SignIn

engine = create_async_engine(
    os.environ["DSN"].replace("postgresql:", "postgresql+asyncpg:"), pool_size=16, max_overflow=0
)
sessions = async_sessionmaker(engine, expire_on_commit=False)
trace.set_tracer_provider(TracerProvider(sampler=ParentBased(TraceIdRatioBased(0.01))))
tracer = trace.get_tracer("stock")
SECONDS = Histogram("stock_http_seconds", "Time in a request.", ("route",))
PERMISSIONS = {"members_office": {"duties.record"}, "member": {"duties.read"}}

app = FastAPI()


class Duty(BaseModel):
    """The command."""

    model_config = ConfigDict(extra="forbid")
    committee: Annotated[str, Field(pattern=r"^\d{6}$")]
    member_id: UUID
    fact_id: UUID
    kind: str
    on: date
    quantity: Annotated[int, Field(ge=1, le=366)] = 1
    note: Annotated[str, Field(max_length=500)] = ""


class DutyRecorded(BaseModel):
    """The event."""

    event_id: UUID
    version: int
    member_id: UUID
    fact_id: UUID
    kind: str
    on: date
    quantity: int


class Done(BaseModel):
    """The answer."""

    id: UUID
    version: int


async def database() -> AsyncIterator[AsyncSession]:
    """One transaction a request."""
    async with sessions.begin() as session:
        yield session


Database = Annotated[AsyncSession, Depends(database)]


async def signed_in(
    session: Database,
    peer_session: Annotated[str, Cookie()] = "",
    x_csrf_token: Annotated[str, Header()] = "",
) -> SignIn:
    """Whose browser it is; 401 and 403 otherwise."""
    found = await session.get(SignIn, hashlib.sha256(peer_session.encode()).digest())
    if found is None or found.expires_at < datetime.now(UTC):
        raise HTTPException(401)
    if found.csrf != x_csrf_token:
        raise HTTPException(403)
    return found


@app.post("/duties")
async def record(
    duty: Duty,
    session: Database,
    browser: Annotated[SignIn, Depends(signed_in)],
    idempotency_key: Annotated[UUID, Header()],
) -> Done:
    """Record that a member did something."""
    with SECONDS.labels("/duties").time(), tracer.start_as_current_span("POST /duties"):
        account = browser.account
        may = {permission for role in account.roles for permission in PERMISSIONS.get(role, ())}
        if "duties.record" not in may or account.committee != duty.committee:
            raise HTTPException(403)
        seen = await session.get(CommandSeen, idempotency_key)
        if seen is not None:
            return Done.model_validate(seen.answer)
        member = await session.get(Member, duty.member_id, with_for_update=True)
        if member is None or member.committee != duty.committee:
            raise HTTPException(404)
        now = datetime.now(UTC)
        member.version += 1
        session.add(
            Fact(
                id=duty.fact_id,
                member_id=member.id,
                committee=duty.committee,
                kind=duty.kind,
                on_day=duty.on,
                quantity=duty.quantity,
                note=duty.note,
                recorded_by=account.id,
                recorded_at=now,
            )
        )
        session.add(await _history(session, member, account.id, now, duty))
        event = DutyRecorded(
            event_id=uuid4(),
            version=member.version,
            **duty.model_dump(include={"member_id", "fact_id", "kind", "on", "quantity"}),
        )
        session.add(
            Outbox(
                event_id=event.event_id,
                subject=f"stock.{duty.committee}.duty_recorded",
                payload=event.model_dump_json().encode(),
            )
        )
        done = Done(id=member.id, version=member.version)
        session.add(CommandSeen(id=idempotency_key, answer=done.model_dump(mode="json")))
        await session.flush()
        await session.execute(text("select pg_notify('outbox', '')"))
        return done


async def _history(session: AsyncSession, member: Member, actor: UUID, now: datetime, duty: Duty) -> History:
    last = await session.scalar(
        select(History).where(History.aggregate == member.id).order_by(History.sequence.desc()).limit(1)
    )
    sequence = last.sequence + 1 if last else 1
    detail = {"note": duty.note, "kind": duty.kind, "on": duty.on.isoformat()}
    said = (
        f"{member.id} {sequence} {now.isoformat()} {actor} record_duty {json.dumps(detail, sort_keys=True)}"
    )
    digest = hashlib.sha256((last.digest if last else bytes(32)) + said.encode()).digest()
    return History(
        aggregate=member.id,
        sequence=sequence,
        at=now,
        actor=actor,
        action="record_duty",
        detail=detail,
        digest=digest,
    )


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", access_log=False)
