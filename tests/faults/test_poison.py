"""F8: messages nobody can take: each becomes a letter with its reason, holds its own aggregate, and nothing else."""

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from nats.errors import MaxPayloadError

from chassis import bus, letters
from chassis.ids import new_id
from infra.local.stack import Stack
from tests.faults import signs
from tests.faults.conftest import Processes
from tests.faults.observed import fetch
from tests.house import COUNTY, House, person, portal_settings
from tests.proposals_at_work import file, handed_in, open_session
from tests.waiting import until_async
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.events import ProposalFiled
from tongxin_contracts.words import Category, ProposalKind


@pytest.fixture(autouse=True, scope="module")
async def _session(house: House) -> None:
    await open_session(house)


TRACE = "0af7651916cd43dd8448eb211c80319c"


def envelope(type_: str, aggregate: UUID, version: int = 1, traceparent: str | None = None) -> Envelope:
    return Envelope(
        id=new_id(),
        type=type_,
        source="proposals",
        time=datetime.now(UTC),
        committee=COUNTY,
        actor="system:test",
        aggregate=aggregate,
        version=version,
        correlation_id=new_id(),
        causation_id=new_id(),
        traceparent=traceparent,
    )


def filed_event(proposal_id: UUID, title: str = "某提案") -> ProposalFiled:
    return ProposalFiled(
        proposal_id=proposal_id,
        number="八届二次第9999号",
        term=8,
        session=2,
        serial=9999,
        kind=ProposalKind.INDIVIDUAL,
        category=Category.SOCIETY,
        title=title,
        suggestions=("一",),
        facts="事实",
        analysis="分析",
        first_proposer=uuid4(),
    )


async def publish(
    stack: Stack, payload: bytes, headers: dict[str, str] | None, subject: str | None = None
) -> None:
    """Put a message where only proposals' relay writes, with proposals' own rights."""
    settings = portal_settings(stack).model_copy(update={"nats_seed_file": stack.keys.seed("proposals")})
    connection = await bus.connect(settings, "proposals")
    try:
        await connection.publish(subject or ProposalFiled.subject(COUNTY), payload, headers=headers)
        await connection.flush()
    finally:
        await connection.close()


async def letter_reasons(stack: Stack) -> dict[str, str]:
    """Reason by event id (or by what is wrong, where there is none) of consultation's letters."""
    found = await letters.list_letters(stack.database_url("consultation", "worker"))
    return {str(letter.event_id or letter.explanation): letter.reason for letter in found}


async def candidates(stack: Stack) -> set[UUID]:
    return {
        row["proposal_id"] for row in await fetch(stack, "consultation", "select proposal_id from candidate")
    }


@pytest.mark.fault("F8", invariants="I2 I7 I9", ci=True)
async def test_each_kind_of_poison_is_a_letter_and_stops_nobody_else(
    processes: Processes, house: House
) -> None:
    stack = processes.stack
    bad_json, schema, version = (envelope(ProposalFiled.type_name(), uuid4()) for _ in range(3))
    bug = envelope(ProposalFiled.type_name(), uuid4(), traceparent=f"00-{TRACE}-b7ad6b7169203331-00")
    unknown = Envelope(
        **{
            **{n: getattr(version, n) for n in Envelope.__slots__},
            "type": "tongxin.proposals.proposal_filed.v9",
        }
    )
    await publish(stack, b"{not json", bad_json.headers())
    await publish(stack, b'{"proposal_id": 5}', schema.headers())
    await publish(stack, filed_event(unknown.aggregate).model_dump_json().encode(), unknown.headers())
    # PostgreSQL takes no NUL in text: valid by its schema, and the reaction fails on it.
    await publish(stack, filed_event(bug.aggregate, "坏\x00题").model_dump_json().encode(), bug.headers())
    await publish(stack, b"{}", None)
    good = await handed_in(house, person(Role.MEMBER))
    await file(house, good)

    async def good_is_taken() -> bool:
        return good in await candidates(stack)

    await until_async(good_is_taken, "a good proposal is taken although five bad messages came first")
    reasons = await letter_reasons(stack)
    assert reasons[str(bad_json.id)] == "undecodable"
    assert reasons[str(schema.id)] == "undecodable"
    assert reasons[str(unknown.id)] == "unknown_version"
    assert reasons[str(bug.id)] == "failed"
    assert "undecodable" in [reason for key, reason in reasons.items() if "ce-id" in key]

    letters_of = signs.metric(stack, "consultation", "tongxin_dead_letters", reason="undecodable")
    assert letters_of == 3, "I9: the fault shows in a metric"
    assert str(bug.id) in signs.log_of(stack, "consultation"), "I9: the fault shows in a log line"
    traced = [name for trace, name in signs.spans(stack, "consultation") if trace == TRACE]
    assert any(name.endswith("failed") for name in traced), "I9: the fault shows in the event's own trace"


@pytest.mark.fault("F8", invariants="I2 I7 I9", ci=True)
async def test_what_waits_behind_a_letter_comes_in_order_when_it_is_dropped(processes: Processes) -> None:
    stack, aggregate = processes.stack, uuid4()
    first = envelope(ProposalFiled.type_name(), aggregate, 1)
    second = envelope(ProposalFiled.type_name(), aggregate, 2)
    await publish(stack, b"{broken", first.headers())
    await publish(stack, filed_event(aggregate).model_dump_json().encode(), second.headers())
    worker = stack.database_url("consultation", "worker")

    async def waits() -> bool:
        return (
            str(first.id) in await letter_reasons(stack)
            and len(
                [
                    letter
                    for letter in await letters.list_letters(worker, waiting_too=True)
                    if letter.aggregate == aggregate
                ]
            )
            == 2
        )

    await until_async(waits, "the first is a letter and the second waits behind it")
    assert aggregate not in await candidates(stack)
    letter = next(one for one in await letters.list_letters(worker) if one.event_id == first.id)
    assert letter.behind == 1
    assert await letters.wish(worker, letter.id, "drop")

    async def taken() -> bool:
        return aggregate in await candidates(stack)

    await until_async(taken, "the second is taken once the first is dropped")
    assert str(first.id) not in await letter_reasons(stack)


@pytest.mark.fault("F8", invariants="I2 I7 I9", ci=True)
async def test_a_letter_retried_before_it_is_mended_stays_a_letter(processes: Processes) -> None:
    stack, aggregate = processes.stack, uuid4()
    broken = envelope(ProposalFiled.type_name(), aggregate)
    await publish(stack, filed_event(aggregate, "坏\x00题").model_dump_json().encode(), broken.headers())
    worker = stack.database_url("consultation", "worker")

    async def found() -> bool:
        return str(broken.id) in await letter_reasons(stack)

    await until_async(found, "it is a letter")
    letter = next(one for one in await letters.list_letters(worker) if one.event_id == broken.id)
    await letters.wish(worker, letter.id, "retry")

    async def tried() -> bool:
        again = await letters.show_letter(worker, letter.id)
        return again is not None and again.letter.attempts == 1 and again.letter.reason == "failed"

    await until_async(tried, "it was tried again and failed again")


@pytest.mark.fault("F8", invariants="I2 I7 I9", ci=True)
async def test_a_message_above_the_broker_s_limit_cannot_even_be_sent(processes: Processes) -> None:
    with pytest.raises(MaxPayloadError):
        await publish(
            processes.stack, b"x" * 1_100_000, envelope(ProposalFiled.type_name(), uuid4()).headers()
        )


@pytest.mark.fault("F8", invariants="I2 I7 I9", ci=True)
async def test_the_relay_goes_on_after_somebody_wrote_into_its_stream(
    processes: Processes, house: House
) -> None:
    """The poison above moved the stream's last sequence under the relay: it is fenced once and reads it again."""
    proposal_id = await handed_in(house, person(Role.MEMBER))
    await file(house, proposal_id)

    async def taken() -> bool:
        return proposal_id in await candidates(processes.stack)

    await until_async(taken, "events flow on")
    assert "relay_fenced" in processes.running["proposals"].program.log.read_text()
    assert json.loads(processes.running["proposals"].program.last_lines(1))["service"] == "proposals"
