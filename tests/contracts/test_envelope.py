"""The envelope goes through headers and back unchanged, whatever text is in it, and says what is wrong when it is not one."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tongxin_contracts.envelope import TRACEPARENT, Envelope, EnvelopeError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
"""Anything but halves of surrogate pairs, which are no text."""


def envelope(**parts: object) -> Envelope:
    """An envelope in which only some parts matter."""
    plain: dict[str, object] = {
        "id": uuid4(),
        "type": "tongxin.proposals.proposal_filed.v1",
        "source": "proposals",
        "time": datetime(2026, 11, 21, 8, 30, 15, 123456, tzinfo=UTC),
        "committee": "340921",
        "actor": str(uuid4()),
        "aggregate": uuid4(),
        "version": 2,
        "correlation_id": uuid4(),
        "causation_id": uuid4(),
    }
    return Envelope(**(plain | parts))  # type: ignore[arg-type]


@given(
    actor=TEXT,
    type_=TEXT,
    source=TEXT,
    committee=TEXT,
    ids=st.tuples(st.uuids(), st.uuids(), st.uuids(), st.uuids()),
    version=st.integers(1, 2**31 - 1),
    epoch=st.integers(1, 10_000),
    time=st.datetimes(timezones=st.just(UTC)) | st.datetimes(timezones=st.just(timezone(timedelta(hours=8)))),
    traceparent=st.none() | st.from_regex(r"\A00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]\Z"),
)
@example(
    actor="😀 👨‍👩‍👧 𠮷 䶮 %41 100%\r\nNats-Msg-Id: forged\t\"'\\\x00\x7f",
    type_="%",
    source="%25",
    committee=" \n ",
    ids=(UUID(int=0), UUID(int=1), UUID(int=2), UUID(int=3)),
    version=1,
    epoch=1,
    time=datetime(2026, 1, 1, tzinfo=UTC),
    traceparent=None,
)
def test_any_text_comes_back(
    actor: str,
    type_: str,
    source: str,
    committee: str,
    ids: tuple[UUID, UUID, UUID, UUID],
    version: int,
    epoch: int,
    time: datetime,
    traceparent: str | None,
) -> None:
    before = envelope(
        id=ids[0],
        aggregate=ids[1],
        correlation_id=ids[2],
        causation_id=ids[3],
        actor=actor,
        type=type_,
        source=source,
        committee=committee,
        version=version,
        epoch=epoch,
        time=time,
        traceparent=traceparent,
    )
    headers = before.headers()
    assert Envelope.from_headers(headers) == before
    for name, value in headers.items():
        assert value.isascii()
        assert value.isprintable(), name
        assert " " not in value, "a header's outer space would be lost"


def test_a_line_break_makes_no_header() -> None:
    assert "\n" not in "".join(envelope(actor="x\r\nNats-Msg-Id: forged").headers().values())


def test_it_is_cloudevents_1_0_in_binary_mode() -> None:
    headers = envelope().headers()
    assert headers["ce-specversion"] == "1.0"
    assert {"ce-id", "ce-type", "ce-source", "ce-time"} <= set(headers)
    assert headers["content-type"] == "application/json"
    attributes = [name.removeprefix("ce-") for name in headers if name.startswith("ce-")]
    assert all(name.isalnum() and name == name.lower() for name in attributes), (
        "CloudEvents: a-z and 0-9 only"
    )


def test_a_trace_is_there_only_when_there_is_one() -> None:
    assert TRACEPARENT not in envelope().headers()
    assert Envelope.from_headers(envelope().headers()).traceparent is None


REQUIRED = sorted(set(envelope().headers()) - {"ce-specversion", "ce-epoch", "content-type"})


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_header_is_named(name: str) -> None:
    headers = envelope().headers()
    del headers[name]
    with pytest.raises(EnvelopeError, match=name):
        Envelope.from_headers(headers)


@pytest.mark.parametrize(
    "name", ["ce-id", "ce-time", "ce-aggregate", "ce-aggregateversion", "ce-correlationid"]
)
def test_nonsense_is_an_envelope_error(name: str) -> None:
    with pytest.raises(EnvelopeError):
        Envelope.from_headers(envelope().headers() | {name: "nonsense"})


def test_no_headers_at_all_is_an_envelope_error() -> None:
    with pytest.raises(EnvelopeError):
        Envelope.from_headers(None)
