"""Example pages of writing together and of review: invitations, files, desks of one and of four rounds, schemes."""

from collections.abc import Iterator

from services.portal.views import (
    InvitationView,
    NotFiledView,
    PageContext,
    ProposalFormView,
    ProposalView,
    ReviewDeskView,
    ReviewSchemeView,
    View,
)
from services.proposals.queries.review_scheme import round_rows, scheme_row
from services.proposals.rules.review import ONE_ROUND, load_review_scheme
from services.proposals.schemes import BUNDLED, bundled_review_data
from tests.browser.example_proposals import (
    ANALYSIS,
    FACTS,
    SUGGESTIONS,
    TIMELINE,
    TITLES,
    proposal,
    summary,
)
from tests.browser.examples import PEOPLE, THE_MEMBER, THE_OFFICER, ago, due, ident, page
from tongxin_contracts.problems import FieldProblem, Problem
from tongxin_contracts.proposals.joint_queries import AttachmentRow, InvitationAnswer, InvitationRow
from tongxin_contracts.proposals.review_queries import (
    NotFiledPage,
    ProposalReviewAnswer,
    ReviewSchemeAnswer,
    SimilarProposal,
)
from tongxin_contracts.words import Category, Ground, InvitationState, ProposalState, ReviewOutcome

TAIHU = load_review_scheme(bundled_review_data("taihu"))
FILES = [
    AttachmentRow(attachment_id=ident("file", n), filename=name, media_type="application/pdf", size=size)
    for n, (name, size) in enumerate(
        [("老旧小区加装电梯情况统计表（截至2026年9月底）.xlsx", 81_000), ("现场照片.jpg", 3_400_000)]
    )
]


def examples() -> Iterator[tuple[str, PageContext, View]]:
    """All pages of this part."""
    yield from _together()
    yield from _desks()
    yield from _schemes()


def _invitation(n: int, state: InvitationState, *, outdated: bool = False) -> InvitationRow:
    return InvitationRow(
        invitation_id=ident("invitation", n), draft_id=ident("draft", 2), title=TITLES[0][0],
        first_proposer=ident("person", "沈望舒"), person=ident("person", PEOPLE[n]), state=state, outdated=outdated,
        invited_at=ago(days=1), answered_at=None,
    )  # fmt: skip


def _together() -> Iterator[tuple[str, PageContext, View]]:
    problem = Problem(
        type="urn:tongxin:problem:invalid", status=422, title="有内容需要修改后才能提交",
        detail="还有联名人没有确认现在的文本；已写的内容不会丢失。",
        errors=(FieldProblem(field=f"co_proposers.{ident('person', PEOPLE[1])}",
                             message=f"{PEOPLE[1]}：还没有答复联名邀请：请等待对方确认，或取消邀请后再提交。"),),
    )  # fmt: skip
    states = [InvitationState.ACCEPTED, InvitationState.INVITED, InvitationState.DECLINED]
    rows = [_invitation(n, state, outdated=n == 0) for n, state in enumerate(states)]
    yield (
        "joint_form",
        page(f"/proposals/{ident('draft', 2)}/edit", THE_MEMBER),
        ProposalFormView(
            draft_id=ident("draft", 2), is_new=False, revision=7, title=TITLES[0][0], facts=FACTS, analysis=ANALYSIS,
            suggestions=SUGGESTIONS, category=Category.SOCIETY, saved_at=ago(minutes=1), invitations=rows,
            attachments=FILES, problem=problem,
        ),
    )  # fmt: skip
    asked = InvitationAnswer(
        **rows[1].model_dump(exclude={"title"}), committee="340900", mine_to_answer=True, handed_in=False, revision=7,
        title=TITLES[0][0], facts=FACTS, analysis=ANALYSIS, suggestions=SUGGESTIONS, category=Category.SOCIETY,
        co_proposers=[ident("person", PEOPLE[0])], attachments=FILES,
    )  # fmt: skip
    yield "invitation", page("/invitations/x", THE_MEMBER), InvitationView(invitation=asked)
    yield (
        "proposal_withdrawable",
        page("/proposals/x", THE_MEMBER),
        ProposalView(
            proposal=proposal(ProposalState.SUBMITTED, attachments=FILES),
            timeline=TIMELINE[1:],
            may_withdraw=True,
        ),
    )


def _review(scheme: object, round_: int, **more: object) -> ProposalReviewAnswer:
    taken = scheme if scheme is TAIHU else ONE_ROUND
    return ProposalReviewAnswer.model_validate(
        {
            "proposal_id": ident("proposal", 0), "version": 3, "state": ProposalState.SUBMITTED,
            "rule_version": taken.rule_version, "scheme_name": taken.name, "rounds": round_rows(taken), "round": round_,
            "disputed": False, "submission": 1, "grounds": list(Ground), "may_decide": True,
            "is_last": round_ == len(taken.rounds) - 1, "recommendations": [], "notes": [], **more,
        }
    )  # fmt: skip


def _said(round_: int, who: str, outcome: ReviewOutcome, **more: object) -> dict[str, object]:
    return {
        "round": round_, "round_name": TAIHU.rounds[round_].name, "person": ident("person", who), "at": ago(days=3 - round_),
        "outcome": outcome, "ground": None, "reason": "", "disputed": False, "into": None, "into_title": None,
        "target": None, "submission": 1, **more,
    }  # fmt: skip


def _desks() -> Iterator[tuple[str, PageContext, View]]:
    here = page("/review", THE_OFFICER)
    queue = [summary(index, submitted_at=ago(days=9 - index)) for index in range(8)]
    current = proposal(ProposalState.SUBMITTED, review_due_at=queue[0].review_due_at)
    one = _review(ONE_ROUND, 0)
    following = queue[1].proposal_id
    yield (
        "review_desk",
        here,
        ReviewDeskView(
            queue=queue,
            waiting=123,
            current=current,
            review=one,
            timeline=TIMELINE[1:],
            more="x",
            next=following,
        ),
    )
    problem = Problem(
        type="urn:tongxin:problem:version-clash", status=409, title="内容已被他人更新，请刷新后再办理",
        detail="许岚 已于今天 13:58 退回修改。",
    )  # fmt: skip
    yield (
        "review_desk_declining",
        here,
        ReviewDeskView(
            queue=queue, waiting=8, current=current, review=one, problem=problem, action="decline",
            typed={"ground": "empty", "explanation": "建议过于笼统。"},
        ),
    )  # fmt: skip
    yield "review_desk_empty", here, ReviewDeskView(queue=[])
    said = [
        _said(0, PEOPLE[3], ReviewOutcome.FILE),
        _said(
            1,
            PEOPLE[4],
            ReviewOutcome.NOT_FILE,
            ground=Ground.ACADEMIC,
            reason="建议部分多为理论探讨。",
            disputed=True,
        ),
    ]
    notes = [
        {"person": ident("person", PEOPLE[3]), "at": ago(days=2), "note": "与去年第 12 号相近，请留意。"}
    ]
    rows = [summary(n, round_name="三方会审", disputed=True, submitted_at=ago(days=9 - n)) for n in range(3)]
    similar = [
        SimilarProposal(
            proposal_id=ident("proposal", n), title=TITLES[n][0], number=None, state=ProposalState.SUBMITTED,
            category=TITLES[n][1], first_proposer=ident("person", PEOPLE[n]),
        )
        for n in (1, 2)
    ]  # fmt: skip
    yield (
        "review_desk_third_round",
        here,
        ReviewDeskView(
            queue=rows, waiting=3, current=proposal(ProposalState.SUBMITTED, attachments=FILES), similar=similar,
            review=_review(TAIHU, 2, disputed=True, recommendations=said, notes=notes), timeline=TIMELINE[1:],
            action="merge",
        ),
    )  # fmt: skip


def _schemes() -> Iterator[tuple[str, PageContext, View]]:
    bundled = [
        scheme_row(load_review_scheme(bundled_review_data(name)), bundled_review_data(name))
        for name in BUNDLED
    ]
    answer = ReviewSchemeAnswer(
        current=bundled[2], scheme_id=ident("scheme"), source="县政协提案审查办法第五条", adopted_at=ago(days=30),
        bundled=bundled,
    )  # fmt: skip
    text = '{\n  "code": "two_rounds",\n  "version": "1",\n  "rounds": []\n}'
    yield (
        "review_scheme",
        page("/review/scheme", THE_OFFICER),
        ReviewSchemeView(answer=answer, text=text, preview=bundled[1], may_adopt=True),
    )
    rows: list[dict[str, object]] = [
        {
            "proposal_id": ident("proposal", n), "title": TITLES[n][0], "category": TITLES[n][1],
            "first_proposer": ident("person", PEOPLE[n]), "co_proposers": [], "ground": ground,
            "explanation": "建议另行反映。" if n else None, "decided_at": due(-n - 1), "rule_version": "taihu@1",
        }
        for n, ground in enumerate([Ground.EMPTY, Ground.IN_LITIGATION, Ground.EMPTY])
    ]  # fmt: skip
    listed = NotFiledPage.model_validate(
        {
            "term": 8, "session": 2, "proposals": rows, "by_ground": {Ground.EMPTY: 2, Ground.IN_LITIGATION: 1},
            "next": None,
        }
    )  # fmt: skip
    yield "not_filed", page("/review/not-filed", THE_OFFICER), NotFiledView(page=listed)
