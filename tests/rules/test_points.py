"""Points: the ledger adds up, does not depend on how its facts arrived, and no cap is ever exceeded."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.members.bundled_schemes import BUNDLED, bundled_scheme
from services.members.rules.points import (
    MARK_CUT,
    ConflictingFacts,
    Correction,
    DutyFact,
    Ledger,
    corrected,
    evaluate,
    year_end,
)
from services.members.rules.scheme import Item, PointsClass, Scheme, Share, YearEndRule
from tongxin_contracts.words import Attendance, DutyKind, YearEndOutcome

FEW = settings(max_examples=60, deadline=None)
YEAR = 2026
SCHEMES = [bundled_scheme(name) for name in BUNDLED]


@st.composite
def duty_facts(draw: st.DrawFn) -> DutyFact:
    authors = draw(st.integers(1, 5))
    return DutyFact(
        fact_id=UUID(int=draw(st.integers(1, 2**64))),
        kind=draw(st.sampled_from(DutyKind)),
        on=draw(st.dates(date(YEAR - 1, 11, 1), date(YEAR + 1, 1, 31))),
        quantity=draw(st.integers(1, 4)),
        attendance=draw(st.sampled_from(Attendance)),
        authors=authors,
        position=draw(st.integers(1, authors)),
        collective=draw(st.booleans()),
        attributes=draw(
            st.fixed_dictionaries(
                {"compulsory": st.sampled_from(["yes", "no"]), "approved": st.sampled_from(["yes", "no"])}
            )
        ),
    )


def tenths(least: int, most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(least, most).map(lambda n: Decimal(n) / 10)


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    caps = st.none() | tenths(1, 300)
    classes = tuple(PointsClass(f"c{n}", f"第{n}类", draw(caps)) for n in range(draw(st.integers(1, 3))))
    items = tuple(
        Item(
            code=f"i{n}",
            name=f"第{n}项",
            class_code=draw(st.sampled_from(classes)).code,
            kind=draw(st.sampled_from(DutyKind)),
            when=draw(st.sampled_from([{}, {"attendance": frozenset(("leave", "absent"))}])),
            points=draw(tenths(-100, 200)),
            unit="次",
            cap=draw(caps),
            skip_first=draw(st.integers(0, 2)),
            share=draw(st.sampled_from(Share)),
            max_authors=draw(st.none() | st.integers(1, 3)),
        )
        for n in range(draw(st.integers(1, 12)))
    )
    return Scheme(
        code="any",
        version="1",
        name="任意",
        source="",
        window_start=draw(st.sampled_from([(1, 1), (12, 1)])),
        base=draw(tenths(0, 700)),
        negative_total=draw(st.booleans()),
        classes=classes,
        items=items,
        grades=(),
        year_end=(YearEndRule(Decimal(15), 1, YearEndOutcome.SUGGEST_RESIGNATION, "上级政协", "建议请辞"),),
    )


some_schemes = st.sampled_from(SCHEMES) | schemes()
unique_facts = st.lists(duty_facts(), max_size=30, unique_by=lambda fact: fact.fact_id)


@FEW
@given(some_schemes, unique_facts)
def test_counted_points_add_up_to_the_total(scheme: Scheme, facts: list[DutyFact]) -> None:
    ledger = evaluate(scheme, facts, YEAR)
    assert sum((line.counted for line in ledger.lines), Decimal(0)) == ledger.total
    assert scheme.negative_total or ledger.total >= 0


@FEW
@given(some_schemes, unique_facts)
def test_no_cap_is_exceeded_and_every_cut_is_marked(scheme: Scheme, facts: list[DutyFact]) -> None:
    ledger = evaluate(scheme, facts, YEAR)
    scored = [line for line in ledger.lines if line.fact_id is not None]
    for item in scheme.items:
        counted = sum((line.counted for line in scored if line.item == item.code), Decimal(0))
        assert item.cap is None or abs(counted) <= item.cap
    for one in scheme.classes:
        added = sum(
            (line.counted for line in scored if line.class_name == one.name and line.counted > 0), Decimal(0)
        )
        assert one.cap is None or added <= one.cap
    for line in scored:
        assert abs(line.counted) <= abs(line.raw)
        assert line.counted * line.raw >= 0
        assert (line.mark == MARK_CUT) is (line.counted != line.raw)


@FEW
@given(some_schemes, unique_facts, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_arrive_does_not_matter(
    scheme: Scheme, facts: list[DutyFact], random: object
) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert evaluate(scheme, shuffled, YEAR) == evaluate(scheme, facts, YEAR)


@FEW
@given(some_schemes, unique_facts, st.integers(1, 3))
def test_replaying_facts_changes_nothing(scheme: Scheme, facts: list[DutyFact], times: int) -> None:
    assert evaluate(scheme, facts * times, YEAR) == evaluate(scheme, facts, YEAR)


@FEW
@given(some_schemes, unique_facts)
def test_every_fact_is_on_a_line_with_its_rule_version_or_says_why_not(
    scheme: Scheme, facts: list[DutyFact]
) -> None:
    ledger = evaluate(scheme, facts, YEAR)
    on_lines = {line.fact_id for line in ledger.lines if line.fact_id}
    left_out = {one.fact_id for one in ledger.uncounted}
    assert on_lines | left_out == {fact.fact_id for fact in facts}
    assert not on_lines & left_out
    assert {line.rule_version for line in ledger.lines} <= {scheme.rule_version}
    first, last = scheme.window(YEAR)
    assert on_lines <= {fact.fact_id for fact in facts if first <= fact.on <= last}


@FEW
@given(st.sampled_from(Share), tenths(-300, 300), st.integers(1, 6), st.none() | st.integers(1, 4))
def test_joint_shares_never_add_up_to_more_than_the_whole(
    share: Share, points: Decimal, authors: int, most: int | None
) -> None:
    item = Item("x", "提案", "c", DutyKind.PROPOSAL_FILED, {}, points, "件", None, 0, share, most)
    scheme = replace(
        bundled_scheme("sandikou"),
        classes=(PointsClass("c", "提案", None),),
        items=(item,),
        negative_total=True,
    )
    parts = [
        evaluate(scheme, [filed(1, authors=authors, position=n)], YEAR).total for n in range(1, authors + 1)
    ]
    whole = points * (min(authors, most or authors) if share is Share.WHOLE else 1)
    assert abs(sum(parts)) <= abs(whole)
    assert all(part == part.quantize(Decimal("0.1")) for part in parts)
    assert abs(parts[0]) >= max(abs(part) for part in parts)


@FEW
@given(some_schemes, unique_facts, duty_facts())
def test_a_correction_leads_to_the_ledger_of_the_corrected_facts(
    scheme: Scheme, facts: list[DutyFact], instead: DutyFact
) -> None:
    for wrong in facts[:3]:
        mended = replace(instead, fact_id=wrong.fact_id)
        others = [fact for fact in facts if fact.fact_id != wrong.fact_id]
        after_correction = evaluate(scheme, corrected(facts, [Correction(wrong.fact_id, mended)]), YEAR)
        assert after_correction == evaluate(scheme, [*others, mended], YEAR)
        after_annulment = evaluate(scheme, corrected(facts, [Correction(wrong.fact_id, None)]), YEAR)
        assert after_annulment == evaluate(scheme, others, YEAR)


@FEW
@given(some_schemes, st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_every_day_belongs_to_exactly_one_duty_year(scheme: Scheme, day: date) -> None:
    year = scheme.year_of(day)
    first, last = scheme.window(year)
    assert first <= day <= last
    assert scheme.window(year + 1)[0] == last + timedelta(days=1)


# --- examples -------------------------------------------------------------------------------------------------------------


def fact(number: int, kind: DutyKind, **more: object) -> DutyFact:
    on = more.pop("on", date(YEAR, 3, 1) + timedelta(days=number))
    return DutyFact(fact_id=UUID(int=number), kind=kind, on=on, **more)  # type: ignore[arg-type]


def filed(number: int, **more: object) -> DutyFact:
    return fact(number, DutyKind.PROPOSAL_FILED, **more)


def row_08(activities: int, ideas: int, days_of_volunteering: int) -> Ledger:
    kinds = (
        [DutyKind.ACTIVITY] * activities
        + [DutyKind.GOLDEN_IDEA] * ideas
        + [DutyKind.VOLUNTEERING] * days_of_volunteering
    )
    return evaluate(bundled_scheme("sandikou"), [fact(n, kind) for n, kind in enumerate(kinds, 1)], YEAR)


@pytest.mark.parametrize(
    ("done", "points", "outcome"),
    [
        ((2, 1, 1), 17, YearEndOutcome.PASSES),
        ((2, 0, 2), 14, YearEndOutcome.SUGGEST_RESIGNATION),
        ((3, 0, 0), 15, YearEndOutcome.PASSES),
        ((0, 0, 0), 0, YearEndOutcome.SUGGEST_RESIGNATION),
    ],
)
def test_row_08_seventeen_stays_fourteen_is_suggested_for_resignation_fifteen_passes(
    done: tuple[int, int, int], points: int, outcome: YearEndOutcome
) -> None:
    ledger = row_08(*done)
    end = year_end(bundled_scheme("sandikou"), ledger)
    assert (ledger.total, end.outcome) == (points, outcome)
    assert end.decided_by == (None if outcome is YearEndOutcome.PASSES else "上级政协")


def test_an_absence_scores_nothing_where_a_scheme_says_nothing_of_it() -> None:
    ledger = evaluate(
        bundled_scheme("sandikou"), [fact(1, DutyKind.ACTIVITY, attendance=Attendance.ABSENT)], YEAR
    )
    assert (ledger.total, len(ledger.uncounted)) == (0, 1)
    assert "登记为缺席" in ledger.uncounted[0].reason, "whoever was there can see what to appeal against"


def tongcheng(*facts: DutyFact) -> Ledger:
    return evaluate(bundled_scheme("tongcheng_2019"), facts, YEAR)


def test_tongcheng_full_marks_are_one_hundred_and_the_surplus_is_marked() -> None:
    ledger = tongcheng(
        fact(1, DutyKind.PLENARY),
        fact(2, DutyKind.PROPOSAL_SUBMITTED),
        filed(3),
        *[fact(n, DutyKind.ACTIVITY) for n in range(10, 17)],
        fact(20, DutyKind.REPORT_SUBMITTED),
        fact(21, DutyKind.REPORT_SUBMITTED),
        fact(22, DutyKind.REPORT_ADOPTED),
    )
    assert ledger.total == 100
    assert ledger.grade == "合格"
    cut = [(line.item, line.raw, line.counted) for line in ledger.lines if line.mark == MARK_CUT]
    assert cut == [("activity", 2, 0), ("activity", 2, 0), ("report", 10, 5), ("report_adopted", 5, 0)]


@pytest.mark.parametrize(
    ("attendance", "points"), [(Attendance.PRESENT, 50), (Attendance.LEAVE, 30), (Attendance.ABSENT, 0)]
)
def test_tongcheng_plenary(attendance: Attendance, points: int) -> None:
    assert tongcheng(fact(1, DutyKind.PLENARY, attendance=attendance)).total == points


def test_tongcheng_joint_proposal_first_half_the_others_share_the_rest() -> None:
    def points(position: int) -> Decimal:
        return tongcheng(
            fact(1, DutyKind.PROPOSAL_SUBMITTED, authors=4, position=position),
            filed(2, authors=4, position=position),
        ).total

    assert points(1) == Decimal("12.5")
    assert [points(n) for n in (2, 3, 4)] == [Decimal("4.1")] * 3  # 10/6 and 15/6, each cut to tenths


def test_tongcheng_collective_proposal_counts_three_main_authors() -> None:
    totals = [tongcheng(filed(1, collective=True, authors=4, position=n)).total for n in (1, 2, 3, 4)]
    assert totals == [15, 15, 15, 0]


def test_tongcheng_standing_committee_costs_two_or_five_and_never_below_zero() -> None:
    leave = fact(1, DutyKind.STANDING_MEETING, attendance=Attendance.LEAVE)
    absent = fact(2, DutyKind.STANDING_MEETING, attendance=Attendance.ABSENT)
    assert tongcheng(fact(3, DutyKind.PLENARY), leave, absent).total == 43
    assert tongcheng(leave, absent).total == 0


def jinan(*facts: DutyFact) -> Ledger:
    return evaluate(bundled_scheme("jinan_2015"), facts, YEAR)


def test_jinan_starts_at_seventy_and_rewards_further_proposals() -> None:
    assert jinan().total == 70
    assert jinan(filed(1)).total == 70
    assert jinan(filed(1), filed(2), filed(3, authors=3, position=1)).total == 80
    assert jinan(filed(1), filed(2, authors=3, position=2)).total == 70
    assert (
        jinan(filed(1), filed(2), fact(3, DutyKind.PROPOSAL_KEY), fact(4, DutyKind.PROPOSAL_EXCELLENT)).grade
        == "优秀"
    )
    assert jinan(fact(1, DutyKind.CHARITY, quantity=9)).total == 80


def test_jinan_below_sixty_is_interviewed_by_the_convener_and_twice_by_the_committee() -> None:
    scheme = bundled_scheme("jinan_2015")
    low = jinan(fact(1, DutyKind.PLENARY, attendance=Attendance.ABSENT))
    assert (low.total, low.grade) == (40, "不称职")
    assert year_end(scheme, low).decided_by == "界别组召集人"
    assert year_end(scheme, low, [Decimal(59)]).decided_by == "市政协"
    assert year_end(scheme, low, [Decimal(60), Decimal(10)]).decided_by == "界别组召集人"
    edge = jinan(fact(1, DutyKind.PLENARY, attendance=Attendance.LEAVE))
    assert year_end(scheme, edge).outcome is YearEndOutcome.PASSES


def test_hongkou_caps_mark_what_they_cut_and_leave_costs_by_its_kind() -> None:
    scheme = bundled_scheme("hongkou")
    ledger = evaluate(scheme, [filed(n) for n in range(1, 5)], YEAR)
    assert ledger.total == 9
    assert [line.mark for line in ledger.lines] == [None, None, None, "（超过最高分限制）"]
    joint = [filed(n, authors=3, position=2) for n in range(1, 6)]
    assert evaluate(scheme, joint, YEAR).total == 3

    def leave(compulsory: str, approved: str) -> Decimal:
        attributes = {"compulsory": compulsory, "approved": approved}
        one = fact(1, DutyKind.ACTIVITY, attendance=Attendance.LEAVE, attributes=attributes)
        return evaluate(scheme, [one], YEAR).total

    assert [leave("yes", "no"), leave("yes", "yes"), leave("no", "no"), leave("no", "yes")] == [-2, -1, -1, 0]


def test_a_duty_year_may_end_in_november() -> None:
    scheme = bundled_scheme("hongkou")
    assert scheme.window(2026) == (date(2025, 12, 1), date(2026, 11, 30))
    assert scheme.year_of(date(2026, 12, 1)) == 2027
    late = evaluate(scheme, [filed(1, on=date(2026, 12, 1))], 2026)
    assert late.total == 0
    assert "考核期" in late.uncounted[0].reason


def test_one_fact_with_two_contents_is_an_error_and_no_guess() -> None:
    with pytest.raises(ConflictingFacts):
        evaluate(bundled_scheme("sandikou"), [filed(1), fact(1, DutyKind.ACTIVITY)], YEAR)
