"""What tests of notices do again and again: a clock to set, a worker's transaction, a mail server that really receives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cached_property
from typing import Any, cast
from uuid import UUID

from aiosmtpd.smtp import SMTP

from chassis.database import Database
from chassis.failpoints import Failpoints
from chassis.identity import Actor
from chassis.ids import new_id
from chassis.inbox import Incoming
from chassis.sealing import Sealer
from chassis.work import Tools, Work
from infra.local.ports import free_port
from infra.local.stack import Stack
from services.notify.reactions.task_closed import on_task_closed
from services.notify.reactions.task_opened import on_task_opened
from services.notify.settings import NotifySettings
from services.notify.workers.rounds import EVERYWHERE
from services.notify.workers.sending import Sender, preference_id
from services.notify.workers.smtp import open_road
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.message import Event
from tongxin_contracts.permissions import Role
from tongxin_contracts.tasks import TASK_CLOSED, TASK_OPENED
from tongxin_contracts.words import NoticeKind, TaskKind


@dataclass
class SetClock:
    """A clock that stands until it is moved."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def forward(self, **much: float) -> None:
        self.at += timedelta(**much)


def noon(year: int, month: int, day: int) -> datetime:
    """12:00 in Shanghai."""
    return datetime(year, month, day, 4, tzinfo=UTC)


@dataclass
class Notify:
    """The notify service's own rights and rules, without its process; time is the test's."""

    stack: Stack
    database: Database
    clock: SetClock
    committee: str
    sealer: Sealer

    @asynccontextmanager
    async def work(self, *roles: Role, person: UUID | None = None) -> AsyncIterator[Work]:
        """A transaction for every committee notify knows and for the test's own, by a person or by itself."""
        async with self.database.transaction([self.committee]) as tx:
            await tx.raw.execute(
                "insert into known_committee values ($1) on conflict do nothing", self.committee
            )
            await tx.raw.execute(EVERYWHERE)
            actor = Actor(id=str(person), committee=self.committee, roles=roles)
            work = Work(
                service="notify", tx=tx, tools=Tools(clock=self.clock, files=cast("Any", None), sealer=self.sealer),
                actor=actor if person else Actor.system("notify", self.committee), committee=self.committee,
                now=self.clock.now(), request_id=new_id(),
            )  # fmt: skip
            yield work
            await work.flush()

    async def rows(self, statement: str, *values: Any) -> list[Any]:
        """What a statement finds of the test's committee."""
        async with self.database.transaction([self.committee]) as tx:
            found: list[Any] = await tx.raw.fetch(statement, *values)
        return found

    def incoming(self, data: Event, aggregate: UUID) -> Incoming[Any]:
        """An event of the test's committee, now."""
        id_ = new_id()
        envelope = Envelope(
            id=id_, type=data.type_name(), source=data.service, time=self.clock.now(), committee=self.committee,
            actor="system:test", aggregate=aggregate, version=1, correlation_id=id_, causation_id=id_,
        )  # fmt: skip
        return Incoming(data, envelope)

    async def open_task(self, title: str, due_at: datetime | None, **who: Any) -> UUID:
        """Somebody has something to do; a second time with one `matter` opens it again."""
        matter = who.pop("matter", None) or new_id()
        event = TASK_OPENED["proposals"](
            task_id=matter, kind=TaskKind.REVIEW_PROPOSAL, title=title, matter=matter, due_at=due_at, **who
        )
        async with self.work() as work:
            await on_task_opened([self.incoming(event, matter)], work)
        return matter

    async def close_task(self, task: UUID) -> None:
        """It is done."""
        async with self.work() as work:
            await on_task_closed([self.incoming(TASK_CLOSED["proposals"](task_id=task), task)], work)

    async def told(self, person: UUID) -> list[tuple[NoticeKind, str]]:
        """What somebody was told, the oldest first."""
        rows = await self.rows("select kind, title from notice where person = $1 order by at, id", person)
        return [(NoticeKind(row["kind"]), row["title"]) for row in rows]

    async def tell(self, person: UUID, title: str, kind: NoticeKind = NoticeKind.PROPOSAL_FILED) -> UUID:
        """A notice as any reaction writes it."""
        async with self.work() as work:
            found: UUID = await work.tx.raw.fetchval(
                "insert into notice (id, committee, person, kind, title, body, matter, at)"
                " values ($1, $2, $3, $4, $5, '', $1, $6) returning id",
                new_id(), self.committee, person, kind.value, title, self.clock.now(),
            )  # fmt: skip
        return found

    async def reachable(self, address: str, **preferences: Any) -> UUID:
        """Somebody whose address is confirmed."""
        person = new_id()
        values: dict[str, Any] = {
            "digest": "off",
            "without_mail": [],
            "quiet_from": None,
            "quiet_to": None,
            "digest_at": None,
        }
        values |= preferences
        async with self.work() as work:
            await work.tx.raw.execute(
                "insert into preference (committee, person, email, digest, without_mail, quiet_from, quiet_to, digest_at)"
                " values ($1, $2, $3, $4, $5, $6, $7, $8)",
                self.committee, person, self.sealer.seal(address, preference_id(self.committee, person)),
                *values.values(),
            )  # fmt: skip
        return person

    def sender(self, port: int | None, failpoints: Failpoints | None = None) -> Sender:
        """What sends, to a server on this port."""
        settings = NotifySettings.model_construct(
            smtp_host="127.0.0.1" if port else None, smtp_port=port or 0, smtp_user=None, smtp_password_file=None,
            smtp_security="none", mail_from="同心 <tongxin@example.org>", public_url="http://portal.example.org",
        )  # fmt: skip
        return Sender(
            open_work=self.work, open_road=open_road, settings=settings, sealer=self.sealer, clock=self.clock,
            failpoints=failpoints or Failpoints(),
        )  # fmt: skip


@asynccontextmanager
async def notify(stack: Stack, committee: str, now: datetime) -> AsyncIterator[Notify]:
    """The notify service in the test's own hands, with the rights of its worker."""
    database = Database(stack.database_url("notify", "worker"), pool_size=3)
    try:
        yield Notify(stack, database, SetClock(now), committee, Sealer.from_file(stack.keys.sealing))
    finally:
        await database.close()


@dataclass
class Received:
    """A mail as the server got it."""

    to: list[str]
    content: bytes

    @cached_property
    def message(self) -> EmailMessage:
        """Read when somebody looks: a server that takes thousands has other things to do."""
        return message_from_bytes(self.content, policy=default)

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        found: str = part.get_content()
        return found


@dataclass
class MailServer:
    """aiosmtpd; what it answers to a mail can be told beforehand."""

    port: int
    mails: list[Received] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """For the next mails, one each; `250` when there are none left."""

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802  (the library's name)
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer.startswith("250"):
            self.mails.append(Received(envelope.rcpt_tos, envelope.content))
        return answer


@asynccontextmanager
async def mail_server(port: int | None = None) -> AsyncIterator[MailServer]:
    """A mail server of the test's own, in this event loop."""
    handler = MailServer(port or free_port())
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, loop=loop), "127.0.0.1", handler.port)
    try:
        yield handler
    finally:
        server.close()
