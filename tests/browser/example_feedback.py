"""Example pages of what follows a reply: the feedback form, promises, rates, the appraisal of lead units."""

from collections.abc import Iterator
from dataclasses import replace

from services.portal.pages.appraisal import ITEMS, MARK_LABELS, RULE, WEIGHTS
from services.portal.pages.feedback import QUESTIONS
from services.portal.pages.rate_bars import bars
from services.portal.views import PageContext, View
from services.portal.views.feedback import (
    AppraisalsView,
    AppraisalView,
    CommitmentsView,
    CommitmentView,
    FeedbackView,
    RatesView,
)
from tests.browser.example_proposals import TITLES
from tests.browser.examples import PEOPLE, THE_MEMBER, THE_OFFICER, ago, day, due, ident, page
from tongxin_contracts.problems import FieldProblem, Problem
from tongxin_contracts.proposals.feedback_commands import ItemWeight
from tongxin_contracts.proposals.feedback_events import FeedbackCounts
from tongxin_contracts.proposals.feedback_queries import (
    AppraisalAnswer,
    AppraisalSummary,
    AppraisedUnit,
    CommitmentRow,
    FeedbackAnswer,
    FeedbackRatesAnswer,
    FeedbackRound,
    OneFeedback,
    RateRow,
    SessionChoice,
    ToScore,
    Vote,
)
from tongxin_contracts.words import (
    AppraisalItem,
    AppraisalOutcome,
    AppraisalState,
    Attitude,
    CommitmentState,
    FeedbackResult,
    HandlingState,
    Heard,
    ReplyClass,
    ReplyFit,
    ScoreSide,
    Visited,
)

UNITS = ["市住建局", "市水务局", "市教体局", "市交通运输局", "市农业农村局", "市文化旅游局", "市生态环境局"]
WHO = replace(
    THE_MEMBER,
    permissions=THE_MEMBER.permissions
    | {"proposals.commitments", "proposals.feedback_rates", "proposals.appraisals", "proposals.feedback"},
)
OFFICE = replace(
    THE_OFFICER,
    permissions=THE_OFFICER.permissions
    | {"proposals.commitments", "proposals.feedback_rates", "proposals.appraisals", "proposals.feedback"},
)
TITLE = TITLES[0][0]


def examples() -> Iterator[tuple[str, PageContext, View]]:
    """All of them."""
    yield from _feedback()
    yield from _promises()
    yield from _rates()
    yield from _appraisals()


def answer(index: int, *, good: bool = True) -> OneFeedback:
    """What one person answered."""
    return OneFeedback(
        person_id=ident("person", PEOPLE[index]),
        visited=Visited.VISIT if good else Visited.NO,
        attitude=Attitude.SATISFIED if good else Attitude.DISSATISFIED,
        heard=Heard.FULLY if good else Heard.PARTLY,
        fit=ReplyFit.FITS if good else ReplyFit.NOT,
        result=FeedbackResult.AGREE if good else FeedbackResult.DISAGREE,
        words="" if good else "第二条建议没有答复，补贴办法什么时候改没有说。",
        given_at=ago(days=1),
    )


def round_(**more: object) -> FeedbackRound:
    """A window that is open and asks the reader."""
    given: dict[str, object] = {
        "round": 1, "asked_at": ago(days=3), "closes_at": due(18), "closed_at": None, "asked": 3, "answered": None,
        "counts": None, "answers": [], "mine": None, "asked_me": True,
    }  # fmt: skip
    return FeedbackRound.model_validate(given | more)


def feedback_answer(*rounds: FeedbackRound, **more: object) -> FeedbackAnswer:
    """What followed a reply."""
    given: dict[str, object] = {
        "proposal_id": ident("proposal", 0), "handling_id": ident("handling", 0), "title": TITLE,
        "number": "八届二次第0011号", "state": HandlingState.REPLIED, "unit_id": ident("unit", UNITS[0]),
        "unit_name": UNITS[0], "rounds": list(rounds), "commitments": [], "may_decide": False,
    }  # fmt: skip
    return FeedbackAnswer.model_validate(given | more)


def _feedback() -> Iterator[tuple[str, PageContext, View]]:
    path = f"/feedback/{ident('proposal', 0)}"
    open_ = round_()
    view = FeedbackView(feedback=feedback_answer(open_), questions=QUESTIONS, form=open_)
    yield "feedback_form", page(path, WHO), view
    missing = Problem(
        type="urn:tongxin:problem:malformed",
        title="提交的内容格式不正确，请检查后重新提交",
        status=400,
        errors=(FieldProblem(field="result", message="请选择一项。"),),
    )
    refused = replace(view, problem=missing, typed={"visited": "phone", "attitude": "understanding"})
    yield "feedback_form_refused", page(path, WHO), refused
    given = round_(mine=answer(0).model_dump())
    thanks = FeedbackView(feedback=feedback_answer(given), questions=QUESTIONS, thanks=given)
    yield "feedback_thanks", page(path, WHO), thanks
    counts = FeedbackCounts(asked=3, no_answer=1, visited=1, satisfied=1, dissatisfied=1, agree=1, disagree=1)
    closed = round_(
        closed_at=ago(hours=2), counts=counts.model_dump(), asked_me=False, answered=2,
        answers=[answer(1, good=False).model_dump(), answer(2).model_dump()],
    )  # fmt: skip
    decide = FeedbackView(feedback=feedback_answer(closed, may_decide=True), questions=QUESTIONS)
    yield "feedback_office", page(path, OFFICE), decide


def promise(index: int, state: CommitmentState, days: int, **more: object) -> CommitmentRow:
    """A promise."""
    words = [
        "年底前出台加装电梯补贴办法，开工时先拨付补贴的一半。",
        "增加两台排涝机组，汛前完成安装调试。",
        "在三曹小学西侧新开校门，完成道路渠化。",
    ]
    given: dict[str, object] = {
        "commitment_id": ident("promise", index), "handling_id": ident("handling", index),
        "proposal_id": ident("proposal", index), "number": f"八届二次第{index + 11:04d}号",
        "title": TITLES[index % len(TITLES)][0], "unit_id": ident("unit", UNITS[index % 7]),
        "unit_name": UNITS[index % 7], "suggestion": index % 3, "reply_class": ReplyClass.B,
        "promise": words[index % 3], "due_on": due(days).date(), "due_at": due(days), "state": state,
        "postponed": False, "done": None, "evidence": None, "reported_at": None, "agrees": None, "comment": None,
        "settle_from": None, "reason": None, "settled_at": None,
    }  # fmt: skip
    return CommitmentRow.model_validate(given | more)


def _promises() -> Iterator[tuple[str, PageContext, View]]:
    rows = [
        promise(0, CommitmentState.DUE, -6),
        promise(1, CommitmentState.REPORTED, -3),
        promise(2, CommitmentState.OPEN, 0),
        promise(3, CommitmentState.OPEN, 5, postponed=True),
        promise(4, CommitmentState.OPEN, 200),
        promise(5, CommitmentState.KEPT, -90),
        promise(6, CommitmentState.BROKEN, -120),
    ]
    yield "commitments", page("/commitments", OFFICE), CommitmentsView(rows=rows, show_all=True)
    yield "commitments_empty", page("/commitments", WHO), CommitmentsView(rows=[], show_all=False)
    reported = {
        "done": "两台机组已安装，6月18日带载试运行24小时。", "evidence": "安水函〔2026〕31号；验收记录。",
        "reported_at": ago(days=2), "settle_from": due(5),
    }  # fmt: skip
    one = promise(1, CommitmentState.REPORTED, -3, **reported)
    path = f"/commitments/{one.commitment_id}"
    comment = one.model_copy(update={"mine_to_comment": True})
    yield "commitment_comment", page(path, WHO), CommitmentView(row=comment)
    settle = one.model_copy(update={"mine_to_settle": True, "agrees": False, "comment": "只装了一台。"})
    yield "commitment_settle", page(path, OFFICE), CommitmentView(row=settle)
    report = promise(0, CommitmentState.DUE, -6).model_copy(update={"mine_to_report": True})
    yield "commitment_report", page(path, OFFICE), CommitmentView(row=report)


def rate(name: str, *parts: int) -> RateRow:
    """filed, replied, not asked, no answer, three attitudes, four results."""
    names = (
        "filed", "replied", "not_asked", "no_answer", "satisfied", "understanding", "dissatisfied",
        "agree", "understand", "reserve", "disagree",
    )  # fmt: skip
    filed = parts[0]
    more = {
        "persons_asked": filed,
        "persons_answered": filed - parts[3],
        "commitments": 4,
        "commitments_kept": 3,
    }
    return RateRow(unit_id=None, name=name, **dict(zip(names, parts, strict=True)), **more)


def _rates() -> Iterator[tuple[str, PageContext, View]]:
    rows = [
        rate("全部提案", 96, 84, 12, 9, 58, 12, 5, 55, 11, 6, 3),
        rate(UNITS[0], 31, 30, 1, 2, 22, 4, 2, 20, 4, 3, 1),
        rate(UNITS[1], 18, 18, 0, 0, 18, 0, 0, 18, 0, 0, 0),
        rate(UNITS[2], 9, 6, 3, 4, 1, 0, 1, 1, 0, 0, 1),
    ]
    found = FeedbackRatesAnswer(
        term=8,
        session=2,
        since=None,
        until=None,
        total=rows[0],
        units=rows[1:],
        sessions=[SessionChoice(term=8, session=2), SessionChoice(term=8, session=1)],
    )
    view = RatesView(rates=found, work=bars(rows, "work"), result=bars(rows, "result"))
    yield "rates", page("/rates", WHO), view
    none = FeedbackRatesAnswer(
        term=8, session=2, since=None, until=None, total=rate("全部提案", *[0] * 11), units=[]
    )
    yield "rates_empty", page("/rates", WHO), RatesView(rates=none, work=(), result=())


def unit(
    index: int, rank: int | None, total: str | None, outcome: AppraisalOutcome, **more: object
) -> AppraisedUnit:
    """A unit in an appraisal."""
    given: dict[str, object] = {
        "unit_id": ident("unit", UNITS[index]), "name": UNITS[index], "led": 14 - index, "on_time": 13 - index,
        "overdue": 1, "extended": index % 3, "asked": 20, "satisfied": 17 - index, "agreed": 16 - index,
        "commitments": 6, "commitments_kept": 6 - index % 4, "scored_by": 18 - index,
        "item_points": {"on_time": "27.86", "feedback_work": "17.00", "feedback_result": "16.00"} if total else {},
        "total": total, "rank": rank, "outcome": outcome, "rectify_by": None, "rectification": None,
        "rectified_at": None, "accepted_at": None,
    }  # fmt: skip
    return AppraisedUnit.model_validate(given | more)


def _appraisal(state: AppraisalState, **more: object) -> AppraisalAnswer:
    given: dict[str, object] = {
        "appraisal_id": ident("appraisal"), "year": 2026, "state": state, "version": 3,
        "items": [ItemWeight(item=AppraisalItem.of(item), weight=weight) for item, weight in WEIGHTS.items()],
        "scoring_until": day(12, 5), "rectify_days": 30, "praised": 5, "rectifying": 2,
        "source": "《政协提案办理双向评议办法》", "units": [], "votes": [], "to_score": [], "scored_units": 41,
        "scored_proposals": 38, "my_unit": None,
    }  # fmt: skip
    return AppraisalAnswer.model_validate(given | more)


def _view(appraisal: AppraisalAnswer, may: str = "") -> AppraisalView:
    return AppraisalView(
        appraisal=appraisal,
        rule=RULE,
        items=ITEMS,
        marks=MARK_LABELS,
        may_close=may == "close",
        may_vote=may == "vote",
        may_publish=may == "publish",
        may_accept=may == "accept",
    )


def _appraisals() -> Iterator[tuple[str, PageContext, View]]:
    path = f"/appraisal/{ident('appraisal')}"
    summary = AppraisalSummary(
        appraisal_id=ident("appraisal"),
        year=2026,
        state=AppraisalState.SCORING,
        scoring_until=day(12, 5),
        units=7,
        published_at=None,
    )
    typed = {f"weight_{item}": str(weight) for item, weight in WEIGHTS.items()}
    opening = AppraisalsView(rows=[summary], items=ITEMS, may_open=True, year=2026, typed=typed)
    yield "appraisals", page("/appraisal", OFFICE), opening
    to_score = [
        ToScore(
            side=ScoreSide.UNIT,
            proposal_id=ident("proposal", index),
            title=TITLES[index][0],
            number=f"八届二次第{index + 11:04d}号",
            unit_id=ident("unit", UNITS[index]),
            unit_name=UNITS[index],
            marks=[] if index else [5, 4, 4, 3],
        )
        for index in range(2)
    ]
    scoring = _appraisal(AppraisalState.SCORING, to_score=[one.model_dump() for one in to_score])
    yield "appraisal_scoring", page(path, WHO), _view(scoring)
    outcomes = [AppraisalOutcome.PRAISED] * 5 + [AppraisalOutcome.RECTIFY] * 2
    units = [
        unit(index, index + 1, f"{96 - 6 * index}.25", outcome) for index, outcome in enumerate(outcomes)
    ]
    vote = Vote(at=ago(days=1), in_favour=19, against=2, abstained=1, carried=True)
    scored = _appraisal(AppraisalState.SCORED, units=[one.model_dump() for one in units])
    yield "appraisal_vote", page(path, OFFICE), _view(scored, "vote")
    last = units[-1].model_copy(
        update={
            "rectify_by": due(30),
            "rectification": "一、原因：会办意见没有催办。二、措施：明确专人，每周调度。",
            "rectified_at": ago(days=1),
        }
    )
    published = _appraisal(
        AppraisalState.PUBLISHED,
        units=[one.model_dump() for one in [*units[:-1], last]],
        votes=[vote.model_dump()],
    )
    yield "appraisal_published", page(path, OFFICE), _view(published, "accept")
    mine = published.model_copy(update={"my_unit": last.unit_id})
    yield "appraisal_rectify", page(path, WHO), _view(mine)
