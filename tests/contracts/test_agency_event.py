"""What an agency's program is given: typed where it may be, silent about what was cut, and each event once."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from tests.contracts.test_envelope import envelope
from tongxin_contracts.agency_event import AgencyEvent, UnreadableEvent
from tongxin_contracts.catalogue import EVENTS
from tongxin_contracts.proposals.events import ProposalFiled
from tongxin_contracts.seen import Seen
from tongxin_contracts.words import Category

CUT = {
    "proposal_id": "019a2b3c-0000-7000-8000-000000000001",
    "number": "八届二次第0012号",
    "category": "economy",
    "suggestions": ["一是𠮷祥里。"],
}


def event(data: dict[str, object], type_: str = ProposalFiled.type_name()) -> AgencyEvent:
    """An event with this content."""
    return AgencyEvent(envelope=envelope(type=type_), data=data)


def test_what_came_is_typed_and_what_was_cut_is_absent() -> None:
    message = event(CUT).message()
    assert isinstance(message, ProposalFiled)
    assert message.proposal_id == UUID(CUT["proposal_id"])  # type: ignore[arg-type]
    assert message.category is Category.ECONOMY
    assert message.suggestions == ("一是𠮷祥里。",)
    assert message.model_fields_set == set(CUT)
    for absent in set(ProposalFiled.model_fields) - set(CUT):
        assert not hasattr(message, absent), absent


def test_a_newer_senders_field_stays_in_the_data() -> None:
    newer = event(CUT | {"unit": "县水务局"})
    assert newer.data["unit"] == "县水务局"
    assert isinstance(newer.message(), ProposalFiled)


def test_an_unknown_type_has_no_class() -> None:
    assert event(CUT, "tongxin.proposals.proposal_praised.v1").message() is None


def test_a_wrong_value_is_said() -> None:
    with pytest.raises(ValidationError, match="proposal_id"):
        event(CUT | {"proposal_id": "第十二号"}).message()


@pytest.mark.parametrize("known", EVENTS, ids=lambda known: known.type_name())
def test_every_event_can_come_with_nothing_in_it(known: type) -> None:
    message = event({}, known.type_name()).message()  # type: ignore[attr-defined]
    assert isinstance(message, known)
    assert message.model_fields_set == set()  # type: ignore[attr-defined]


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"null", b'"x"', b"\xff"])
def test_what_is_no_event_is_unreadable(payload: bytes) -> None:
    with pytest.raises(UnreadableEvent):
        AgencyEvent.read(envelope().headers(), payload)
    with pytest.raises(UnreadableEvent, match="ce-id"):
        AgencyEvent.read({}, b"{}")


def test_an_event_is_seen_once_it_was_added() -> None:
    seen, id_ = Seen(), uuid4()
    assert id_ not in seen
    seen.add(id_)
    assert id_ in seen


def test_a_file_remembers_across_starts_and_a_torn_line(tmp_path: Path) -> None:
    file = tmp_path / "seen.txt"
    first, second, third = uuid4(), uuid4(), uuid4()
    seen = Seen(file)
    seen.add(first)
    seen.add(second)
    with file.open("a") as torn:
        torn.write(str(third)[:11])  # the power went
    again = Seen(file)
    assert first in again
    assert second in again
    again.add(third)
    assert third in Seen(file)
    assert file.read_text().split() == [str(first), str(second), str(third)]


def test_only_the_last_ones_are_kept_in_memory_and_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "seen.txt"
    seen, ids = Seen(file, keep=10), [uuid4() for _ in range(95)]
    for id_ in ids:
        seen.add(id_)
    assert len(seen) == 10
    assert [id_ for id_ in ids if id_ in seen] == ids[-10:]
    assert len(file.read_text().split()) < 2 * 10
    assert [id_ for id_ in ids if id_ in Seen(file, keep=10)] == ids[-10:]
