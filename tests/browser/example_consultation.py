"""Example pages of consultation: a topic, the year's plan, templates and their editor, processes and their charts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from services.consultation.rules.template import read_template
from services.consultation.templates import BUNDLED, SOURCES, bundled_template
from services.portal import flow
from services.portal.template_form import TemplateForm, blank, from_template
from services.portal.views import PageContext, TimelineEntry, View
from services.portal.views.consultation import (
    PlanView,
    ProcessesView,
    ProcessStartView,
    ProcessView,
    TemplateFormView,
    TemplatesView,
    TemplateView,
    TopicFormView,
    TopicView,
)
from tests.browser.example_proposals import TITLES
from tests.browser.examples import PEOPLE, THE_MEMBER, THE_OFFICER, ago, due, ident, page
from tongxin_contracts.consultation.planning import PlanAnswer, PlanLine, Study, TopicSheetAnswer
from tongxin_contracts.consultation.processes import (
    DocumentRow,
    ProcessAnswer,
    ProcessPage,
    ProcessRow,
    RatingCounts,
    StepRun,
    UnitRow,
)
from tongxin_contracts.consultation.queries import Topic
from tongxin_contracts.consultation.templates import (
    Fault,
    TemplateRow,
    TemplatesAnswer,
    TemplateSheetAnswer,
)
from tongxin_contracts.permissions import GRANTS, Role
from tongxin_contracts.problems import FieldProblem, Problem
from tongxin_contracts.words import (
    ConsultationForm,
    PlanState,
    ProcessOutcome,
    ProcessState,
    StepOutcome,
    TopicSource,
    TopicState,
)

OFFICE = replace(
    THE_OFFICER,
    roles=("专委会办公室",),
    permissions=frozenset(GRANTS[Role.COMMITTEE_OFFICE]),
)
CHAIRS = replace(THE_OFFICER, roles=("主席会议",), permissions=frozenset(GRANTS[Role.CHAIRS_MEETING]))
WHO = replace(THE_MEMBER, permissions=frozenset(GRANTS[Role.MEMBER]))
STUDY = Study(
    reason="老城区汛期连年积水，两年内三位委员提出提案，群众反映集中。",
    policy="《城镇排水与污水处理条例》；市委《关于加强城市内涝治理的意见》。",
    situation="全市排查易涝点 27 处，老城区占 14 处，三处主管建于上世纪。",
    problems="管网底数不清；泵站能力不足；道路、排水、河道三家分管，责任分散。",
    direction="先易后难，汛前完成三处改造；建立一张图；明确一个牵头单位。",
)
UNITS = [UnitRow(unit_id=ident("unit", name), name=name) for name in ("市住建局", "市水务局", "市城管局")]


def examples() -> Iterator[tuple[str, PageContext, View]]:
    """All of them."""
    yield from _topics()
    yield from _plans()
    yield from _templates()
    yield from _processes()


def _timeline(*lines: str) -> list[TimelineEntry]:
    return [TimelineEntry(at=ago(days=n), who=PEOPLE[n % 3], what=line) for n, line in enumerate(lines)]


def _sheet(**more: Any) -> TopicSheetAnswer:
    given: dict[str, Any] = {
        "topic_id": ident("topic"), "version": 3, "title": TITLES[0][0], "state": TopicState.TAKEN,
        "source": TopicSource.PROPOSAL, "brought_by": "", "proposal_id": ident("proposal"),
        "proposal_number": "八届二次第0012号", "study": STUDY, "missing": [], "reason": None, "proposed_at": ago(days=30),
        "proposed_by": str(ident("person", PEOPLE[1])), "year": 2026, "month": 5, "processes": [ident("process")],
        "history": [], "history_intact": True,
    }  # fmt: skip
    return TopicSheetAnswer.model_validate(given | more)


def _topics() -> Iterator[tuple[str, PageContext, View]]:
    here = page("/topics/1", OFFICE)
    story = _timeline("排入年度计划", "填写选题预可研", "提案列为协商议题")
    yield "topic", here, TopicView(sheet=_sheet(), timeline=story)
    missing = _sheet(
        study=Study(reason="积水"), missing=["政策依据", "现实状况"], year=None, month=None, processes=[]
    )
    yield "topic_missing", here, TopicView(sheet=missing, timeline=story)
    asked = _sheet(
        state=TopicState.PROPOSED, source=TopicSource.PUBLIC, brought_by="明湖小区居民", proposal_id=None,
        proposal_number=None, year=None, month=None, processes=[],
    )  # fmt: skip
    yield "topic_proposed", here, TopicView(sheet=asked, timeline=story)
    sources = [source for source in TopicSource if source is not TopicSource.PROPOSAL]
    problem = Problem(
        type="urn:tongxin:problem:invalid",
        title="选题预可研要五要素齐全，还缺“政策依据”",
        status=422,
        errors=[FieldProblem(field="study.policy", message="请填写“政策依据”。")],
    )
    typed = {"title": "小区加装电梯", "source": "public", "reason": "老年人出行难"}
    yield "topic_form", page("/topics/new", WHO), TopicFormView(sources=sources, typed=typed, problem=problem)


def _line(month: int, index: int, form: ConsultationForm, *, running: bool = False) -> PlanLine:
    return PlanLine(
        topic_id=ident("topic", index),
        title=TITLES[index % len(TITLES)][0],
        month=month,
        form=form,
        source=list(TopicSource)[index % 5],
        proposal_id=None,
        state=TopicState.TAKEN,
        process_id=ident("process", index) if running else None,
    )


def _plan(state: PlanState, **more: Any) -> PlanAnswer:
    forms = list(ConsultationForm)
    months = (2, 3, 3, 5, 6, 8, 9, 9, 11)
    items = [_line(month, n, forms[n % 8], running=n < 3) for n, month in enumerate(months)]
    return PlanAnswer(year=2026, years=[2026, 2025], plan_id=ident("plan"), state=state, items=items, **more)


def _topic(index: int, **more: Any) -> Topic:
    return Topic(
        topic_id=ident("topic", "free", index),
        title=TITLES[index][0],
        proposal_id=ident("proposal", index),
        proposal_number=f"八届二次第00{index + 20}号",
        taken_at=ago(days=index),
        taken_by=str(ident("person", PEOPLE[1])),
        **more,
    )


def _plans() -> Iterator[tuple[str, PageContext, View]]:
    topics = [_topic(1, studied=True), _topic(2)]
    here = page("/plan", OFFICE)
    yield "plan_draft", here, PlanView(plan=_plan(PlanState.DRAFT), topics=topics, may_change=True)
    approved = {
        "approved_by": "中共安和市委",
        "document_number": "安办〔2026〕12号",
        "approved_on": date(2026, 1, 20),
        "published_at": ago(days=200),
    }
    public = _plan(PlanState.PUBLISHED, **approved)
    yield "plan", page("/plan", WHO), PlanView(plan=public, topics=[], may_change=False)
    yield (
        "plan_submitted",
        page("/plan", CHAIRS),
        PlanView(plan=_plan(PlanState.SUBMITTED), topics=[], may_change=False),
    )
    none = PlanAnswer(year=2027, years=[2026])
    yield "plan_none", here, PlanView(plan=none, topics=[], may_change=False)


def _row(name: str, edition: int = 0) -> TemplateRow:
    return TemplateRow(
        template_id=ident("template", name) if edition else None,
        edition=edition,
        source=SOURCES[name],
        adopted_at=ago(days=90) if edition else None,
        adopted_by=str(ident("person", PEOPLE[1])) if edition else None,
        running=edition * 2,
        template=bundled_template(name),
    )


def _templates() -> Iterator[tuple[str, PageContext, View]]:
    lists = TemplatesAnswer(
        adopted=[_row("four_orders", 2), _row("one_key", 1)],
        bundled=[_row("open_talk"), _row("seven_steps")],
    )
    here = page("/templates", OFFICE)
    yield "templates", here, TemplatesView(templates=lists, may_adopt=True)
    for name in BUNDLED:
        row = _row(name, 2 if name == "four_orders" else 0)
        sheet = TemplateSheetAnswer(row=row, editions=[2, 1] if row.edition else [])
        charts = flow.charts(row.template.steps)
        yield f"template_{name}", here, TemplateView(sheet=sheet, charts=charts, may_adopt=True)
    whole = from_template(bundled_template("open_talk"), code="own_1", name="我们的民主恳谈", source="")
    copies = [*lists.adopted, *lists.bundled]
    yield "template_form", page("/templates/new", OFFICE), form_view(whole, copies=copies)
    wrong = blank("own_2").with_step()
    yield "template_form_wrong", page("/templates/new", OFFICE), form_view(wrong, refused=True)


def form_view(form: TemplateForm, **more: Any) -> TemplateFormView:
    """The editor as the portal would show it."""
    steps = form.drawable()
    faults = [
        Fault(step=int(at[1]) if (at := error.field.split("."))[0] == "steps" and len(at) > 1 else None,
              field=error.field, message=error.message)
        for error in read_template(form.data())[1]
    ]  # fmt: skip
    return TemplateFormView(
        form=form, steps=steps, charts=flow.charts(steps), faults=faults, is_new=True, **more
    )


def _run(step: str, number: int, outcome: StepOutcome | None = StepOutcome.DONE, **more: Any) -> StepRun:
    done = outcome is not None
    given: dict[str, Any] = {
        "step": step, "run": number, "began_at": ago(days=20 - number), "due_at": due(3),
        "done_at": ago(days=19 - number) if done else None, "done_by": str(ident("person", PEOPLE[number % 4])) if done else None,
        "on_behalf": False, "outcome": outcome, "entries": {}, "documents": [],
    }  # fmt: skip
    return StepRun.model_validate(given | more)


def _document(kind: str) -> DocumentRow:
    return DocumentRow(
        document_id=ident("document", kind),
        step="order",
        kind=kind,
        filename=f"{kind}.pdf",
        media_type="application/pdf",
        size=48_000,
        digest="0" * 64,
        added_at=ago(days=3),
    )


def _process(template: str, step: str | None, runs: list[StepRun], **more: Any) -> ProcessAnswer:
    given: dict[str, Any] = {
        "process_id": ident("process"), "version": 5, "title": TITLES[0][0], "matter": "明湖小区地下车库汛期积水，住户多次反映。",
        "state": ProcessState.RUNNING, "template": bundled_template(template), "edition": 2, "topic_id": ident("topic"),
        "proposal_id": ident("proposal"), "unit_id": ident("unit", "市住建局"), "unit_name": "市住建局",
        "proposers": [ident("person", PEOPLE[0])], "step": step, "due_at": due(3) if step else None, "may_act": True,
        "on_behalf": False, "waits_for": [], "doers": [], "runs": runs, "started_at": ago(days=20), "consensus": None,
        "rating": None, "outcome": None, "summary": None, "concluded_at": None, "history": [], "history_intact": True,
    }  # fmt: skip
    return ProcessAnswer.model_validate(given | more)


def _process_view(process: ProcessAnswer, **more: Any) -> ProcessView:
    done = frozenset(run.step for run in process.runs if run.done_at) - {process.step}
    return ProcessView(
        process=process,
        step=process.template.step(process.step) if process.step else None,
        charts=flow.charts(process.template.steps, now=process.step, done=done),
        done=done,
        outcomes=tuple(ProcessOutcome),
        timeline=_timeline("步骤办结", "上传材料", "协商开始"),
        **({"units": UNITS} | more),
    )


def _processes() -> Iterator[tuple[str, PageContext, View]]:
    order = _run(
        "order", 1, entries={"点单人": "明湖小区住户", "事项": "地下车库积水", "诉求": "汛前改好排水"},
        documents=[_document("登记表")], on_behalf=True,
    )  # fmt: skip
    accept = _run("accept", 2, entries={"认领理由": "本人从事市政工程", "走访了解的情况": "三处雨水口堵塞"})
    now = _run("solve", 3, None, documents=[_document("文件")])
    waits = ["缺少材料“流程图”。"]
    process = _process("four_orders", "solve", [order, accept, now], waits_for=waits)
    yield "process", page("/processes/1", WHO), _process_view(process, units=[])
    problem = Problem(
        type="urn:tongxin:problem:invalid",
        title="“恳谈会”还不能结束，请补齐以下内容",
        status=422,
        errors=[
            FieldProblem(
                field="stakeholders",
                message="利益相关方代表不得少于参会人数的 50%：20 人参会至少要 10 人，现有 9 人，会议不能举行。",
            )
        ],
    )
    past = [_run("collect", 1), _run("approve", 2, StepOutcome.PASSED), _run("announce", 3)]
    talk = _process("open_talk", "talk", [*past, _run("talk", 4, None)])
    typed = {"present": "20", "stakeholders": "9", "outcome": "consensus"}
    yield "process_talk", page("/processes/2", OFFICE), _process_view(talk, problem=problem, typed=typed)
    rated = [_run("suggest", 1), _run("dispatch", 2), _run("urge", 3), _run("feedback", 4)]
    rate = _process("one_key", "rate", [*rated, _run("rate", 5, None)])
    yield "process_rate", page("/processes/3", WHO), _process_view(rate, units=[])
    wait = rate.model_copy(update={"may_act": False, "doers": [ident("person", PEOPLE[0])]})
    yield "process_wait", page("/processes/3", OFFICE), _process_view(wait)
    end = _process("one_key", None, rated, state=ProcessState.TO_CONCLUDE, rating=StepOutcome.UNRATED)
    yield "process_conclude", page("/processes/4", OFFICE), _process_view(end)
    done = _process(
        "four_orders", None, [order, accept, _run("solve", 3, StepOutcome.CONSENSUS), _run("check", 4, StepOutcome.PASSED)],
        state=ProcessState.CONCLUDED, outcome=ProcessOutcome.CASE, summary="清淤三处，加装水泵两台。\n汛期未再积水。",
        concluded_at=ago(days=1), consensus=True,
    )  # fmt: skip
    yield "process_done", page("/processes/5", WHO), _process_view(done)
    rows = [
        ProcessRow(
            process_id=ident("process", n), title=TITLES[n][0], template_name=("四单闭环", "一键履职", "基层民主恳谈")[n % 3],
            state=list(ProcessState)[n % 3], step_name="解单" if n % 3 == 0 else None, steps_done=n,
            due_at=due(n - 1), started_at=ago(days=n * 4), proposal_id=None, topic_id=None,
            outcome=ProcessOutcome.MINUTES if n % 3 == 2 else None,
            rating=(None, StepOutcome.SATISFIED, StepOutcome.UNRATED)[n % 3],
        )
        for n in range(5)
    ]  # fmt: skip
    counts = RatingCounts(asked=11, satisfied=9, dissatisfied=1, unrated=1)
    listed = ProcessPage(processes=rows, next=None, ratings=counts)
    yield (
        "processes",
        page("/processes", OFFICE),
        ProcessesView(page=listed, state=None, mine=False, may_start=True),
    )
    chosen = _row("one_key", 1)
    yield "process_start", page("/processes/new", OFFICE), ProcessStartView(
        templates=[_row("four_orders", 2), chosen], chosen=chosen, charts=flow.charts(chosen.template.steps),
        topics=[_topic(1), _topic(2)], units=UNITS,
    )  # fmt: skip
