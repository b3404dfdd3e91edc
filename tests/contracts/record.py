"""Records events as they were on the bus, so that tomorrow's code can be shown what yesterday's wrote (F16).

`python -m tests.contracts.record` loads the demo city on servers of its own and reads what its services published;
an event the demo never states is made from its schema. Always holds: a line that was recorded once is never written
again or taken away, for that is what the older version wrote; a run only adds what the corpus has no example of.
"""

import asyncio
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg

from chassis.ids import new_id
from infra.local.stack import Stack
from tests.conftest import temporary_folder
from tests.sample_bodies import sample_event
from tongxin.demo import load_demo
from tongxin_contracts.catalogue import EVENTS
from tongxin_contracts.envelope import Envelope
from tongxin_contracts.message import Event
from tongxin_contracts.subjects import OWNERS

CORPUS: Final = Path(__file__).parent / "corpus"
COMMITTEE: Final = "340921"
NOBODY: Final = "system:record"
"""Who states what is made from a schema."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event as it was on the bus."""

    subject: str
    headers: dict[str, str]
    payload: str

    @property
    def type(self) -> str:
        """Its CloudEvents type."""
        return self.headers["ce-type"]

    @property
    def made(self) -> bool:
        """Whether nobody stated it: it was made from its schema."""
        return self.headers["ce-actor"] == NOBODY

    @property
    def shape(self) -> tuple[str, tuple[str, ...]]:
        """Its type and which of its fields say something; a new shape is worth recording."""
        said = json.loads(self.payload)
        return self.type, tuple(sorted(name for name, value in said.items() if value not in (None, [], {})))


def corpus(folder: Path = CORPUS) -> list[Recorded]:
    """Every recorded event, by service and in the order they were recorded."""
    return [
        Recorded(**json.loads(line))
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]


def made(event: type[Event]) -> Recorded:
    """An event nobody stated yet, from its schema."""
    envelope = Envelope(
        id=new_id(),
        type=event.type_name(),
        source=event.service,
        time=datetime.now(UTC),
        committee=COMMITTEE,
        actor=NOBODY,
        aggregate=new_id(),
        version=1,
        correlation_id=new_id(),
        causation_id=new_id(),
    )
    said = sample_event(event).model_dump_json()
    if event.message_name == "task_opened":
        said = json.dumps(json.loads(said) | {"assignee_role": "admin"})  # somebody's it has to be
    return Recorded(event.subject(COMMITTEE), envelope.headers(), said)


def missing(stated: Iterable[Recorded], known: Iterable[Recorded]) -> Iterator[Recorded]:
    """What is worth adding: the first stated event of each shape, and one of each type that nobody stated."""
    known = list(known)
    shapes = {one.shape for one in known if not one.made}
    types = {one.type for one in known}
    for one in stated:
        types.add(one.type)
        if one.shape not in shapes:
            shapes.add(one.shape)
            yield one
    yield from (made(event) for event in EVENTS if event.type_name() not in types)


def add(found: Iterable[Recorded], folder: Path = CORPUS) -> int:
    """Append to the corpus, a file a service; returns how many."""
    number = 0
    for number, one in enumerate(found, 1):  # noqa: B007  (the last one is the count)
        with (folder / f"{one.headers['ce-source']}.jsonl").open("a", encoding="utf-8") as file:
            line = {"subject": one.subject, "headers": one.headers, "payload": one.payload}
            file.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
    return number


def stated_by_the_demo() -> list[Recorded]:
    """Load the demo city and read every outbox; contact data, which leaves it when it is published, is not there."""
    with temporary_folder() as folder:
        stack = Stack(folder).start()
        try:
            load_demo(stack, print)
            return asyncio.run(_read_all(stack))
        finally:
            stack.stop()


async def _read_all(stack: Stack) -> list[Recorded]:
    found = []
    for owner in OWNERS:
        connection = await asyncpg.connect(stack.admin_url.rsplit("/", 1)[0] + f"/{owner}")
        rows = await connection.fetch(
            "select message_id, subject, headers, payload from outbox"
            " where payload is not null and stream like 'EVT_%' order by id"
        )
        await connection.close()
        found += [_recorded(row) for row in rows]
    return found


def _recorded(row: Any) -> Recorded:
    message_id: UUID = row["message_id"]
    headers = json.loads(row["headers"]) | {"Nats-Msg-Id": str(message_id)}
    return Recorded(row["subject"], headers, bytes(row["payload"]).decode())


def main() -> None:
    """Record what the corpus does not have yet."""
    CORPUS.mkdir(exist_ok=True)
    number = add(list(missing(stated_by_the_demo(), corpus())))
    sys.stdout.write(f"{number} events added, {len(corpus())} in {CORPUS}\n")


if __name__ == "__main__":
    main()
