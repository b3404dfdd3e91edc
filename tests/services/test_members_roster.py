"""Rosters: what is good goes in, what is bad is reported with what to do, and nothing goes in twice."""

import asyncio
import time
from dataclasses import replace

import pytest

from chassis.ids import new_id
from chassis.problems import CommandReused, Forbidden, Invalid, Malformed, NotFound, WrongState
from infra.nats.config import OPERATOR_USER
from infra.nats.connection import bus
from services.members.roster_file import write_csv, write_xlsx
from services.members.rules.roster import RosterRow
from tests.house import BESIDE, CITY, House, person
from tests.members_at_work import (
    as_gbk,
    as_xlsx,
    counts,
    database,
    download,
    import_roster,
    office,
    report,
    roster_page,
    roster_rows,
    stated,
    upload,
)
from tests.waiting import until_async
from tongxin_contracts.members.commands import ExportRoster, FileMade, ImportRoster
from tongxin_contracts.members.events import MemberAdmitted, MemberChanged, PersonContact
from tongxin_contracts.members.queries import Dossier, DossierAnswer, MemberRow, Roster, RosterReport
from tongxin_contracts.message import Event
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import Gender, MemberRank, RosterRowOutcome, Sector


async def dossier(house: House, committee: str, member: MemberRow) -> DossierAnswer:
    answer = await house.ask(Dossier(committee=committee, member_id=member.member_id), office(committee))
    assert isinstance(answer, DossierAnswer)
    return answer


async def until_stated(house: House, event: type[Event], committee: str, number: int) -> list[dict[str, str]]:
    async def is_so() -> bool:
        return len(await stated(house.stack, event, committee)) >= number

    await until_async(is_so, f"{number} × {event.__name__} of {committee}")
    found = await stated(house.stack, event, committee)
    assert len(found) == number
    return found


async def test_a_roster_of_320_goes_in_as_members_and_contacts(house: House) -> None:
    committee = "341001"
    content = as_xlsx(roster_rows(committee, 320))
    started = time.perf_counter()
    answer = await import_roster(house, committee, content)
    took = time.perf_counter() - started
    assert counts(answer) == (320, 0, 0, 0)
    assert took < 5, f"320 rows took {took:.2f} s"
    contacts = await until_stated(house, PersonContact, committee, 320)
    admitted = await until_stated(house, MemberAdmitted, committee, 320)
    assert {one["person_id"] for one in contacts} == {one["person_id"] for one in admitted}
    assert {one["member_of"] for one in contacts} == {committee}
    assert not {"name", "phone", "party"} & set(admitted[0])


async def test_bad_rows_are_reported_one_by_one_and_good_rows_go_in(house: House) -> None:
    committee = "341002"
    table = [
        ["姓名", "界别", "手机号码", "出生日期"],
        ["方知远", "经济界", "19900020001", "1975-06-18"],
        ["李不明", "冰雪界别处", "19900020002", ""],
        ["王少一", "教育界", "1990002", ""],
        ["方知远", "经济界", "19900020001", ""],
        ["", "教育界", "19900020003", ""],
        ["赵二月", "农业界", "19900020004", "1980-02-30"],
        ["䶮𠮷", "体育界", "19900020005", ""],
    ]
    content = write_csv(table, "gb18030")
    answer = await import_roster(house, committee, content, "名单.csv")
    assert counts(answer) == (2, 0, 0, 5)
    told = await report(house, committee, answer.report_id)
    assert [row.row for row in told.rows] == [3, 4, 5, 6, 7]
    assert [row.column for row in told.rows] == ["界别", "手机号码", "手机号码", "姓名", "出生日期"]
    assert all(row.remedy and row.outcome is RosterRowOutcome.REFUSED for row in told.rows)
    assert {row.name for row in (await roster_page(house, committee)).members} == {"方知远", "䶮𠮷"}


async def test_the_same_file_twice_changes_nothing(house: House) -> None:
    committee = "341003"
    content = as_gbk(roster_rows(committee, 24))
    assert counts(await import_roster(house, committee, content, "县.csv")) == (24, 0, 0, 0)
    await until_stated(house, PersonContact, committee, 24)
    before = [await dossier(house, committee, row) for row in (await roster_page(house, committee)).members]
    assert counts(await import_roster(house, committee, content, "县.csv")) == (0, 0, 24, 0)
    after = [await dossier(house, committee, row) for row in (await roster_page(house, committee)).members]
    assert before == after
    assert await stated(house.stack, MemberChanged, committee) == []


async def test_a_repeated_command_answers_the_same_and_its_id_serves_once(house: House) -> None:
    committee, request_id, staff = "341004", new_id(), office("341004")
    digest = await upload(house, as_xlsx(roster_rows(committee, 3)))
    command = ImportRoster(committee=committee, report_id=new_id(), file=digest, filename="一.xlsx")
    first = await house.ask(command, staff, request_id)
    assert await house.ask(command, staff, request_id) == first
    with pytest.raises(CommandReused):
        await house.ask(command.model_copy(update={"filename": "二.xlsx"}), staff, request_id)
    with pytest.raises(WrongState, match="已经办理过"):
        await house.ask(command, staff)
    assert len((await roster_page(house, committee)).members) == 3


async def test_two_imports_at_once_admit_nobody_twice(house: House) -> None:
    committee = "341016"
    content = as_xlsx(roster_rows(committee, 60))
    answers = await asyncio.gather(*(import_roster(house, committee, content) for _ in range(4)))
    assert sorted(counts(answer) for answer in answers) == [(0, 0, 60, 0)] * 3 + [(60, 0, 0, 0)]


async def test_what_changed_is_stated_and_kept_from_and_to(house: House) -> None:
    committee = "341005"
    rows = roster_rows(committee, 4)
    await import_roster(house, committee, as_xlsx(rows))
    rows[0] = replace(rows[0], rank=MemberRank.STANDING_MEMBER, employer="新单位")
    rows[1] = replace(rows[1], gender=None, party=None)
    answer = await import_roster(house, committee, as_xlsx(rows))
    assert counts(answer) == (0, 2, 2, 0)
    (change,) = await until_stated(house, MemberChanged, committee, 1)
    assert change["rank"] == "standing_member"
    assert "employer" not in change
    await until_stated(house, PersonContact, committee, 5)
    page = (await roster_page(house, committee)).members
    shown = await dossier(house, committee, next(row for row in page if row.name == rows[0].name))
    assert shown.history[-1].changes["employer"] == ["第0单位", "新单位"]
    assert shown.version == 2
    erased = await dossier(house, committee, next(row for row in page if row.name == rows[1].name))
    assert (erased.gender, erased.party, erased.version) == (None, None, 1)
    assert "中国" not in str(erased.history)
    assert erased.history_intact


async def test_a_phone_under_another_name_is_refused_and_a_namesake_is_pointed_out(house: House) -> None:
    committee = "341006"
    rows = roster_rows(committee, 2)
    await import_roster(house, committee, as_xlsx(rows))
    other_name = replace(rows[0], name="冒名者")
    namesake = replace(rows[1], phone="19911111111")
    answer = await import_roster(house, committee, as_xlsx([other_name, namesake]))
    assert counts(answer) == (1, 0, 0, 1)
    told = (await report(house, committee, answer.report_id)).rows
    assert [row.outcome for row in told] == [RosterRowOutcome.REFUSED, RosterRowOutcome.WARNED]
    assert rows[0].name in told[0].problem
    assert "请核对" in told[0].remedy


async def test_a_column_that_is_not_there_says_nothing(house: House) -> None:
    committee = "341007"
    row = replace(roster_rows(committee, 1)[0], rank=MemberRank.VICE_CHAIR)
    await import_roster(house, committee, as_xlsx([row]))
    short = write_xlsx([["姓名", "界别", "手机号码"], [row.name, row.sector.label, row.phone]])
    assert counts(await import_roster(house, committee, short)) == (0, 0, 1, 0)
    (kept,) = (await roster_page(house, committee)).members
    assert kept.rank is MemberRank.VICE_CHAIR


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
async def test_the_export_imports_again_and_changes_nothing(house: House, kind: str) -> None:
    committee = {"xlsx": "341008", "csv": "341009"}[kind]
    rows = [
        *roster_rows(committee, 30),
        RosterRow(0, "=1+1 某", "19922222222", Sector.ECONOMY, post="'甲\n乙"),
    ]
    await import_roster(house, committee, as_xlsx(rows))
    staff = office(committee)
    made = await house.ask(ExportRoster(committee=committee, export_id=new_id(), format=kind), staff)
    assert isinstance(made, FileMade)
    content = await download(house, made.file)
    assert len(content) == made.size
    assert counts(await import_roster(house, committee, content, made.filename)) == (0, 0, 31, 0)
    async with database(house.stack, committee, kind="worker") as tx:
        noted = await tx.raw.fetchval("select count(*) from disclosure where actor = $1", staff.id)
    assert noted == 31


async def test_a_file_that_is_not_what_it_says_is_refused_whole(house: House) -> None:
    committee = "341010"
    for content, filename in [
        (b"%PDF-1.7 ...", "名册.xlsx"),
        (b"\x00\x01\x02", "名册.csv"),
        ("无关内容\n一,二".encode(), "名册.csv"),
        (b"anything", "名册.exe"),
        (b"", "名册.xlsx"),
    ]:
        with pytest.raises(Invalid) as refused:
            await import_roster(house, committee, content, filename)
        assert refused.value.errors[0].field == "file"
    missing = ImportRoster(committee=committee, report_id=new_id(), file="0" * 64, filename="名册.xlsx")
    with pytest.raises(NotFound, match="重新上传"):
        await house.ask(missing, office(committee))
    assert (await roster_page(house, committee)).members == []


async def test_a_report_shows_500_rows_and_counts_all(house: House) -> None:
    committee = "341011"
    table = [["姓名", "界别", "手机号码"], *(["甲乙", "不知道是什么的界别" * 3, "1"] for _ in range(700))]
    answer = await import_roster(house, committee, write_csv(table), "坏.csv")
    assert answer.refused == 700
    told = await report(house, committee, answer.report_id)
    assert told.refused == 700
    assert 100 < len(told.rows) <= 500


async def test_pages_show_everybody_once_by_name_and_a_search_takes_its_text_literally(house: House) -> None:
    committee = "341012"
    rows = roster_rows(committee, 130)
    rows[7] = replace(rows[7], employer="100%_甲")
    await import_roster(house, committee, as_xlsx(rows))
    seen: list[MemberRow] = []
    after: str | None = None
    while True:
        page = await roster_page(house, committee, limit=40, after=after)
        seen += page.members
        after = page.next
        if after is None:
            break
    assert len({row.member_id for row in seen}) == len(seen) == 130
    assert [row.name for row in seen] == sorted(row.name for row in seen)
    assert [row.name for row in (await roster_page(house, committee, search="%_")).members] == [rows[7].name]
    group = (await roster_page(house, committee, search="第3联络组", limit=100)).members
    assert len(group) == sum(row.liaison_group == "第3联络组" for row in rows)
    with pytest.raises(Malformed):
        await roster_page(house, committee, after="bm9uc2Vuc2U=")


async def test_nobody_of_another_committee_sees_or_imports(house: House) -> None:
    committee = "341013"
    rows = roster_rows(committee, 2)
    imported = await import_roster(house, committee, as_xlsx(rows))
    for stranger in (
        person(Role.MEMBERS_OFFICE, committee=BESIDE),
        person(Role.MEMBERS_OFFICE, committee=CITY),
    ):
        with pytest.raises(Forbidden):
            await house.ask(Roster(committee=committee), stranger)
        with pytest.raises(NotFound):
            await house.ask(
                RosterReport(committee=stranger.committee, report_id=imported.report_id), stranger
            )
    with pytest.raises(Forbidden):
        await house.ask(Roster(committee=committee), person(Role.MEMBER, committee=committee))


async def test_the_same_phone_in_two_committees_is_a_person_in_each(house: House) -> None:
    first, second = "341014", "341015"
    rows = [replace(row, gender=Gender.MALE) for row in roster_rows(first, 2)]
    assert counts(await import_roster(house, first, as_xlsx(rows))) == (2, 0, 0, 0)
    assert counts(await import_roster(house, second, as_xlsx(rows))) == (2, 0, 0, 0)
    here = {row.person_id for row in (await roster_page(house, first)).members}
    there = {row.person_id for row in (await roster_page(house, second)).members}
    assert not here & there


async def test_a_replayed_import_answers_the_same_when_its_upload_is_gone(house: House) -> None:
    staff = office("340950")
    digest, command_id = await upload(house, as_xlsx(roster_rows("340950", 3))), new_id()
    command = ImportRoster(committee="340950", report_id=new_id(), file=digest, filename="名册.xlsx")
    first = await house.ask(command, staff, command_id)
    async with bus(house.stack.nats_url, house.stack.keys.seed(OPERATOR_USER), OPERATOR_USER) as operator:
        await operator.jetstream().purge_stream("OBJ_QUARANTINE")
    assert await house.ask(command, staff, command_id) == first
    with pytest.raises(NotFound):
        await house.ask(command, staff)
