"""Example pages of dispatch and handling: each duty's page, the desks, the circular, the committee's times."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from services.portal.pages import handling_forms as forms
from services.portal.pages import handling_steps as steps
from services.portal.pages.handling_circular import bar, half_month
from services.portal.pages.timeline import timeline
from services.portal.views import PageContext, ProposalView, View
from services.portal.views.handling import (
    DispatchDeskView,
    DispatchOutcome,
    DispatchRulesView,
    DispatchTab,
    HandlingCircularView,
    HandlingView,
    UnitDeskView,
    UnitRow,
)
from tests.browser.example_proposals import SUGGESTIONS, TITLES, proposal
from tests.browser.examples import (
    NAMES,
    NOW,
    PEOPLE,
    THE_MEMBER,
    THE_OFFICER,
    ago,
    day,
    due,
    ident,
    page,
    who,
)
from tongxin_contracts.message import HistoryEntry
from tongxin_contracts.problems import FieldProblem, Problem
from tongxin_contracts.proposals.handling_queries import (
    CircularAnswer,
    DispatchRulesAnswer,
    ExtensionShown,
    HandlingAnswer,
    HandlingRow,
    HandlingUnit,
    Opinion,
    Reply,
    ReplyLineShown,
    Responsibility,
    Talk,
    UnitPart,
    UnitProgress,
)
from tongxin_contracts.words import (
    AllocationPart,
    AllocationState,
    Category,
    HandlingState,
    ProposalState,
    ReplyClass,
    ReplyStage,
    TalkForm,
    UnitDuty,
)

UNITS = [
    "市水利局",
    "市住建局",
    "市城管局",
    "市财政局",
    "市发改委",
    "市生态环境局",
    "市自然资源和规划局",
    "市交通运输局",
]
UNIT_MAY = frozenset(
    {"notify.my_work", "notify.notices", "proposals.unit_desk", "proposals.handling", "proposals.proposals"}
)
CLERK = who("许岚", ("联络员", "承办人"), UNIT_MAY, unread=1, todo=3)
OFFICE = replace(
    THE_OFFICER,
    permissions=THE_OFFICER.permissions
    | {"proposals.dispatch_desk", "proposals.handling_circular", "proposals.pre_dispatch", "proposals.dispatch",
       "proposals.reallocate", "proposals.decide_extension", "proposals.adopt_dispatch_rules", "proposals.handling"},
)  # fmt: skip
ME = ident("person", PEOPLE[4])
TITLE = TITLES[0][0]


def unit(index: int, duties: tuple[UnitDuty, ...] = ()) -> HandlingUnit:
    """A unit to choose."""
    name = UNITS[index]
    return HandlingUnit(
        unit_id=ident("unit", name),
        name=f"安和{name}",
        short_name=name.removeprefix("市"),
        duties=list(duties),
    )


def part(
    index: int, kind: AllocationPart, state: AllocationState, days: int | None, **more: object
) -> UnitPart:
    """A unit's part."""
    given: dict[str, object] = {
        "allocation_id": ident("allocation", index, kind), "unit_id": ident("unit", UNITS[index]), "unit": UNITS[index],
        "part": kind, "state": state, "due_at": due(days) if days is not None else None, "extended": False,
        "signed_at": ago(days=20) if state is AllocationState.SIGNED else None, "done_at": None,
    }  # fmt: skip
    return UnitPart.model_validate(given | more)


LEAD, CO = AllocationPart.LEAD, AllocationPart.CO
SIGNED = (part(0, LEAD, AllocationState.SIGNED, 42), part(1, CO, AllocationState.SIGNED, 6))
LINES = [
    Responsibility(
        line_id=ident("line", n),
        suggestion=n,
        what=what,
        who=whom,
        due_on=day(12, 20),
        done_at=done,
        evidence=evidence,
    )
    for n, (what, whom, done, evidence) in enumerate(
        (
            ("更换沿河路老旧主管", "排水管理处", ago(days=3), "更换主管 3 处，共 860 米，惠及 1240 户。"),
            ("增设两台排涝机组", "工程建设科", None, None),
            ("建立汛前联合巡查制度", "防汛办", None, None),
        )
    )
]
TALK = Talk(
    talk_id=ident("talk"), round=1, form=TalkForm.VISIT, on=day(11, 6), with_whom="沈望舒",
    summary="登门听取意见，逐条作了说明；提案人要求汛前完成清淤，并公开进度。",
)  # fmt: skip
OPINION = Opinion(
    unit_id=ident("unit", UNITS[1]),
    unit=UNITS[1],
    text="管线迁改由我局配合，12 月底前完成 2 处。",
    at=ago(days=4),
)


def reply(stage: ReplyStage, **more: object) -> Reply:
    """A reply to three suggestions."""
    texts = (
        ("已更换沿河路主管 3 处，共 860 米，惠及 1240 户，11 月 2 日全部通水。", ReplyClass.A, None),
        (
            "已列入 2027 年度计划，正在办理立项手续，建成后排涝能力提高到 30 年一遇。",
            ReplyClass.B,
            day(12, 30),
        ),
        ("经与财政部门研究，目前没有条件设立专项基金，将在“十五五”规划中统筹考虑。", ReplyClass.C, None),
    )
    given: dict[str, object] = {
        "round": 1, "stage": stage, "opening": forms.OPENING.format(title=TITLE, number="八届二次第0011号"),
        "lines": [ReplyLineShown(suggestion=n, text=words, reply_class=kind, promised_by=by).model_dump() for n, (words, kind, by) in enumerate(texts)],
        "closing": forms.CLOSING, "letter_number": None, "reply_class": None, "remarks": None,
        "drafted_by": ident("person", PEOPLE[5]), "checked_by": None, "signed_by": None, "signed_at": None,
    }  # fmt: skip
    return Reply.model_validate(given | more)


def handling(state: HandlingState, units: tuple[UnitPart, ...], **more: object) -> HandlingAnswer:
    """A handling as somebody sees it."""
    out = state is not HandlingState.PRE_DISPATCHED
    entries = [
        HistoryEntry(sequence=n, action=action, actor=str(ident("person", PEOPLE[who_])), at=ago(days=days), changes={}, reason=reason)
        for n, (action, who_, days, reason) in enumerate(
            (("pre_dispatch", 5, 40, "主办：市水利局；会办：市住建局"), ("accept_allocation", 4, 38, "市水利局"), ("dispatch", 5, 30, "主办：市水利局；会办：市住建局"), ("sign_receipt", 4, 29, "市水利局")),
            1,
        )
    ]  # fmt: skip
    given: dict[str, object] = {
        "handling_id": ident("handling", 0), "proposal_id": ident("proposal", 0), "committee": "340900", "version": 4,
        "number": "八届二次第0011号", "title": TITLE, "suggestions": list(SUGGESTIONS), "facts": "沿河路一带每逢大雨积水。",
        "analysis": "主管管径小，机组老化。", "category": Category.SOCIETY, "first_proposer": ident("person", PEOPLE[0]),
        "co_proposers": [ident("person", PEOPLE[2])], "state": state, "round": 1, "object_by": due(3),
        "dispatched_at": ago(days=30) if out else None, "due_at": due(42) if out else None, "replied_at": None, "closed_at": None,
        "reply_class": None, "units": [one.model_dump() for one in units], "responsibilities": [], "opinions": [], "talks": [],
        "replies": [], "extensions": [], "my_unit": None, "my_duties": [],
        "history": [entry.model_dump() for entry in (entries if out else entries[:1])],
    }  # fmt: skip
    return HandlingAnswer.model_validate(given | {k: _plain(v) for k, v in more.items()})


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [one.model_dump() if hasattr(one, "model_dump") else one for one in value]
    return value


def view(found: HandlingAnswer, held: frozenset[str] = frozenset(), **more: object) -> HandlingView:
    """The page as the portal would show it."""
    may = steps.actions(found, held, ME, NOW)
    given: dict[str, object] = {
        "handling": found, "stages": steps.stages(found, ago(days=45)), "step": steps.next_step(found, may, NOW), "may": may,
        "jobs": steps.jobs(found) if "lines" in may else (), "units": [unit(n) for n in range(len(UNITS))],
        "timeline": timeline(found.history, NAMES), "mine": steps.my_part(found),
        "lines": forms.lines_shown(found, None) if "lines" in may else (),
        "reply": forms.reply_shown(found, None) if "save" in may else None, "current_reply": steps.current_reply(found),
        "letters": steps.letters(found, may), "talk_first": PEOPLE[0], "today": day(11, 20), "returned": steps.returned_parts(found) if "keep" in may else (),
    }  # fmt: skip
    return HandlingView(**(given | more))  # type: ignore[arg-type]


def examples() -> Iterator[tuple[str, PageContext, View]]:
    """All of them."""
    yield from _in_units()
    yield from _at_the_office()
    yield from _desks()


def _in_units() -> Iterator[tuple[str, PageContext, View]]:
    path = f"/handling/{ident('proposal', 0)}"
    mine: dict[str, object] = {"my_unit": ident("unit", UNITS[0])}
    liaison, handler = mine | {"my_duties": [UnitDuty.LIAISON]}, mine | {"my_duties": [UnitDuty.HANDLER]}
    asked = (part(0, LEAD, AllocationState.PROPOSED, None), part(1, CO, AllocationState.ACCEPTED, None))
    yield "handling_accept", page(path, CLERK), view(handling(HandlingState.PRE_DISPATCHED, asked, **liaison))
    sent = (part(0, LEAD, AllocationState.DISPATCHED, 88), part(1, CO, AllocationState.SIGNED, 27))
    yield (
        "handling_sign_receipt",
        page(path, CLERK),
        view(handling(HandlingState.DISPATCHED, sent, **liaison)),
    )
    begun = handling(HandlingState.IN_HAND, SIGNED, **handler)
    yield "handling_begin", page(path, CLERK), view(begun)
    more = handler | {"responsibilities": LINES, "talks": [TALK], "opinions": [OPINION]}
    written = handling(
        HandlingState.IN_HAND,
        SIGNED,
        **more,
        replies=[reply(ReplyStage.DRAFTING, remarks="第二条请写明开工时间。")],
    )
    problem = Problem(
        type="urn:tongxin:problem:invalid", title="有内容需要修改后才能提交", status=422,
        detail="答复还不完整，请补充标出的地方；已写的内容不会丢失。",
        errors=(FieldProblem(field="lines.1.promised_by", message="第 2 条建议是 B 类，请写明什么时候办结；到期会提醒核对。"),
                FieldProblem(field="lines.2.reply_class", message="请选择第 3 条建议的答复类别（A、B 或 C）。")),
    )  # fmt: skip
    yield "handling_reply", page(path, CLERK), view(written)
    yield "handling_reply_refused", page(path, CLERK), view(written, action="submit", problem=problem)
    checker = mine | {"my_duties": [UnitDuty.CHECKER], "responsibilities": LINES, "talks": [TALK]}
    yield (
        "handling_check",
        page(path, CLERK),
        view(handling(HandlingState.IN_HAND, SIGNED, **checker, replies=[reply(ReplyStage.CHECKING)])),
    )
    co: dict[str, object] = {"my_unit": ident("unit", UNITS[1]), "my_duties": [UnitDuty.HANDLER]}
    yield "handling_opinion", page(path, CLERK), view(handling(HandlingState.IN_HAND, SIGNED, **co))


def _at_the_office() -> Iterator[tuple[str, PageContext, View]]:
    path, held = f"/handling/{ident('proposal', 0)}", OFFICE.permissions
    back = part(
        0,
        LEAD,
        AllocationState.RETURNED,
        None,
        return_reason="管网养护自 2025 年起划归城管局（见三定方案第四条）。（建议由城管局承办）",
    )
    returned = handling(HandlingState.PRE_DISPATCHED, (back, part(1, CO, AllocationState.ACCEPTED, None)))
    yield "handling_return", page(path, OFFICE), view(returned, held)
    asked = ExtensionShown(
        unit_id=ident("unit", UNITS[0]), unit=UNITS[0], round=1, until=day(12, 31), reason="等待省级立项批复。",
        asked_at=ago(days=1), granted=None, answer_text=None,
    )  # fmt: skip
    waiting = part(0, LEAD, AllocationState.SIGNED, -2, asked_until=day(12, 31))
    extended = handling(
        HandlingState.IN_HAND,
        (waiting, SIGNED[1]),
        extensions=[asked],
        responsibilities=LINES,
        opinions=[OPINION],
        talks=[TALK],
    )
    yield "handling_extension", page(path, OFFICE), view(extended, held)
    signed = reply(
        ReplyStage.SIGNED,
        letter_number="水利局提案复〔2026〕12号",
        reply_class=ReplyClass.C,
        signed_at=ago(days=2),
    )
    done = tuple(one.model_copy(update={"done_at": ago(days=2)}) for one in SIGNED)
    replied = handling(
        HandlingState.REPLIED,
        done,
        replies=[signed],
        responsibilities=LINES,
        talks=[TALK],
        replied_at=ago(days=2),
    )
    yield "handling_replied", page(path, OFFICE), view(replied, held)
    member = replied.model_copy(update={"extensions": [], "opinions": []})
    filed = proposal(ProposalState.FILED)
    shown = ProposalView(
        proposal=filed,
        timeline=timeline(filed.history, NAMES),
        next_step=steps.next_step(member, frozenset(), NOW),
        handling=member,
        stages=steps.stages(member, filed.decided_at),
    )
    yield "proposal_handled", page(f"/proposals/{filed.proposal_id}", THE_MEMBER), shown


def row(index: int, state: HandlingState | None, days: int, *parts: UnitPart) -> HandlingRow:
    """A handling in a list."""
    return HandlingRow(
        proposal_id=ident("proposal", index),
        handling_id=ident("handling", index) if state else None,
        version=3 if state else None,
        number=f"八届二次第{index + 11:04d}号",
        title=TITLES[index % len(TITLES)][0],
        category=Category.SOCIETY,
        state=state,
        object_by=due(days) if state is HandlingState.PRE_DISPATCHED else None,
        due_at=due(days) if state not in (None, HandlingState.PRE_DISPATCHED) else None,
        units=list(parts),
    )


def _desk(tab: DispatchTab, rows: list[HandlingRow], **more: object) -> DispatchDeskView:
    given: dict[str, object] = {
        "tab": tab, "state": "in_hand", "rows": rows, "next": None, "search": "", "may_act": True, "may_adopt": True,
    }  # fmt: skip
    return DispatchDeskView(**(given | more))  # type: ignore[arg-type]


def _desks() -> Iterator[tuple[str, PageContext, View]]:
    rules = DispatchRulesAnswer(object_days=5, answer_days=7, lead_months=3, co_months=1, source=None)
    waiting = _desk(
        "waiting",
        [row(n, None, 0) for n in range(6)],
        current=proposal(ProposalState.FILED),
        units=[unit(n) for n in range(len(UNITS))],
        rules=rules,
        lead=str(ident("unit", UNITS[0])),
        co=frozenset({str(ident("unit", UNITS[2]))}),
    )
    yield "dispatch_waiting", page("/dispatch", OFFICE), waiting
    yield "dispatch_empty", page("/dispatch", OFFICE), _desk("waiting", [])
    asked = (part(0, LEAD, AllocationState.ACCEPTED, None), part(1, CO, AllocationState.PROPOSED, None))
    rows = [row(n, HandlingState.PRE_DISPATCHED, n, *asked) for n in range(4)]
    outcomes = (
        DispatchOutcome(title=TITLES[4][0], number="八届二次第0015号", good=True),
        DispatchOutcome(title=TITLES[1][0], number="八届二次第0012号", good=False, reason="还有单位没有确认，退回期限也没有到。"),
    )  # fmt: skip
    yield "dispatch_asked", page("/dispatch", OFFICE), _desk("asked", rows, outcomes=outcomes, next="x")
    late = [row(n, HandlingState.IN_HAND, n * 20 - 25, *SIGNED) for n in range(3)]
    yield "dispatch_working", page("/dispatch", OFFICE), _desk("working", late)
    yield "unit_desk", page("/unit", CLERK), _unit_desk()
    yield "unit_desk_empty", page("/unit", CLERK), UnitDeskView(units=[], rows=[], next=None)
    numbers = ((14, 12, 3, 1, 4), (9, 9, 6, 0, 1), (7, 7, 7, 0, 0), (3, 1, 0, 0, 0))
    progress = [
        UnitProgress(unit_id=ident("unit", UNITS[n]), unit=UNITS[n], dispatched=a, signed=b, replied=c, extended=d, overdue=e, dispatched_in_period=n % 2, replied_in_period=c // 3)
        for n, (a, b, c, d, e) in enumerate(numbers)
    ]  # fmt: skip
    since, until = half_month(day(11, 20))
    circular = HandlingCircularView(
        circular=CircularAnswer(since=since, until=until, units=progress, returned=2, waiting=11),
        bars=tuple(bar(one) for one in progress),
        dispatched=33,
        replied=16,
        overdue=5,
        before=half_month(since - timedelta(days=1)),
        after=None,
    )
    yield "handling_circular", page("/circular", OFFICE), circular
    typed = {"object_days": "5", "answer_days": "7", "lead_months": "3", "co_months": "1", "source": ""}
    yield (
        "dispatch_rules",
        page("/dispatch/rules", OFFICE),
        DispatchRulesView(rules=rules, may_adopt=True, typed=typed),
    )


def _unit_desk() -> UnitDeskView:
    to_sign = part(0, LEAD, AllocationState.DISPATCHED, 88)
    rows = [
        (row(0, HandlingState.IN_HAND, -2, *SIGNED), part(0, LEAD, AllocationState.SIGNED, -2), False),
        (row(1, HandlingState.IN_HAND, 2, *SIGNED), part(0, CO, AllocationState.SIGNED, 2), False),
        (
            row(2, HandlingState.PRE_DISPATCHED, 4, *SIGNED),
            part(0, LEAD, AllocationState.PROPOSED, None),
            False,
        ),
        (row(3, HandlingState.DISPATCHED, 88, to_sign), to_sign, True),
        (row(4, HandlingState.DISPATCHED, 88, to_sign), to_sign, True),
    ]
    return UnitDeskView(
        units=[unit(0, (UnitDuty.LIAISON, UnitDuty.HANDLER))],
        rows=[UnitRow(row=one, parts=(mine,), to_sign=sign) for one, mine, sign in rows],
        next=None,
        may_sign=True,
    )
