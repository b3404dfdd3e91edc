"""Row 42, 芜湖市: score and rank come about by themselves, and awards and the allowance follow them.

「实现履职得分、排名自动生成，并与年度优秀委员评选和委员履职补贴挂钩」
Events alone change score and rank; the allowance list follows; the same events told again give the same. The city's own
figures are not in its report, so the scheme here is the bundled one of 桐城 with an award and an allowance put on it.
"""

import io
from typing import Any, Final
from uuid import UUID

import pytest
from openpyxl import load_workbook

from chassis.ids import new_id
from chassis.problems import Forbidden
from services.members.bundled_schemes import bundled_data
from services.members.reactions.proposal_filed import on_proposal_filed
from services.members.reactions.proposal_submitted import on_proposal_submitted
from tests.house import House, person
from tests.members_at_work import download, office, some_members, stated
from tests.proposals_at_work import file, handed_in, open_session
from tests.services.test_points_joint import react
from tests.waiting import until_async
from tongxin_contracts.members.commands import AdoptScheme, FileMade
from tongxin_contracts.members.points import (
    DutyRanking,
    ExportRanking,
    RankingAnswer,
    SimulateScheme,
    SimulationAnswer,
)
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.events import ProposalFiled, ProposalSubmitted

pytestmark = pytest.mark.playbook("42", part="履职得分、排名、评优与补贴")

WUHU: Final = "340200"
SCHEME: Final[dict[str, Any]] = {
    **bundled_data("tongcheng_2019"),
    "code": "wuhu_test",
    "version": "1",
    "awards": [{"name": "年度优秀委员", "at_least": 20, "top_percent": 34}],
    "allowances": [{"name": "全额", "at_least": 20}, {"name": "半额", "at_least": 10}, {"name": "不发放"}],
}


async def ranking(house: House, **more: Any) -> RankingAnswer:
    answer = await house.ask(DutyRanking(committee=WUHU, **more), office(WUHU))
    assert isinstance(answer, RankingAnswer)
    return answer


async def standing(house: House) -> dict[UUID, tuple[int, str, list[str], str | None]]:
    return {
        row.member_id: (row.rank, row.points, row.awards, row.allowance)
        for row in (await ranking(house)).members
    }


async def test_row_42_events_alone_move_score_rank_award_and_allowance(house: House) -> None:
    await open_session(house, WUHU)
    one, two, three = await some_members(house, WUHU, 3)
    adopt = AdoptScheme(committee=WUHU, scheme_id=new_id(), scheme=SCHEME, source="芜湖市委员履职计分办法")
    await house.ask(adopt, office(WUHU))
    nobody: tuple[int, str, list[str], str] = (1, "0", [], "不发放")
    assert list((await standing(house)).values()) == [nobody] * 3, "all share the first place"

    authors = [person(Role.MEMBER, committee=WUHU, person_id=member.person_id) for member in (one, two)]
    first, _second = [await handed_in(house, author) for author in authors]

    async def handed_in_counts() -> bool:
        found = await standing(house)
        return found[one.member_id] == found[two.member_id] == (1, "10", [], "半额")

    await until_async(handed_in_counts, "both have ten points and the same place")
    assert (await standing(house))[three.member_id] == (3, "0", [], "不发放"), (
        "the next place counts them both"
    )
    await file(house, first, committee=WUHU)
    expected = {
        one.member_id: (1, "25", ["年度优秀委员"], "全额"),
        two.member_id: (2, "10", [], "半额"),
        three.member_id: (3, "0", [], "不发放"),
    }

    async def filed_counts() -> bool:
        return await standing(house) == expected

    await until_async(filed_counts, "filing moves score, place, award and allowance")

    submitted = [ProposalSubmitted(**event) for event in await stated(house.stack, ProposalSubmitted, WUHU)]
    filed = [ProposalFiled(**event) for event in await stated(house.stack, ProposalFiled, WUHU)]
    assert (len(submitted), len(filed)) >= (2, 1)
    await react(house, WUHU, on_proposal_filed, *filed)
    await react(house, WUHU, on_proposal_submitted, *submitted)
    assert await standing(house) == expected, "told again, and in another order, they give the same"


async def test_row_42_the_list_for_awards_and_allowances_is_a_file_of_the_ranking(house: House) -> None:
    shown = await ranking(house)
    made = await house.ask(ExportRanking(committee=WUHU, export_id=new_id()), office(WUHU))
    assert isinstance(made, FileMade)
    sheet = load_workbook(io.BytesIO(await download(house, made.file))).active
    assert sheet is not None
    rows = [tuple("" if cell is None else cell for cell in row) for row in sheet.iter_rows(values_only=True)]
    assert [(row[0], row[1], row[3], row[6], row[7]) for row in rows[1:]] == [
        (str(one.rank), one.name, one.points, "、".join(one.awards), one.allowance) for one in shown.members
    ]
    with pytest.raises(Forbidden):
        await house.ask(DutyRanking(committee=WUHU), person(Role.MEMBER, committee=WUHU))


async def test_row_42_pages_and_groups_keep_the_places_of_the_committee(house: House) -> None:
    everybody = (await ranking(house)).members
    pages = await ranking(house, limit=2)
    assert pages.next is not None
    rest = await ranking(house, limit=2, after=pages.next)
    assert [*pages.members, *rest.members] == everybody
    group = everybody[1].liaison_group
    assert [row.rank for row in (await ranking(house, liaison_group=group)).members] == [2]


async def test_row_42_another_scheme_is_tried_before_it_is_adopted(house: House) -> None:
    tried = {**SCHEME, "version": "2", "year_end": [], "base": 5}
    year = (await ranking(house)).year
    found = await house.ask(SimulateScheme(committee=WUHU, scheme=tried, year=year), office(WUHU))
    assert isinstance(found, SimulationAnswer)
    assert (found.rule_version, found.simulated) == ("wuhu_test@1", "wuhu_test@2")
    assert (found.below_before, found.below_after) == (3, 0)
    assert [(row.before, row.after) for row in found.moved] == [("25", "30"), ("10", "15"), ("0", "5")]
    assert (await ranking(house)).rule_version == "wuhu_test@1", "nothing is adopted by trying"
