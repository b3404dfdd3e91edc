"""What leaves a service at its edges: answers, metrics, connections; each limit is a clear word and not a broken one."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chassis import bus
from chassis.announcing import Announcer
from chassis.clock import SystemClock
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.failpoints import Failpoints
from chassis.files import ObjectStoreFiles
from chassis.handling import MAX_REPLY, Front, handles
from chassis.health import Health
from chassis.identity import TokenSigner, TokenVerifier, body_digest
from chassis.ids import new_id
from chassis.inbox import Inbox, Outcome
from chassis.problems import Refusal, TooLarge, Unavailable
from chassis.sealing import Sealer
from chassis.work import Tools, Work
from infra.local.stack import Stack
from tests.bus.wire import STREAM, Wire
from tests.house import COUNTY, House, person, portal_settings
from tests.waiting import until_async
from tongxin_contracts.message import Answer
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import SaveDraft
from tongxin_contracts.proposals.queries import MyProposals, MyProposalsAnswer


@pytest.fixture
async def desk(wire: Wire) -> AsyncIterator[dict[str, Any]]:
    """Proposals' desk with one query, whose answer a test chooses."""
    chosen: dict[str, Any] = {}

    async def answer(_query: MyProposals, _work: Work) -> Answer:
        found: Answer = chosen["answer"]
        return found

    database = Database(wire.stack.database_url("proposals", "app"), pool_size=2)
    settings = portal_settings(wire.stack).model_copy(
        update={"nats_seed_file": wire.stack.keys.seed("proposals")}
    )
    front = Front(
        "proposals",
        [handles(MyProposals, answer)],
        database=database,
        verifier=TokenVerifier(wire.stack.keys.token_public.read_bytes(), service="proposals"),
        tools=Tools(
            clock=SystemClock(),
            files=ObjectStoreFiles(wire.sender.jetstream()),
            sealer=Sealer.from_file(wire.stack.keys.sealing),
        ),
        announcer=Announcer("proposals", wire.sender),
        failpoints=Failpoints(),
        epoch=1,
    )
    made = bus.Desk(settings, "proposals", [MyProposals], front.respond)
    await made.start()
    try:
        yield chosen
    finally:
        await made.stop()
        await database.close()


class Long(Answer):
    """An answer of any length."""

    text: str


async def ask(stack: Stack) -> Answer:
    house = await House.open(stack)
    try:
        return await house.ask(MyProposals(committee=COUNTY), person(Role.MEMBER))
    finally:
        await house.close()


async def test_an_answer_above_the_limit_is_a_problem_that_says_so(wire: Wire, desk: dict[str, Any]) -> None:
    desk["answer"] = Long(text="长" * MAX_REPLY)
    with pytest.raises(TooLarge, match="256 KB"):
        await ask(wire.stack)
    desk["answer"] = MyProposalsAnswer.model_construct(drafts=[], proposals=[])
    await ask(wire.stack)


async def test_an_answer_this_code_cannot_read_says_that_the_system_is_being_upgraded(
    wire: Wire, desk: dict[str, Any]
) -> None:
    desk["answer"] = Long(text="一个更新的服务的回答")
    with pytest.raises(Unavailable, match="升级"):
        await ask(wire.stack)


class SlowClock:
    """A minute behind the machine."""

    def now(self) -> datetime:
        """The present instant, wrongly."""
        return SystemClock().now() - timedelta(minutes=1)


async def test_a_request_taken_for_late_is_refused_and_not_a_riddle(wire: Wire, desk: dict[str, Any]) -> None:
    """Whoever asks by a clock that is behind names a deadline that has passed: nothing is done, and it is said."""
    desk["answer"] = MyProposalsAnswer.model_construct(drafts=[], proposals=[])
    connection = await bus.connect(portal_settings(wire.stack), "portal")
    signer = TokenSigner(wire.stack.keys.token_private.read_bytes())
    with pytest.raises(Unavailable):
        await bus.Caller(connection, signer, SlowClock()).call(
            MyProposals(committee=COUNTY), person(Role.MEMBER), new_id()
        )
    await connection.close()


async def test_a_request_the_bus_cannot_carry_is_too_large(wire: Wire) -> None:
    settings = portal_settings(wire.stack)
    connection = await bus.connect(settings, "portal")
    caller = bus.Caller(connection, TokenSigner(wire.stack.keys.token_private.read_bytes()), SystemClock())
    huge = SaveDraft.model_construct(committee=COUNTY, draft_id=new_id(), revision=0, title="长" * 500_000)
    with pytest.raises(Refusal) as refused:
        await caller.call(huge, person(Role.MEMBER), new_id())
    assert isinstance(refused.value, TooLarge)
    await connection.close()


async def test_a_client_that_closed_itself_for_good_is_noticed(wire: Wire) -> None:
    lost = asyncio.Event()
    client = await bus.connect(portal_settings(wire.stack), "portal", on_lost=lost.set)
    # As it does with most errors a server reports, and then it never comes back.
    await client._process_err("'Invalid Client Protocol'")
    await asyncio.wait_for(lost.wait(), 5)
    assert client.is_closed


async def test_batches_that_fail_leave_nothing_behind_in_the_client(wire: Wire) -> None:
    looked = 0

    class Failing(Inbox):
        async def carry_out_wishes(self) -> Outcome:
            nonlocal looked
            looked += 1
            raise ConnectionResetError

    wire_inbox = wire.inbox("leaking")
    wire_inbox.__class__ = Failing
    consumer = Consumer(
        STREAM,
        "consultation",
        wire_inbox,
        connection=wire.reader,
        announcer=Announcer("consultation", wire.reader),
        failpoints=Failpoints(),
    )
    before = len(wire.reader._subs)
    task = asyncio.create_task(consumer.run())
    await until_async(lambda: looked >= 3, "it failed three times", limit=20)
    consumer.stop()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len(wire.reader._subs) <= before + 1


async def test_metrics_are_there_when_the_database_is_not() -> None:
    async def away() -> None:
        raise ConnectionRefusedError

    application = Health({}, collect=away).application()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application), base_url="http://health"
    ) as client:
        page = await client.get("/metrics")
    assert page.status_code == 200
    assert "tongxin_relay_batches_total" in page.text


async def test_a_role_of_a_newer_portal_gives_no_rights_and_takes_none_away(wire: Wire) -> None:
    key = load_pem_private_key(wire.stack.keys.token_private.read_bytes(), password=None)
    request_id, body, now = new_id(), b"{}", SystemClock().now()
    claims = {
        "iss": "tongxin-portal",
        "aud": "proposals",
        "sub": str(new_id()),
        "com": COUNTY,
        "rol": [Role.MEMBER.value, "a_role_of_tomorrow"],
        "jti": str(request_id),
        "dig": body_digest(body),
        "iat": int(now.timestamp()),
        "exp": int(now.timestamp()) + 60,
    }
    token = jwt.encode(claims, key, algorithm="EdDSA")  # type: ignore[arg-type]
    verifier = TokenVerifier(wire.stack.keys.token_public.read_bytes(), service="proposals")
    assert verifier.verify(token, request_id=request_id, body=body).roles == (Role.MEMBER,)
