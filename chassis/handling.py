"""What happens between a request's arrival and its answer, the same for every command and query.

Always holds: permission before anything is read; one handler, one transaction; a command and its answer commit
together under the command's id, so that sent twice it answers the same; refusals are not stored; every failure leaves
as a problem that says nothing of the inside.
"""

import hashlib
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from pydantic import ValidationError

from chassis import problems, telemetry
from chassis.announcing import Announcer
from chassis.database import Database, Transaction, is_taken, is_transient, quoted
from chassis.failpoints import Failpoints
from chassis.identity import Actor, TokenVerifier, authorise
from chassis.rehearsal import acting_at
from chassis.together import Write
from chassis.work import Tools, Work
from tongxin_contracts.envelope import COMMAND_ID, DEADLINE, TOKEN, TRACEPARENT
from tongxin_contracts.message import Answer, Command, Request
from tongxin_contracts.permissions import Scope
from tongxin_contracts.refusals import Refused
from tongxin_contracts.subjects import ServiceName

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """One command or query and who does it."""

    request: type[Request]
    run: Callable[..., Awaitable[Answer]]
    """`(request, work)`, or `(request, work, prepared)` where something is prepared."""
    prepare: Callable[[Any, Tools], Awaitable[Any]] | None = None
    """What must be fetched before the transaction begins: a file."""


def handles(
    request: type[Request],
    run: Callable[..., Awaitable[Answer]],
    *,
    prepare: Callable[[Any, Tools], Awaitable[Any]] | None = None,
) -> Handler:
    """Name a handler in a service's table of contents."""
    return Handler(request=request, run=run, prepare=prepare)


_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""The one character JSON can carry and no database column can hold."""
_COMMITTEE: Final = re.compile(rb'"committee"\s*:\s*"([0-9]{6})"')

MAX_REPLY: Final = 256 * 1024
"""Bytes; a larger answer is a mistake of its query (decision 6)."""
_CLAIM = """
select pg_advisory_xact_lock(hashtextextended({actor} || {command_id}, 0));
select from command_log where actor = {actor} and command_id = {command_id}
"""
_CLAIMED: Final = "SELECT 0"
_STORED = "select digest, answer from command_log where actor = $1 and command_id = $2"
_KEEP = "insert into command_log (actor, command_id, digest, answer) values ($1, $2, $3, $4)"


class Front:
    """Answers requests of one service."""

    def __init__(
        self,
        service: ServiceName,
        handlers: Iterable[Handler],
        *,
        database: Database,
        verifier: TokenVerifier,
        tools: Tools,
        announcer: Announcer,
        failpoints: Failpoints,
        epoch: int,
        rehearsal: bool = False,
    ) -> None:
        self._service = service
        self._handlers = {handler.request: handler for handler in handlers}
        self._database = database
        self._verifier = verifier
        self._tools = tools
        self._announcer = announcer
        self._failpoints = failpoints
        self._epoch = epoch
        self._rehearsal = rehearsal

    async def respond(
        self, request: type[Request], body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes] | None:
        """Status and body; None when the caller's deadline has passed."""
        if _is_late(headers, self._tools.clock.now().timestamp()):
            log.info("request_too_late", handler=request.permission())
            return None
        started, outcome = time.perf_counter(), "ok"
        name = f"process {request.subject()}"
        with telemetry.span(
            name,
            kind="server",
            parent=headers.get(TRACEPARENT),
            attributes=telemetry.messaging(request.subject()),
        ):
            try:
                return 200, await self._answer(self._handlers[request], body, headers)
            except (problems.Refusal, Refused) as refused:
                outcome = "refused"
                refusal = problems.from_rule(refused) if isinstance(refused, Refused) else refused
                return refusal.status, _body(refusal)
            except ValidationError as error:
                outcome = "refused"
                return 400, _body(problems.Malformed(errors=problems.field_problems(error)))
            except Exception as error:
                # The border of the service: the caller gets a problem, the operator gets the rest.
                outcome = "retry" if is_transient(error) else "fault"
                log.exception(
                    "request_failed", handler=request.permission(), committee=_committee_named(body)
                )
                telemetry.keep_failure(name, error)
                unexpected = problems.Unavailable() if outcome == "retry" else problems.Fault()
                return unexpected.status, _body(unexpected)
            finally:
                telemetry.HANDLER_SECONDS.labels(self._service, request.message_name, outcome).observe(
                    time.perf_counter() - started
                )

    async def _answer(self, handler: Handler, body: bytes, headers: Mapping[str, str]) -> bytes:
        request_id = _request_id(headers)
        actor = self._verifier.verify(headers.get(TOKEN), request_id=request_id, body=body)
        if _NUL.search(body):
            raise problems.Malformed("文字里有无法保存的字符（U+0000），请删去后重新提交")
        request = handler.request.model_validate_json(body)
        scope = authorise(actor, request.permission(), request.committee)
        at = acting_at(
            headers,
            self._tools.clock.now(),
            rehearsal=self._rehearsal,
            is_command=isinstance(request, Command),
        )
        if handler.prepare and isinstance(request, Command):
            # Answered before: then what has to be fetched may be gone by now, and is not needed.
            async with self._database.transaction([request.committee]) as tx:
                stored = await _stored(tx, actor, request_id, request, body)
            if stored is not None:
                return stored
        prepared = [await handler.prepare(request, self._tools)] if handler.prepare else []
        for attempt in (1, 2):
            try:
                return await self._in_transaction(
                    handler, request, actor, scope, at, request_id, body, prepared
                )
            except (problems.Refusal, Refused):
                raise
            except Exception as error:
                if attempt == 1 and is_taken(error, "command_log_pkey"):
                    # A replica of the release before, which claims otherwise, was quicker: its answer is there now.
                    continue
                if is_taken(error):
                    # An id or number that somebody else took, perhaps out of sight behind the wall.
                    log.warning("already_taken", handler=request.permission())
                    raise problems.WrongState("同一编号已被使用，请刷新页面后重新办理") from error
                # A connection that died under us: nothing was committed, or the command's id will say that it was.
                if attempt == 2 or not is_transient(error):
                    raise
                log.warning("request_repeated", handler=request.permission(), error=type(error).__name__)
        raise AssertionError("unreachable")

    async def _in_transaction(
        self,
        handler: Handler,
        request: Request,
        actor: Actor,
        scope: Scope,
        at: datetime,
        request_id: UUID,
        body: bytes,
        prepared: list[Any],
    ) -> bytes:
        is_command = isinstance(request, Command)
        claim = _claim(actor, request_id) if is_command else ""
        async with self._database.transaction([request.committee], first=claim) as tx:
            if is_command and tx.began != _CLAIMED:
                stored = await _stored(tx, actor, request_id, request, body)
                if stored is None:
                    raise problems.CommandReused
                return stored
            work = Work(
                service=self._service,
                tx=tx,
                tools=self._tools,
                actor=actor,
                committee=request.committee,
                scope=scope,
                now=at,
                request_id=request_id,
                epoch=self._epoch,
            )
            answer = await handler.run(request, work, *prepared)
            text = answer.model_dump_json()
            _refuse_too_large(handler.request, len(text.encode()))
            if is_command:
                kept = (actor.id, request_id, _digest(request, body), text)
                await work.flush(Write(_KEEP, kept))
            # Last before the commit: an answer that is kept never names a file that is not there.
            for content in work.files_to_keep:
                await self._tools.files.put(content)
        if work.outgoing:
            self._failpoints.reach("after_commit_before_relay")
        await self._announcer.tell(work)
        return text.encode()


def _committee_named(body: bytes) -> str | None:
    """The committee a request names, for the log of its failure; None where it cannot be read."""
    found = _COMMITTEE.search(body)
    return found[1].decode() if found else None


def _refuse_too_large(request: type[Request], size: int) -> None:
    """Before the commit: a command whose answer cannot be sent does not happen."""
    if size > MAX_REPLY:
        log.error("answer_too_large", handler=request.permission(), bytes=size, limit=MAX_REPLY)
        raise problems.TooLarge(f"结果超过 {MAX_REPLY // 1024} KB，无法一次返回，请缩小范围后重试")


def _claim(actor: Actor, request_id: UUID) -> str:
    """What takes a command's id for a transaction and asks whether it was answered before.

    A second one with the same id waits here for the first to commit.
    """
    return _CLAIM.format(actor=quoted(actor.id), command_id=quoted(str(request_id)))


async def _stored(
    tx: Transaction, actor: Actor, request_id: UUID, request: Request, body: bytes
) -> bytes | None:
    """The answer a command's id already has, None when it has none; raises CommandReused for another content."""
    row = await tx.raw.fetchrow(_STORED, actor.id, request_id)
    if row is None or row["answer"] is None:
        return None
    if row["digest"] != _digest(request, body):
        raise problems.CommandReused
    answer: str = row["answer"]
    return answer.encode()


def _digest(request: Request, body: bytes) -> str:
    """What an id stands for: the request and its content."""
    return hashlib.sha256(request.permission().encode() + b"\0" + body).hexdigest()


def _request_id(headers: Mapping[str, str]) -> UUID:
    try:
        return UUID(headers[COMMAND_ID])
    except (KeyError, ValueError) as error:
        raise problems.Malformed("缺少提交编号，请刷新页面后重试") from error


def _is_late(headers: Mapping[str, str], now: float) -> bool:
    deadline = headers.get(DEADLINE, "")
    return deadline.isdigit() and int(deadline) < now * 1000


def _body(refusal: problems.Refusal) -> bytes:
    return refusal.problem(telemetry.trace_id()).model_dump_json(exclude_none=True).encode()
