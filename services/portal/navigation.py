"""The menu: which pages there are, and who is shown which.

Always holds: the menu hides what one may not do, but it protects nothing; the services refuse by themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .views import PageContext


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    label: str
    path: str
    icon: str
    needs: frozenset[str]
    """Any of these permissions shows it."""
    daily: frozenset[str] | None = None
    """Whoever holds any of these has it among the lines of daily work, others under 「更多」; None for all."""


def _entry(label: str, path: str, icon: str, *needs: str, daily: tuple[str, ...] | None = None) -> Entry:
    return Entry(label, path, icon, frozenset(needs), None if daily is None else frozenset(daily))


MORE: Final = "更多"
"""The group, folded, of what one opens a few times a year."""

SELDOM: Final = ()
"""For `daily`: nobody's daily work."""

MENU: Final[Sequence[tuple[str, Sequence[Entry]]]] = (
    (
        "",
        (
            _entry("我的工作", "/work", "checklist", "notify.my_work"),
            _entry("通知", "/notices", "bell", "notify.notices"),
        ),
    ),
    (
        "提案",
        (
            _entry("撰写提案", "/proposals/new", "file-plus", "proposals.save_draft"),
            _entry("提案", "/proposals", "file-text", "proposals.my_proposals", "proposals.proposals"),
            _entry("提案征集", "/calls", "bulb", "proposals.calls_for_proposals"),
            _entry("审查台", "/review", "gavel", "proposals.review_desk"),
            _entry("交办台", "/dispatch", "send", "proposals.dispatch_desk"),
            _entry("单位办理台", "/unit", "inbox", "proposals.unit_desk"),
            _entry("未立案清单", "/review/not-filed", "file-off", "proposals.not_filed", daily=SELDOM),
            _entry(
                "审查办法", "/review/scheme", "adjustments", "proposals.adopt_review_scheme", daily=SELDOM
            ),
        ),
    ),
    (
        "督办与评价",
        (
            _entry("督查通报", "/circular", "clipboard-list", "proposals.handling_circular"),
            _entry(
                "承诺跟踪",
                "/commitments",
                "flag",
                "proposals.commitments",
                daily=("proposals.handling_circular", "proposals.report_commitment"),
            ),
            _entry(
                "办理满意率",
                "/rates",
                "thumb-up",
                "proposals.feedback_rates",
                daily=("proposals.handling_circular",),
            ),
            _entry(
                "承办评议", "/appraisal", "scale", "proposals.appraisals", daily=("proposals.open_appraisal",)
            ),
        ),
    ),
    (
        "协商",
        (
            _entry("协商议题", "/topics", "messages", "consultation.topics"),
            _entry("协商进程", "/processes", "route", "consultation.processes"),
            _entry("年度计划", "/plan", "calendar", "consultation.plan", daily=("consultation.take_topic",)),
            _entry(
                "流程模板",
                "/templates",
                "sitemap",
                "consultation.templates",
                daily=("consultation.adopt_template",),
            ),
        ),
    ),
    (
        "履职",
        (
            _entry("我的履职档案", "/members/me", "award", "proposals.save_draft"),
            _entry("值班与接待", "/duty", "calendar-time", "members.duty_days"),
            _entry("委员名册", "/members", "users", "members.roster"),
            _entry("联系网格", "/coverage", "link", "members.link_coverage", daily=("members.set_links",)),
            _entry("履职排名", "/ranking", "trophy", "members.duty_ranking"),
            _entry("积分申诉", "/appeals", "message-report", "members.answer_appeal"),
            _entry("导入名册", "/members/import", "upload", "members.import_roster"),
        ),
    ),
    (
        "管理",
        (
            _entry("通知公告", "/circulars", "speakerphone", "notify.circulars"),
            _entry("承办单位", "/units", "building-bank", "members.register_unit"),
            _entry("账号", "/accounts", "key", "portal.accounts"),
            _entry("外部机构", "/agencies", "building-community", "notify.agencies"),
            _entry("邮件", "/mails", "mail", "notify.mails"),
            _entry("运行状况", "/live", "activity-heartbeat", "portal.live"),
        ),
    ),
)


def menu(page: PageContext) -> list[tuple[str, list[Entry]]]:
    """The groups and lines this person is shown, what is seldom needed last; empty before signing in."""
    if page.who is None:
        return []
    held = page.who.permissions
    shown = [(title, [entry for entry in entries if entry.needs & held]) for title, entries in MENU]
    groups = [(title, [entry for entry in entries if _daily(entry, held)]) for title, entries in shown]
    seldom = [entry for _, entries in shown for entry in entries if not _daily(entry, held)]
    return [(title, entries) for title, entries in (*groups, (MORE, seldom)) if entries]


def _daily(entry: Entry, held: frozenset[str]) -> bool:
    return entry.daily is None or bool(entry.daily & held)


def current(page: PageContext) -> str | None:
    """The path of the menu line the page belongs to: the longest one it lies under."""
    paths = [entry.path for _, entries in menu(page) for entry in entries]
    under = [path for path in paths if page.path == path or page.path.startswith(path + "/")]
    return max(under, key=len, default=None)
