"""What tests do again and again with members: make a roster file, upload it, import it, look at what came of it."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal
from uuid import UUID

from chassis.database import Database, Transaction
from chassis.files import ObjectStoreFiles
from chassis.identity import Actor
from chassis.ids import new_id
from infra.local.stack import Stack
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from services.members.bundled_schemes import bundled_data
from services.members.roster_file import write_csv, write_xlsx
from services.members.rules.roster import RosterRow, roster_table
from tests.house import House, person
from tongxin_contracts.members.commands import AdoptScheme, ImportRoster, RosterImported, SchemeAdoptedAnswer
from tongxin_contracts.members.queries import MemberRow, Roster, RosterPage, RosterReport, RosterReportAnswer
from tongxin_contracts.message import Event
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import Gender, Party, Sector

_SURNAMES = "赵钱孙李周吴郑王冯陈𠮷䶮"
_GIVEN = "一二三四五六七八九十"
_PHONES_PER_COMMITTEE = 10_000


def roster_rows(committee: str, count: int) -> list[RosterRow]:
    """So many invented people; the same ones for the same committee, others for another one."""
    start = int(committee) % 1_000 * _PHONES_PER_COMMITTEE
    return [
        RosterRow(
            row=0,
            name=_SURNAMES[n % 12] + _GIVEN[n // 12 % 10] + _GIVEN[n // 120 % 10],
            phone=f"1990{start + n:07d}",
            sector=list(Sector)[n % len(Sector)],
            gender=Gender.FEMALE if n % 3 == 0 else Gender.MALE,
            special_committee=f"第{n % 8}专门委员会",
            liaison_group=f"第{n % 12}联络组",
            party=list(Party)[n % len(Party)],
            employer=f"第{n}单位",
            post="负责人",
        )
        for n in range(count)
    ]


def as_xlsx(rows: Iterable[RosterRow]) -> bytes:
    """A roster as a spreadsheet."""
    return write_xlsx(roster_table(rows))


def as_gbk(rows: Iterable[RosterRow]) -> bytes:
    """A roster as an office's old program writes it."""
    return write_csv(roster_table(rows), "gb18030")


def office(committee: str) -> Actor:
    """Somebody of the committee's members' office."""
    return person(Role.MEMBERS_OFFICE, committee=committee)


async def upload(house: House, content: bytes) -> str:
    """Put a file where the portal puts it; its SHA-256."""
    return (await ObjectStoreFiles(house.connection.jetstream()).put(content)).digest


async def download(house: House, digest: str) -> bytes:
    """Fetch a file that a service made."""
    return await ObjectStoreFiles(house.connection.jetstream()).get(digest)


async def import_roster(
    house: House, committee: str, content: bytes, filename: str = "名册.xlsx"
) -> RosterImported:
    """Upload and import as the committee's office."""
    command = ImportRoster(
        committee=committee, report_id=new_id(), file=await upload(house, content), filename=filename
    )
    answer = await house.ask(command, office(committee))
    assert isinstance(answer, RosterImported)
    return answer


def counts(answer: RosterImported) -> tuple[int, int, int, int]:
    """Added, changed, unchanged, refused."""
    return answer.added, answer.changed, answer.unchanged, answer.refused


async def report(house: House, committee: str, report_id: UUID) -> RosterReportAnswer:
    """The row-by-row report."""
    answer = await house.ask(RosterReport(committee=committee, report_id=report_id), office(committee))
    assert isinstance(answer, RosterReportAnswer)
    return answer


async def roster_page(house: House, committee: str, **asked: Any) -> RosterPage:
    """A page of the roster."""
    answer = await house.ask(Roster(committee=committee, **asked), office(committee))
    assert isinstance(answer, RosterPage)
    return answer


async def some_members(house: House, committee: str, count: int) -> Sequence[MemberRow]:
    """Import so many people and return them as the roster shows them."""
    await import_roster(house, committee, as_xlsx(roster_rows(committee, count)))
    return (await roster_page(house, committee, limit=100)).members


async def adopt(house: House, committee: str, name: str = "sandikou") -> SchemeAdoptedAnswer:
    """Put one of the bundled schemes in force."""
    command = AdoptScheme(
        committee=committee, scheme_id=new_id(), scheme=dict(bundled_data(name)), source="测试用办法"
    )
    answer = await house.ask(command, office(committee))
    assert isinstance(answer, SchemeAdoptedAnswer)
    return answer


@asynccontextmanager
async def database(
    stack: Stack, *committees: str, kind: Literal["app", "worker"] = "app"
) -> AsyncIterator[Transaction]:
    """A transaction on the members' database with the rights of the service itself, for these committees."""
    opened = Database(stack.database_url("members", kind), pool_size=1)
    try:
        async with opened.transaction(committees) as tx:
            yield tx
    finally:
        await opened.close()


async def stated(stack: Stack, event: type[Event], committee: str) -> list[dict[str, Any]]:
    """Every event of this type in its stream for this committee, the oldest first."""
    subject = event.subject(committee)
    async with bus(stack.nats_url, stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as client:
        stream = client.jetstream()
        info = await stream.stream_info(event.stream(), subjects_filter=subject)
        count = (info.state.subjects or {}).get(subject, 0)
        subscription = await stream.subscribe(subject, ordered_consumer=True)
        found = [json.loads((await subscription.next_msg(timeout=5)).data) for _ in range(count)]
        await subscription.unsubscribe()
    return found
