"""The checker finds what it is there for: each invariant broken once, in histories made for it."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.faults import table
from tests.faults.checker import judge, main
from tests.faults.load import Act, unexpected

Line = dict[str, Any]


def test_an_answer_nobody_should_get_is_named() -> None:
    def act(command: str, outcome: str) -> Act:
        return Act(0, command, "p", None, 1, 0.0, 0.0, outcome)

    assert unexpected([act("FileProposal", "done"), act("TakeTopic", "not-found")]) == []
    assert len(unexpected([act("FileProposal", "fault"), act("SaveDraft", "unanswered")])) == 2


def history() -> list[Line]:
    """One proposal of one member, handed in and filed, seen twice: while it waited, and afterwards."""
    deadline = {"kind": "deadline", "service": "proposals", "id": "d", "matter": "p", "of": "review_due"}
    waiting = deadline | {"due_at": 100.0, "fired": False, "cancelled": False}
    proposal = {"kind": "proposal", "id": "p", "first_proposer": "somebody", "alone": True}
    first = {"kind": "committed", "stream": "EVT_PROPOSALS", "event": "e1", "aggregate": "p", "version": 1}
    step = {"kind": "step", "service": "proposals", "aggregate": "p"}
    fact = {"kind": "fact", "member": "m", "matter": "p"}
    return [
        {"kind": "begin", "test": "t", "seed": 1},
        {"kind": "observation"},
        first,
        {"kind": "streamed", "stream": "EVT_PROPOSALS", "event": "e1"},
        {**proposal, "state": "submitted"},
        waiting,
        {"kind": "promise", "aggregate": "p", "version": 2, "outcome": "done"},
        {"kind": "observation"},
        first,
        {**first, "event": "e2", "version": 2},
        {"kind": "streamed", "stream": "EVT_PROPOSALS", "event": "e1"},
        {"kind": "streamed", "stream": "EVT_PROPOSALS", "event": "e2"},
        *({"kind": "follows", "follower": who, "stream": "EVT_PROPOSALS"} for who in FOLLOWERS),
        *(
            {"kind": "gate", "follower": who, "stream": "EVT_PROPOSALS", "aggregate": "p", "version": 2}
            for who in FOLLOWERS
        ),
        {"kind": "effect", "service": "notify", "table": "notice", "key": "(a,b,p)", "times": 1},
        {**proposal, "state": "filed"},
        {"kind": "candidate", "id": "p"},
        {"kind": "member", "id": "m", "person": "somebody"},
        {**fact, "of": "proposal_submitted"},
        {**fact, "of": "proposal_filed"},
        {"kind": "points", "member": "m", "shown": "3", "total": "3", "lines": ["1", "2"]},
        {**step, "sequence": 1, "from": None, "to": "submitted"},
        {**step, "sequence": 2, "from": "submitted", "to": "filed"},
        {**waiting, "cancelled": True},
    ]


FOLLOWERS = ("members", "consultation", "notify")


def changed(
    kind: str, /, *, which: int = -1, drop: bool = False, add: bool = False, **facts: Any
) -> list[Line]:
    """The history with its last line of a kind changed, dropped, or stated a second time with changes."""
    lines = deepcopy(history())
    places = [place for place, line in enumerate(lines) if line["kind"] == kind]
    place = places[which]
    if drop:
        del lines[place]
    elif add:
        lines.insert(place + 1, lines[place] | facts)
    else:
        lines[place] |= facts
    return lines


def test_a_sound_history_is_sound() -> None:
    assert judge(history()) == []


@pytest.mark.parametrize(
    ("broken", "invariant"),
    [
        (changed("promise", version=3), "I1"),
        (changed("streamed", drop=True), "I1"),
        (changed("committed", which=1, event="e9"), "I1"),
        (changed("gate", version=3), "I1"),
        (changed("gate", version=1), "I2"),
        (changed("gate", which=0, drop=True), "I2"),
        (changed("committed", add=True, event="e3"), "I2"),
        (changed("effect", times=2), "I2"),
        (changed("candidate", drop=True), "I2"),
        (changed("candidate", add=True, id="q"), "I2"),
        (changed("fact", drop=True), "I4"),
        (changed("fact", add=True), "I4"),
        (changed("points", shown="4"), "I4"),
        (changed("points", lines=["1", "1"]), "I4"),
        (changed("step", to="tracked"), "I5"),
        (changed("step", sequence=3), "I5"),
        (changed("step", add=True, sequence=3, **{"from": "filed", "to": "submitted"}), "I5"),
        (changed("step", **{"from": "returned"}), "I5"),
        (changed("deadline", drop=True), "I5"),
        (changed("deadline", due_at=99.0), "I5"),
        (changed("deadline", cancelled=False), "I5"),
        (changed("deadline", which=0, fired=True), "I5"),
        (changed("proposal", state="submitted"), "I5"),
        (changed("proposal", add=True, id="q", state="submitted"), "I5"),
        (changed("follows", add=True, kind="held", letters=1), "I7"),
    ],
)
def test_each_broken_invariant_is_named(broken: list[Line], invariant: str) -> None:
    assert any(found.startswith(invariant) for found in judge(broken)), judge(broken)


def test_versions_out_of_order_in_the_stream_are_named_unless_the_fault_put_them_there() -> None:
    lines = changed("streamed", event="e1")
    places = [place for place, line in enumerate(lines) if line["kind"] == "streamed"]
    lines[places[1]]["event"] = "e2"
    assert [found[:2] for found in judge(lines)] == ["I3"]
    second = [place for place, line in enumerate(lines) if line["kind"] == "observation"][1]
    lines[second]["ordered_streams"] = False
    assert judge(lines) == []


def test_a_history_without_an_observation_is_no_proof() -> None:
    assert judge([line for line in history() if line["kind"] in {"begin", "promise"}]) == [
        "nothing was observed"
    ]


def test_a_file_is_judged_without_any_server(tmp_path: Path) -> None:
    said: list[str] = []
    path = tmp_path / "x.history.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in history()), "utf-8")
    assert main(path, said.append) == 0
    path.write_text("".join(json.dumps(line) + "\n" for line in changed("points", shown="9")), "utf-8")
    assert main(path, said.append) == 1
    assert "I4" in said[-1]


def test_a_fault_holds_only_where_all_its_tests_passed() -> None:
    def result(fault: str, ok: bool, seconds: float | None) -> dict[str, Any]:
        return {"fault": fault, "invariants": ["I1"], "ok": ok, "seconds": seconds, "seed": 7}

    results = [result("F14", True, 2.0), result("F4", True, 1.0), result("F14", False, 9.0)]
    found = [(row["fault"], row["ok"], row["seconds"]) for row in table.rows(results)]
    assert found == [("F4", True, 1.0), ("F14", False, 9.0)]
    assert table.picture(results).count("✗") == 1
    assert table.picture(results).count("not run") == len(table.FAULTS) - 2
