"""Example proposals: the form, the document, lists, the review desk."""

from collections.abc import Iterator

from services.portal.views import (
    Flash,
    NextStep,
    PageContext,
    ProposalFormView,
    ProposalsView,
    ProposalView,
    TimelineEntry,
    View,
)
from tests.browser.examples import PEOPLE, THE_MEMBER, ago, due, ident, page
from tongxin_contracts.problems import FieldProblem, Problem
from tongxin_contracts.proposals.queries import DraftSummary, ProposalAnswer, ProposalSummary
from tongxin_contracts.words import Category, Ground, ProposalKind, ProposalState

TITLES = [
    ("老旧小区住宅楼加装电梯", Category.SOCIETY),
    ("加强对社会学前教育机构监管和扶助的建议", Category.SOCIETY),
    ("关于改变三曹小学大门位置，有利交通疏浚的建议", Category.SOCIETY),
    ("农业面源污染治理", Category.ECOLOGY),
    ("加快交通基础设施建设，改善农村生产生活条件", Category.ECONOMY),
    ("加强菜子湖流域生态保护", Category.ECOLOGY),
    ("大力发展机器人产业、推动制造业转型升级的提案", Category.ECONOMY),
    ("关于推动蓉城镇旅游全域化发展的建议", Category.CULTURE),
]
FACTS = """我市现有建成于2000年以前的老旧小区78个，涉及住宅楼1,120余栋、居民约3.6万户，其中六层及以上而没有电梯的楼栋占六成以上。走访中了解到，这些楼栋里六十岁以上的老人占常住人口的三成，不少老人一周下楼不超过两次。
近两年各区陆续试点加装电梯，截至今年九月底完成41部，在建17部；同期提出申请而未能动工的有126部。"""
ANALYSIS = """一是意见难统一。低层住户担心采光、噪声和房价，协商缺少固定的主持人和程序，一户反对往往使全楼搁置。
二是资金难筹集。每部电梯约需50万至65万元，补贴在验收后拨付，前期垫资压力大。
三是审批环节多。规划、住建、市场监管、消防分别受理，平均用时四个月。"""
SUGGESTIONS = [
    "由街道牵头建立“一栋一议”协商机制，明确主持人、参加人和议事规则，低层住户的补偿标准由市住建局给出参考区间。",
    "改进补贴办法：开工时先拨付补贴的一半，并允许提取住房公积金和使用维修资金。",
    "在市政务服务中心设联合审批窗口，一次受理、并联审批，承诺三十个工作日内办结。",
]


def summary(index: int, state: ProposalState = ProposalState.SUBMITTED, **more: object) -> ProposalSummary:
    """A line of a list."""
    title, category = TITLES[index % len(TITLES)]
    return ProposalSummary.model_validate(
        {
            "proposal_id": ident("proposal", index), "committee": "340900", "title": title, "category": category,
            "number": f"八届二次第{index + 11:04d}号" if state is ProposalState.FILED else None,
            "kind": ProposalKind.JOINT if index % 3 == 2 else ProposalKind.INDIVIDUAL, "state": state,
            "first_proposer": ident("person", PEOPLE[index % len(PEOPLE)]), "submitted_at": ago(days=index + 0.4),
            "review_due_at": due(index * 3 - 5) if state is ProposalState.SUBMITTED else None, "version": 1, **more,
        }
    )  # fmt: skip


def proposal(state: ProposalState, **more: object) -> ProposalAnswer:
    """The example proposal whole."""
    return ProposalAnswer.model_validate(
        {
            "proposal_id": ident("proposal", 0), "committee": "340900", "version": 3, "number": None, "state": state,
            "kind": ProposalKind.JOINT, "category": Category.SOCIETY, "title": TITLES[0][0], "facts": FACTS,
            "analysis": ANALYSIS, "suggestions": SUGGESTIONS, "first_proposer": ident("person", "沈望舒"),
            "co_proposers": [ident("person", "陆青禾"), ident("person", "䶮𠮷文")], "submitted_at": ago(days=6, hours=3),
            "review_due_at": due(3), "decided_at": None, "ground": None, "explanation": None, "history": [],
            "history_intact": True, **more,
        }
    )  # fmt: skip


TIMELINE = (
    TimelineEntry(at=ago(hours=2), who="邵景明（提案委）", what="立案，编号八届二次第0011号", tone="success"),
    TimelineEntry(at=ago(days=3), who="沈望舒（委员）", what="修改后重新提交"),
    TimelineEntry(
        at=ago(days=5),
        who="邵景明（提案委）",
        what="退回修改",
        detail="建议部分请写明由哪个部门办理。",
        tone="warning",
    ),
    TimelineEntry(at=ago(days=6, hours=3), who="沈望舒（委员）", what="提交提案"),
)


def examples() -> Iterator[tuple[str, PageContext, View]]:
    """All pages about proposals."""
    yield from _forms()
    yield from _documents()
    yield from _lists()


def _forms() -> Iterator[tuple[str, PageContext, View]]:
    yield "proposal_new", page("/proposals/new", THE_MEMBER), ProposalFormView(draft_id=ident("draft", 1))
    yield (
        "proposal_form",
        page(f"/proposals/{ident('draft', 2)}/edit", THE_MEMBER),
        ProposalFormView(
            draft_id=ident("draft", 2), is_new=False, revision=7, title=TITLES[0][0], facts=FACTS, analysis=ANALYSIS,
            suggestions=SUGGESTIONS, category=Category.SOCIETY, saved_at=ago(minutes=1),
        ),
    )  # fmt: skip
    problem = Problem(
        type="urn:tongxin:problem:invalid", status=422, title="有内容需要修改后才能提交",
        detail="提案还不能提交，请修改标出的地方；已写的内容不会丢失。",
        errors=(
            FieldProblem(field="title", message="案由太短：至少 5 个字，现在 2 个字。"),
            FieldProblem(field="category", message="请选择类别。"),
            FieldProblem(field="suggestions.1", message="第 2 条建议与前面的建议重复，请删去或改写。"),
        ),
    )  # fmt: skip
    yield (
        "proposal_form_refused",
        page(f"/proposals/{ident('draft', 3)}/edit", THE_MEMBER),
        ProposalFormView(
            draft_id=ident("draft", 3), is_new=False, revision=3, title="电梯", facts=FACTS * 11, analysis=ANALYSIS,
            suggestions=[SUGGESTIONS[0], SUGGESTIONS[0]], problem=problem, saved_at=ago(minutes=3),
            returned_because="建议部分请写明由哪个部门、做什么；情况部分请补充数据来源。",
        ),
    )  # fmt: skip


def _documents() -> Iterator[tuple[str, PageContext, View]]:
    path = f"/proposals/{ident('proposal', 0)}"
    filed = proposal(
        ProposalState.FILED, number="八届二次第0011号", decided_at=ago(hours=2), review_due_at=None
    )
    step = NextStep(
        title="等待交办", detail="提案委将与两办、督查室商定承办单位，交办后会通知您。", who="提案委"
    )
    flash = (Flash(tone="success", text="已立案，编号八届二次第0011号，提案人已收到通知。"),)
    yield (
        "proposal_filed",
        page(path, THE_MEMBER, flashes=flash),
        ProposalView(proposal=filed, timeline=TIMELINE, next_step=step),
    )
    returned = proposal(
        ProposalState.RETURNED,
        decided_at=ago(days=1),
        explanation="建议部分请写明由哪个部门、做什么。",
        history_intact=False,
    )
    mine = NextStep(
        title="请修改后重新提交", detail="提案委希望补充建议部分，修改期间原文会一直保留。", due_at=due(0),
        url=f"{path}/edit", action="修改提案",
    )  # fmt: skip
    yield (
        "proposal_returned",
        page(path, THE_MEMBER),
        ProposalView(proposal=returned, timeline=TIMELINE[2:], next_step=mine),
    )
    declined = proposal(
        ProposalState.NOT_FILED,
        decided_at=ago(days=1),
        ground=Ground.EMPTY,
        explanation="可与提案委联系，补充具体建议后另行提出。",
    )
    yield "proposal_not_filed", page(path, THE_MEMBER), ProposalView(proposal=declined, timeline=TIMELINE[2:])


def _lists() -> Iterator[tuple[str, PageContext, View]]:
    here = page("/proposals", THE_MEMBER)
    drafts = [
        DraftSummary(
            draft_id=ident("draft", 2), title=TITLES[3][0], revision=7, saved_at=ago(minutes=4), returned=True
        ),
        DraftSummary(draft_id=ident("draft", 4), title="", revision=1, saved_at=ago(days=1), returned=False),
    ]
    mine = [
        summary(0),
        summary(1, ProposalState.FILED),
        summary(2, ProposalState.NOT_FILED),
        summary(5, ProposalState.RETURNED),
    ]
    yield (
        "proposals_mine",
        here,
        ProposalsView(tab="mine", may_see_mine=True, may_see_filed=True, rows=mine, drafts=drafts),
    )
    filed = [summary(index, ProposalState.FILED) for index in range(8)]
    yield (
        "proposals_filed",
        here,
        ProposalsView(
            tab="filed",
            may_see_mine=True,
            may_see_filed=True,
            rows=filed,
            category=Category.SOCIETY,
            next="11",
        ),
    )
    yield "proposals_none", here, ProposalsView(tab="mine", may_see_mine=True, may_see_filed=True)
    yield (
        "proposals_not_found",
        here,
        ProposalsView(tab="filed", may_see_mine=True, may_see_filed=True, search="高铁"),
    )
