"""Example pages of calls for proposals."""

from collections.abc import Iterator
from dataclasses import replace

from services.portal.views import PageContext, ProposalFormView, View
from services.portal.views.calls import CallsView
from tests.browser.examples import THE_MEMBER, THE_OFFICER, ago, day, ident, page
from tongxin_contracts.problems import FieldProblem, Problem
from tongxin_contracts.proposals.calls import CallRow, HintRow
from tongxin_contracts.words import Category

TOPICS = [
    ("山区茶园机耕路建设", "从茶园面积、运输成本、用地手续入手，可比较邻县做法。", Category.ECONOMY, 3, 2),
    ("中小企业首贷难", "", Category.ECONOMY, 0, 0),
    ("村级议事规则落实情况", "", Category.POLITICS, 0, 0),
    ("县城学位供给与布局", "近三年新生人数、在建学校、小区配建。", Category.CULTURE, 1, 0),
    ("老旧小区加装电梯后续维护", "", Category.SOCIETY, 2, 1),
    ("湖区沿线村庄污水收集与运维经费保障机制", "管网到户率、运维单位、经费来源。", Category.ECOLOGY, 0, 0),
]
WRITER = replace(THE_MEMBER, permissions=THE_MEMBER.permissions | {"proposals.calls_for_proposals"})
OFFICE = replace(
    THE_OFFICER,
    permissions=THE_OFFICER.permissions | {"proposals.calls_for_proposals", "proposals.call_for_proposals"},
)


def call(year: int, *, is_open: bool) -> CallRow:
    """A call with its topics."""
    return CallRow(
        call_id=ident("call", year),
        year=year,
        opens_on=day(1, 12).replace(year=year),
        closes_on=day(1, 5).replace(year=year),
        document="关于征集政协八届三次全会提案的通知",
        called_at=ago(days=3 if is_open else 368),
        is_open=is_open,
        hints=[
            HintRow(
                hint_id=ident("hint", year, title),
                title=title,
                text=text,
                category=category,
                proposals=proposals,
                filed=filed,
            )
            for title, text, category, proposals, filed in TOPICS
        ],
    )


def examples() -> Iterator[tuple[str, PageContext, View]]:
    """All of them."""
    both = [call(2027, is_open=True), call(2026, is_open=False)]
    office = CallsView(calls=both, may_call=True, may_write=False, earliest=day(12, 21))
    yield "calls_office", page("/calls", OFFICE), office
    problem = Problem(
        type="urn:tongxin:problem:invalid",
        title="填写的内容有误",
        status=422,
        errors=(
            FieldProblem(
                field="opens_on",
                message="征集应在全会召开一个月以前发出：会议2026年12月10日开幕，最晚应在2026年11月10日发出。",
            ),
            FieldProblem(field="hints_society", message="“社会”第 2 行：题目应为 2 至 60 字，现有 1 字。"),
        ),
    )
    typed = {
        "document": "关于征集提案的通知",
        "opens_on": "2026-12-10",
        "closes_on": "2026-12-05",
        "hints_economy": "山区茶园机耕路建设：从运输成本入手\n中小企业首贷难",
        "hints_society": "老旧小区加装电梯后续维护\n路",
    }
    yield (
        "calls_refused",
        page("/calls", OFFICE),
        replace(office, calls=[], typed=typed, problem=problem),
    )
    member = replace(office, may_call=False, may_write=True)
    yield "calls_member", page("/calls", WRITER), member
    yield "calls_empty", page("/calls", WRITER), replace(member, calls=[])
    new = ProposalFormView(draft_id=ident("draft", "call"), calls=[call(2027, is_open=True)])
    yield "calls_new_proposal", page("/proposals/new", WRITER), new
    written = ProposalFormView(
        draft_id=ident("draft", "call"),
        is_new=False,
        revision=1,
        category=Category.ECONOMY,
        hint=call(2027, is_open=True).hints[0],
        saved_at=ago(minutes=1),
    )
    yield "calls_draft", page(f"/proposals/{ident('draft', 'call')}/edit", WRITER), written
