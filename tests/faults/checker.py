"""Judges a history: which invariant does not hold. Reads nothing but the history, so it can be asked again any time.

`python -m tests.faults.checker build/faults/X.history.jsonl`. Always holds: it knows the rules' state graphs and the
invariants of docs/faults.md and nothing of how the house works; of several observations the last one is judged, and
what earlier ones saw must not have been taken back.

I1 what was promised is committed, what is committed is in its stream · I2 everything took effect, once · I3 in the order
of versions · I4 points shown are the ledger's sum and the ledger is what happened · I5 no step outside the graphs, no
deadline lost or moved earlier · I7 nothing is left in anybody's hands.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from services.consultation.rules.planning import PLAN_GRAPH
from services.consultation.rules.topics import GRAPH as TOPICS
from services.proposals.rules.commitments import GRAPH as COMMITMENTS
from services.proposals.rules.handling_states import GRAPH as HANDLINGS
from services.proposals.rules.states import GRAPH as PROPOSALS
from tests.faults.frame import NOT_OBSERVED, read_history

Line = dict[str, Any]
Edges = frozenset[tuple[str | None, str]]


def _edges(graph: Mapping[Any, Mapping[Any, Any]]) -> Edges:
    """Pairs a history may show; where a graph does not say how a thing begins, it may begin in any state."""
    found = {(_value(begin), _value(end)) for begin, steps in graph.items() for end in steps.values()}
    if None not in graph:
        found |= {(None, _value(state)) for state in graph}
    return frozenset((begin, end) for begin, end in found if end is not None)


def _value(state: Any) -> str | None:
    return None if state is None else str(state.value)


_PROCESSES: Final[Edges] = frozenset(
    {(None, "running"), ("running", "to_conclude"), ("to_conclude", "concluded")}
)
"""The steps in between are the template's own."""

GRAPHS: Final[Mapping[str, Sequence[Edges]]] = {
    "proposals": [_edges(PROPOSALS), _edges(HANDLINGS), _edges(COMMITMENTS)],
    "consultation": [_edges(TOPICS), _edges(PLAN_GRAPH), _PROCESSES],
}


def judge(lines: Sequence[Line]) -> list[str]:
    """Every invariant that does not hold, in words; a history without an observation is one itself."""
    seen = _observations(lines)
    if not seen:
        return ["nothing was observed"]
    last = seen[-1]
    found: list[str] = []
    for rule in (
        _lost,
        _order_in_stream,
        _not_taken,
        _doubled,
        _not_agreed,
        _points,
        _steps,
        _review_deadlines,
    ):
        found += rule(last)
    found += _broken_promises([line for line in lines if line["kind"] == "promise"], last)
    for before, after in pairwise(seen):
        found += _taken_back(before, after)
    return found


def _observations(lines: Sequence[Line]) -> list[dict[str, list[Line]]]:
    """Lines by kind, one mapping for each observation."""
    seen: list[dict[str, list[Line]]] = []
    for line in lines:
        if line["kind"] == "observation":
            seen.append(defaultdict(list))
            seen[-1]["observation"].append(line)
        elif seen and line["kind"] not in NOT_OBSERVED:
            seen[-1][line["kind"]].append(line)
    return seen


def _broken_promises(promises: Iterable[Line], seen: Mapping[str, list[Line]]) -> Iterator[str]:
    committed = Counter((line["aggregate"], line["version"]) for line in seen["committed"])
    for line in promises:
        version = line["version"]
        if line["outcome"] == "done" and version and (line["aggregate"], version) not in committed:
            yield f"I1: {line['aggregate']} version {version} was acknowledged and is gone"
    for (aggregate, version), number in committed.items():
        if number > 1:
            yield f"I2: {aggregate} version {version} was stated {number} times"


def _lost(seen: Mapping[str, list[Line]]) -> Iterator[str]:
    streamed = {line["event"] for line in seen["streamed"]}
    missing = Counter(line["stream"] for line in seen["committed"] if line["event"] not in streamed)
    for stream, number in missing.items():
        yield f"I1: {number} committed events are not in {stream}"


def _order_in_stream(seen: Mapping[str, list[Line]]) -> Iterator[str]:
    if not seen["observation"][0].get("ordered_streams", True):
        return
    place = {line["event"]: line for line in seen["committed"]}
    reached: dict[tuple[str, str], int] = {}
    for event in dict.fromkeys(line["event"] for line in seen["streamed"]):
        if event not in place:
            continue
        line = place[event]
        key = line["stream"], line["aggregate"]
        before = reached.get(key, 0)
        # An aggregate's versions may go to two streams; within each they rise.
        if line["version"] <= before:
            yield f"I3: {line['aggregate']}: version {line['version']} follows {before} in {line['stream']}"
        reached[key] = line["version"]


def _not_taken(seen: Mapping[str, list[Line]]) -> Iterator[str]:
    newest: dict[str, dict[str, int]] = defaultdict(dict)
    for line in seen["committed"]:
        known = newest[line["stream"]]
        known[line["aggregate"]] = max(line["version"], known.get(line["aggregate"], 0))
    gates = {(line["follower"], line["stream"], line["aggregate"]): line["version"] for line in seen["gate"]}
    for line in seen["follows"]:
        follower, stream = line["follower"], line["stream"]
        behind = [a for a, version in newest[stream].items() if gates.get((follower, stream, a), 0) < version]
        if behind:
            yield f"I2: {follower} has not taken all of {len(behind)} aggregates of {stream}"
    newest_of = {(stream, a): version for stream, known in newest.items() for a, version in known.items()}
    for (follower, stream, aggregate), version in gates.items():
        if version > newest_of.get((stream, aggregate), 0):
            yield f"I1: {follower} took version {version} of {aggregate}, which its owner does not know"
    for line in seen["held"]:
        yield f"I7: {line['follower']} still holds {line['letters']} letters of {line['stream']}"


def _doubled(seen: Mapping[str, list[Line]]) -> Iterator[str]:
    for line in seen["effect"]:
        if line["times"] > 1:
            yield f"I2: {line['service']} has {line['table']} {line['key']} {line['times']} times"


def _not_agreed(seen: Mapping[str, list[Line]]) -> Iterator[str]:
    """What others made of the proposals' events, against the proposals themselves."""
    following = {line["follower"] for line in seen["follows"]}
    filed = {line["id"] for line in seen["proposal"] if line["state"] == "filed"}
    waiting = {line["id"] for line in seen["proposal"] if line["state"] == "submitted"}
    if "consultation" in following:
        # What was taken as a topic stays when its owner goes back: it is consultation's own by then.
        own = {line["id"] for line in seen["candidate"] if line.get("taken")}
        candidates = {line["id"] for line in seen["candidate"]} - (own - filed)
        if candidates != filed:
            yield f"I2: {len(filed ^ candidates)} filed proposals and candidates are not the same"
    if "notify" in following:
        work = Counter(line["matter"] for line in seen["open_work"] if line["of"] == "review_proposal")
        if set(work) != waiting or any(number > 1 for number in work.values()):
            yield f"I5: work of review is open on {len(work)} proposals, {len(waiting)} wait for it"


def _points(seen: Mapping[str, list[Line]]) -> Iterator[str]:
    members = {line["person"]: line["id"] for line in seen["member"]}
    owed: Counter[tuple[str, str, str]] = Counter()
    for line in seen["proposal"]:
        # What was taken back before it was decided counts for nobody.
        if line["first_proposer"] in members and line["alone"] and line["state"] != "withdrawn":
            member = members[line["first_proposer"]]
            owed[member, "proposal_submitted", line["id"]] += 1
            if line["state"] == "filed":
                owed[member, "proposal_filed", line["id"]] += 1
    standing = Counter(
        (line["member"], line["of"], line["matter"])
        for line in seen["fact"]
        if line["of"] in {"proposal_submitted", "proposal_filed"}
    )
    if any(line["follower"] == "members" for line in seen["follows"]) and owed != standing:
        yield (
            f"I4: {len(owed - standing)} duties done are in no ledger, "
            f"{len(standing - owed)} in a ledger were not done"
        )
    for line in seen["points"]:
        total = Decimal(line["total"])
        if sum(map(Decimal, line["lines"]), Decimal(0)) != total or Decimal(line["shown"]) != total:
            yield f"I4: {line['member']} is shown {line['shown']}, the ledger says {total} of {line['lines']}"


def _steps(seen: Mapping[str, list[Line]]) -> Iterator[str]:
    chains: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in seen["step"]:
        chains[line["service"], line["aggregate"]].append(line)
    for (service, aggregate), chain in chains.items():
        if [line["sequence"] for line in chain] != list(range(1, len(chain) + 1)):
            yield f"I5: history of {aggregate} has a gap"
        moved = [(line["from"], line["to"]) for line in chain if "to" in line and line["from"] != line["to"]]
        state = None
        for begin, end in moved:
            if begin != state:
                yield f"I5: {aggregate} went from {begin} although it was {state}"
            state = end
        graphs = GRAPHS.get(service, ())
        if graphs and moved and not any(set(moved) <= edges for edges in graphs):
            yield f"I5: {aggregate} of {service} took a step outside the graph: {moved}"


def _review_deadlines(seen: Mapping[str, list[Line]]) -> Iterator[str]:
    standing = Counter(
        line["matter"]
        for line in seen["deadline"]
        if line["of"] == "review_due" and not line["fired"] and not line["cancelled"]
    )
    fired = {line["matter"] for line in seen["deadline"] if line["of"] == "review_due" and line["fired"]}
    for line in seen["proposal"]:
        wanted = int(line["state"] == "submitted" and line["id"] not in fired)
        if standing[line["id"]] != wanted:
            yield f"I5: {line['id']} is {line['state']} and has {standing[line['id']]} deadlines of review"


def _taken_back(before: Mapping[str, list[Line]], after: Mapping[str, list[Line]]) -> Iterator[str]:
    """What one observation saw and a later one must still show."""
    later = {(line["service"], line["id"]): line for line in after["deadline"]}
    for line in before["deadline"]:
        now = later.get((line["service"], line["id"]))
        if now is None:
            yield f"I5: deadline {line['of']} of {line['matter']} is lost"
        elif now["due_at"] < line["due_at"]:
            yield f"I5: deadline {line['of']} of {line['matter']} was moved earlier"
        elif line["fired"] and not now["fired"]:
            yield f"I5: deadline {line['of']} of {line['matter']} had fired and waits again"
    kept = {line["event"] for line in after["committed"]}
    gone = sum(line["event"] not in kept for line in before["committed"])
    if gone:
        yield f"I1: {gone} committed events are gone from the outbox"


def main(path: Path, say: Callable[[str], object] = sys.stdout.write) -> int:
    """Judge one file and say what was found; the status is 1 when an invariant does not hold."""
    lines = read_history(path)
    found = judge(lines)
    say(f"{path}: {len(lines)} lines, {found or 'all holds'}\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(max(main(Path(name)) for name in sys.argv[1:]))
