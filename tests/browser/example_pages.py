"""Example pages around proposals: work, notices, members, topics, agencies, accounts, operation, problems."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from services.portal.views import (
    AccountRow,
    AccountsView,
    DossierView,
    LiveView,
    LoginView,
    MembersView,
    MyWorkView,
    NewPassword,
    NoticesView,
    PageContext,
    PasswordView,
    ProblemView,
    ProcessStatus,
    RosterImportView,
    RosterReportView,
    TimelineEntry,
    TopicsView,
    View,
)
from tests.browser.example_proposals import TITLES
from tests.browser.examples import NOW, PEOPLE, THE_ADMIN, THE_MEMBER, THE_OFFICER, ago, day, due, ident, page
from tongxin_contracts.consultation.queries import Candidate, Topic, TopicsAnswer
from tongxin_contracts.members.queries import (
    DossierAnswer,
    LedgerLine,
    MemberRow,
    RosterPage,
    RosterReportAnswer,
    RowReport,
    UncountedDuty,
    YearResult,
)
from tongxin_contracts.notify.queries import (
    MyWorkAnswer,
    Notice,
    NoticePage,
    Todo,
    WorkCount,
)
from tongxin_contracts.problems import FieldProblem, Problem
from tongxin_contracts.words import (
    DutyKind,
    ExitDecision,
    NoticeKind,
    RosterRowOutcome,
    Sector,
    TaskKind,
    YearEndOutcome,
)

THE_OFFICER_WHO_DECIDES = replace(
    THE_OFFICER, permissions=THE_OFFICER.permissions | {"members.dossier", "members.decide_exit"}
)
EXAMPLE_PASSWORD = "云杉-渡口-七月-砚台"


def examples() -> Iterator[tuple[str, PageContext, View]]:
    """All of them."""
    yield from _doors()
    yield from _work()
    yield from _members()
    yield from _others()
    yield from _problems()


def _problem(status: int, title: str, detail: str | None = None, *errors: tuple[str, str]) -> Problem:
    fields = tuple(FieldProblem(field=field, message=message) for field, message in errors)
    return Problem(
        type="urn:tongxin:problem:example", status=status, title=title, detail=detail, errors=fields
    )


def _doors() -> Iterator[tuple[str, PageContext, View]]:
    yield "login", page("/login", None), LoginView()
    wrong = _problem(401, "账号或密码不正确", "还可以再试 3 次，之后账号会锁定 15 分钟。")
    yield "login_refused", page("/login", None), LoginView(login="shenwangshu", problem=wrong)
    yield "password_forced", page("/password", THE_MEMBER), PasswordView(forced=True)
    unequal = _problem(
        422, "有内容需要修改后才能提交", None, ("again", "两次输入的新密码不一致，请重新输入。")
    )
    yield "password_refused", page("/password", THE_MEMBER), PasswordView(forced=False, problem=unequal)


def _notice(index: int, kind: NoticeKind, title: str, body: str, *, read: bool) -> Notice:
    return Notice(
        notice_id=ident("notice", index), kind=kind, title=title, body=body, matter=ident("proposal", index),
        at=ago(hours=index * 17 + 1), read=read,
    )  # fmt: skip


NOTICES = [
    _notice(
        0, NoticeKind.PROPOSAL_FILED, TITLES[0][0], "编号八届二次第0011号。下一步将确定承办单位。", read=False
    ),
    _notice(
        1,
        NoticeKind.PROPOSAL_RETURNED,
        TITLES[3][0],
        "提案委：建议部分请写明由哪个部门、做什么。",
        read=False,
    ),
    _notice(2, NoticeKind.PROPOSAL_SUBMITTED, TITLES[1][0], "已进入审查，预计 5 个工作日内答复。", read=True),
    _notice(3, NoticeKind.PROPOSAL_NOT_FILED, TITLES[2][0], "理由：内容空泛、没有具体建议的。", read=True),
    _notice(
        4,
        NoticeKind.EXIT_SUGGESTED,
        "2025 年度履职积分 14 分",
        "低于年度底线 15 分，由区政协研究决定。",
        read=True,
    ),
]


def _todo(index: int, kind: TaskKind, days: int | None) -> Todo:
    return Todo(
        task_id=ident("task", index), kind=kind, title=TITLES[index][0], matter=ident("proposal", index),
        due_at=None if days is None else due(days), opened_at=ago(days=index + 1), for_role=None,
    )  # fmt: skip


def _work() -> Iterator[tuple[str, PageContext, View]]:
    review = TaskKind.REVIEW_PROPOSAL
    todos = [
        _todo(0, review, -2),
        _todo(1, review, 0),
        _todo(2, review, 5),
        _todo(3, review, 25),
        _todo(4, review, None),
    ]
    todos[1] = todos[1].model_copy(update={"kind": TaskKind.RESOLVE_RETURN})
    counts = [
        WorkCount(kind=review, open=212, overdue=37),
        WorkCount(kind=TaskKind.RESOLVE_RETURN, open=4, overdue=0),
        WorkCount(kind=TaskKind.DECIDE_EXTENSION, open=2, overdue=1),
        WorkCount(kind=TaskKind.SETTLE_COMMITMENT, open=19, overdue=0),
    ]
    full = MyWorkAnswer(todos=todos, notices=NOTICES, unread=2, counts=counts, next="x")
    yield "my_work_officer", page("/work", THE_OFFICER), MyWorkView(work=full)
    one = MyWorkAnswer(todos=[_todo(3, TaskKind.REVISE_PROPOSAL, 3)], notices=NOTICES[:3], unread=2)
    yield "my_work_member", page("/work", THE_MEMBER), MyWorkView(work=one)
    yield (
        "my_work_empty",
        page("/work", THE_MEMBER),
        MyWorkView(work=MyWorkAnswer(todos=[], notices=[], unread=0)),
    )
    yield (
        "notices",
        page("/notices", THE_MEMBER),
        NoticesView(page=NoticePage(notices=NOTICES, unread=2, next="x")),
    )
    yield (
        "notices_empty",
        page("/notices", THE_MEMBER),
        NoticesView(page=NoticePage(notices=[], unread=0, next=None)),
    )


def _row(
    row: int, outcome: RosterRowOutcome, column: str | None, value: str | None, problem: str, remedy: str
) -> RowReport:
    return RowReport(row=row, outcome=outcome, column=column, value=value, problem=problem, remedy=remedy)


BAD_ROWS = [
    _row(
        17,
        RosterRowOutcome.REFUSED,
        "界别",
        "互联网界",
        "没有这个界别",
        "改为名单中的界别，例如「科学技术界」",
    ),
    _row(43, RosterRowOutcome.REFUSED, "手机", "1380013800", "手机号少一位", "填写 11 位手机号"),
    _row(44, RosterRowOutcome.REFUSED, "姓名", None, "姓名为空", "填写姓名，或删去这一行"),
    _row(
        120, RosterRowOutcome.REFUSED, "出生日期", "1968-02-30", "没有这一天", "改为真实日期，例如 1968-02-28"
    ),
    _row(201, RosterRowOutcome.WARNED, "姓名", "许岚", "与第 88 行姓名相同、手机不同", "确认是否为两个人"),
]


def _member(index: int) -> MemberRow:
    sectors = [Sector.EDUCATION, Sector.AGRICULTURE, Sector.INDUSTRY_AND_COMMERCE, Sector.MEDICINE_AND_HEALTH]
    return MemberRow.model_validate(
        {
            "member_id": ident("member", index), "person_id": ident("person", PEOPLE[index]), "name": PEOPLE[index],
            "sector": sectors[index % 4], "rank": "standing_member" if index == 1 else "member",
            "standing": "resigned" if index == 5 else "serving", "special_committee": "提案委员会" if index % 2 else None,
            "liaison_group": "城关镇联络组", "employer": "安和市第二中学", "post": "高级教师", "points": str(23 - index * 2.5),
        }
    )  # fmt: skip


def _line(
    index: int, group: str, item: str, raw: str, counted: str, evidence: str, mark: str | None = None
) -> LedgerLine:
    proposal = group == "提案"
    return LedgerLine(
        fact_id=ident("fact", index), kind=DutyKind.PROPOSAL_FILED if proposal else DutyKind.ACTIVITY, group=group, item=item,
        on=day(10, 20 - index * 2), raw=raw, counted=counted, mark=mark, explanation=f"1 次 × {raw} 分", evidence=evidence,
        matter=ident("proposal", 0) if proposal else None, rule_version="tongcheng-2019.1",
    )  # fmt: skip


LINES = [
    _line(0, "提案", "提案立案", "15", "15", "八届二次第0011号 老旧小区住宅楼加装电梯"),
    _line(1, "提案", "提交提案", "10", "0", "加强菜子湖流域生态保护", "（超过最高分限制）"),
    _line(2, "活动", "参加履职活动", "2", "2", "“请你来协商”城关镇专场"),
    _line(3, "活动", "参加履职活动", "2", "2", "老旧小区改造视察"),
    _line(4, "社情民意", "社情民意被采用", "5", "4", "农村卫生室提升改造", "（超过最高分限制）"),
]
UNCOUNTED = UncountedDuty(
    fact_id=ident("fact", 9), kind=DutyKind.TRAINING, on=day(9, 3), evidence="委员履职培训班（三天）", matter=None,
    reason="本办法没有学习培训这一项。",
)  # fmt: skip


def _dossier(**more: object) -> DossierAnswer:
    return DossierAnswer.model_validate(
        {
            "member_id": ident("member", 0), "person_id": ident("person", "沈望舒"), "committee": "340900", "version": 4,
            "name": "沈望舒", "gender": "female", "born": "1979-04-12", "party": "cdl", "phone": "138****5521",
            "sector": Sector.EDUCATION, "rank": "member", "standing": "serving", "special_committee": "提案委员会",
            "liaison_group": "城关镇联络组", "employer": "安和市第二中学", "post": "高级教师", "year": 2026,
            "scheme": "桐城市政协委员履职量化考核办法（2019）", "rule_version": "tongcheng-2019.1", "total": "23.0", "floor": "60",
            "grade": None, "lines": LINES, "uncounted": [UNCOUNTED],
            "history": [], "history_intact": True, **more,
        }
    )  # fmt: skip


def _members() -> Iterator[tuple[str, PageContext, View]]:
    here = page("/members", THE_OFFICER)
    yield (
        "members",
        here,
        MembersView(page=RosterPage(members=[_member(index) for index in range(8)], next="x")),
    )
    yield "members_not_found", here, MembersView(page=RosterPage(members=[], next=None), search="欧阳")
    yield "members_empty", here, MembersView(page=RosterPage(members=[], next=None))
    limit = 10 * 1024 * 1024
    wrong = _problem(
        422,
        "文件不是它所说的格式",
        "文件名是 .xlsx，内容却不是 Excel 表格。请用 Excel 另存为 .xlsx 后再导入。",
    )
    yield "roster_import", page("/members/import", THE_OFFICER), RosterImportView(max_bytes=limit)
    yield (
        "roster_import_refused",
        page("/members/import", THE_OFFICER),
        RosterImportView(max_bytes=limit, problem=wrong),
    )
    counts = {"added": 301, "changed": 9, "unchanged": 6, "refused": 4}
    report = RosterReportAnswer(
        report_id=ident("report"),
        filename="安和市政协八届委员名册.xlsx",
        at=ago(minutes=2),
        rows=BAD_ROWS,
        **counts,
    )
    clean = RosterReportAnswer(
        report_id=ident("report"),
        filename="清源县.csv",
        at=ago(days=1),
        added=0,
        changed=0,
        unchanged=240,
        refused=0,
        rows=[],
    )
    yield "roster_report", page("/members/import/1", THE_OFFICER), RosterReportView(report=report)
    yield "roster_report_clean", page("/members/import/2", THE_OFFICER), RosterReportView(report=clean)
    story = (
        TimelineEntry(
            at=ago(hours=2), who="系统", what="提案立案，积分 +15", detail="八届二次第0011号", tone="success"
        ),
        TimelineEntry(at=ago(days=40), who="许岚（委员联络室）", what="记录履职：参加履职活动"),
        TimelineEntry(at=ago(days=300), who="许岚（委员联络室）", what="导入名册，成为委员"),
    )
    own = page("/members/me", THE_MEMBER)
    yield (
        "dossier",
        own,
        DossierView(
            dossier=_dossier(), timeline=story, proposals=frozenset({ident("proposal", 0)}), is_own=True
        ),
    )
    reached = _dossier(total="17", floor="15", grade="达标", lines=LINES[:1], uncounted=[])
    yield "dossier_reached", own, DossierView(dossier=reached, timeline=story)
    ended = YearResult(
        outcome=YearEndOutcome.SUGGEST_RESIGNATION,
        points="14",
        text="全年积分低于15分，联络组向上级政协建议请辞，由上级政协决定。",
        decided_by="上级政协",
        decision=None,
        reason=None,
        decided_at=None,
    )
    short = _dossier(total="14", floor="15", year=2025, lines=LINES[:1], uncounted=[], result=ended)
    office = page("/members/1", THE_OFFICER_WHO_DECIDES)
    yield "dossier_suggested", office, DossierView(dossier=short, timeline=story)
    kept = ended.model_copy(
        update={"decision": ExitDecision.KEEP, "reason": "住院四个月，继续履职", "decided_at": ago(days=3)}
    )
    yield "dossier_decided", own, DossierView(dossier=short.model_copy(update={"result": kept}), is_own=True)
    bare = _dossier(
        scheme=None, rule_version=None, total="0", floor=None, lines=[], uncounted=[], party=None, phone=None
    )
    yield "dossier_empty", own, DossierView(dossier=bare)


def _others() -> Iterator[tuple[str, PageContext, View]]:
    candidates = [
        Candidate(proposal_id=ident("proposal", n), number=f"八届二次第{n + 11:04d}号", title=title, category=category, filed_at=ago(days=n))
        for n, (title, category) in enumerate(TITLES[:5])
    ]  # fmt: skip
    topic = Topic(
        topic_id=ident("topic"), title=TITLES[7][0], proposal_id=ident("proposal", 7), proposal_number="八届二次第0018号",
        taken_at=ago(days=2), taken_by=str(ident("person", "顾砚秋")),
    )  # fmt: skip
    here = page("/topics", THE_OFFICER)
    yield "topics", here, TopicsView(topics=TopicsAnswer(topics=[topic], candidates=candidates))
    yield "topics_empty", here, TopicsView(topics=TopicsAnswer(topics=[], candidates=[]))
    yield "accounts", page("/accounts", THE_ADMIN), _accounts()
    yield "live", page("/live", THE_ADMIN), LiveView(processes=_processes(), looked_at=NOW)
    well = [process for process in _processes() if process.state == "ready"]
    yield "live_well", page("/live", THE_ADMIN), LiveView(processes=well, looked_at=NOW)


def _accounts() -> AccountsView:
    rows = [
        AccountRow(account_id=ident("a", 1), login="shenwangshu", name="沈望舒", roles=("安和市 · 委员",), last_sign_in=ago(hours=1)),
        AccountRow(account_id=ident("a", 2), login="shaojingming", name="邵景明", roles=("安和市 · 提案委", "清源县 · 提案委"), locked_until=NOW + timedelta(minutes=9)),
        AccountRow(account_id=ident("a", 3), login="xulan", name="许岚", roles=("安和市 · 委员联络室",), must_change=True),
        AccountRow(account_id=ident("a", 4), login="luqinghe", name="陆青禾", roles=(), closed=True, last_sign_in=ago(days=400)),
    ]  # fmt: skip
    return AccountsView(
        accounts=rows, new_password=NewPassword(name="许岚", login="xulan", password=EXAMPLE_PASSWORD)
    )


def _processes() -> list[ProcessStatus]:
    return [
        ProcessStatus(service="members", label="委员服务", state="ready", waiting=0, oldest_seconds=0, dead_letters=0, handled_per_second=3.2),
        ProcessStatus(service="proposals", label="提案服务", state="ready", waiting=2, oldest_seconds=0.2, dead_letters=0, handled_per_second=41.5),
        ProcessStatus(service="consultation", label="协商服务", state="not_ready", detail="数据库连接中断，正在重试", waiting=1280, oldest_seconds=95, dead_letters=2, handled_per_second=0.0),
        ProcessStatus(service="notify", label="通知服务", state="down", detail="进程没有响应，监管程序正在重新启动"),
        ProcessStatus(service="portal", label="门户", state="ready", handled_per_second=18.0),
    ]  # fmt: skip


def _problems() -> Iterator[tuple[str, PageContext, View]]:
    here = page("/proposals/1", THE_MEMBER)
    yield (
        "problem_forbidden",
        here,
        ProblemView(problem=_problem(403, "您没有办理此事的权限", "审查提案需要「提案委」职务。")),
    )
    yield (
        "problem_fault",
        page("/", None),
        ProblemView(problem=_problem(500, "系统出现故障，已记录，请稍后重试或联系管理员")),
    )
