"""Turns a view into a page: the one place where templates meet data.

Always holds: everything is escaped, a name missing from a view is an error and not an empty place, times are shown
in Asia/Shanghai, and nothing of the page needs script or style inside the HTML (the content security policy
forbids it).
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from chassis.calendar import deadline_instant, local_date
from tongxin_contracts.consultation.templates import StepActor
from tongxin_contracts.problems import Problem
from tongxin_contracts.words import (
    Category,
    ConsultationForm,
    Ground,
    Majority,
    NeedKind,
    ProcessState,
    ReplyClass,
    StepKind,
    TalkForm,
)

from . import navigation
from .assets.manifest import Manifest
from .deadlines import Chip, chip
from .matters import notice_page, task_page
from .template_form import follows, wanted
from .views import PageContext, View

TEMPLATES: Final = Path(__file__).resolve().parent / "templates"
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
"""The pages are written for this; the portal sends it with every one of them."""

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400


class Renderer:
    """Renders views; made once, at composition."""

    def __init__(self, manifest: Manifest) -> None:
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(
            asset=manifest.url,
            icon_url=manifest.icon,
            menu=navigation.menu,
            current_entry=navigation.current,
            field_problem=field_problem,
            task_page=task_page,
            notice_page=notice_page,
            uuid=uuid4,
            Category=Category,
            ConsultationForm=ConsultationForm,
            Majority=Majority,
            NeedKind=NeedKind,
            ProcessState=ProcessState,
            StepActor=StepActor,
            StepKind=StepKind,
            Ground=Ground,
            ReplyClass=ReplyClass,
            TalkForm=TalkForm,
        )
        environment.filters.update(
            day=day,
            moment=moment,
            when=_when,
            iso=iso,
            age=age,
            grouped=grouped,
            points=points,
            points_sum=points_sum,
            person=_person,
            actor=_actor,
            paragraphs=paragraphs,
            deadline=_deadline,
            follows=follows,
            wanted=wanted,
            short_day=short_day,
            end_of_day=deadline_instant,
            file_size=file_size,
        )
        self._environment = environment

    def render(self, page: PageContext, view: View) -> str:
        """The whole HTML document of a view."""
        return self._environment.get_template(view.template).render(page=page, view=view)


_MB = 1024 * 1024


def local(at: datetime) -> datetime:
    """The instant on a clock in China."""
    return at.astimezone(SHANGHAI)


def day(value: date | datetime) -> str:
    """2026年11月21日."""
    shown = local(value) if isinstance(value, datetime) else value
    return f"{shown.year}年{shown.month}月{shown.day}日"


def moment(at: datetime) -> str:
    """2026年11月21日 14:03."""
    return f"{day(at)} {local(at):%H:%M}"


def short_day(at: datetime) -> str:
    """11月21日, for places where the year is clear."""
    return f"{local(at).month}月{local(at).day}日"


def iso(at: datetime | date) -> str:
    """For `<time datetime>`."""
    return at.isoformat()


@pass_context
def _when(context: Context, at: datetime) -> str:
    return when(at, context["page"].now)


def when(at: datetime, now: datetime) -> str:
    """Near times shorter: 今天 14:03, 昨天 09:20, 3月5日 10:00, 2025年3月5日."""
    shown, today = local(at), local(now).date()
    clock = f"{shown:%H:%M}"
    if shown.date() == today:
        return f"今天 {clock}"
    if shown.date() == today - timedelta(days=1):
        return f"昨天 {clock}"
    if shown.year == today.year:
        return f"{shown.month}月{shown.day}日 {clock}"
    return day(at)


def age(seconds: float) -> str:
    """How long: 不到 1 秒, 45 秒, 3 分钟, 2 小时, 5 天."""
    if seconds < 1:
        return "不到 1 秒"
    for limit, size, unit in ((_MINUTE, 1, "秒"), (_HOUR, _MINUTE, "分钟"), (_DAY, _HOUR, "小时")):
        if seconds < limit:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds // _DAY)} 天"


def grouped(number: float) -> str:
    """12,345; one decimal where there is one."""
    return f"{number:,}" if isinstance(number, int) else f"{number:,.1f}"


def file_size(size: int) -> str:
    """812 KB, 1.4 MB."""
    return f"{max(1, round(size / 1024))} KB" if size < _MB else f"{size / _MB:.1f} MB"


def points(value: str | Decimal) -> str:
    """Points without idle zeros: 7.50 -> 7.5, 10.0 -> 10."""
    plain = format(Decimal(value), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def points_sum(values: Iterable[str]) -> str:
    """Several points together."""
    return points(sum((Decimal(value) for value in values), Decimal(0)))


@pass_context
def _person(context: Context, person: UUID) -> str:
    name: str | None = context["page"].names.get(person)
    return name or "（姓名暂缺）"


@pass_context
def _actor(context: Context, actor: str) -> str:
    """Who acted: a person by name, or the system."""
    return "系统" if actor.startswith("system:") else _person(context, UUID(actor))


def paragraphs(text: str) -> Markup:
    """A text as typed, each line a paragraph."""
    lines = (line.strip() for line in text.splitlines())
    return Markup("\n").join(Markup("<p>{}</p>").format(line) for line in lines if line)


def field_problem(problem: Problem | None, field: str) -> str | None:
    """What is wrong with one field; None when nothing is."""
    if problem is None:
        return None
    found = [error.message for error in problem.errors if error.field == field]
    return "；".join(found) or None


@pass_context
def _deadline(context: Context, due_at: datetime) -> Chip:
    return chip(local_date(due_at), local_date(context["page"].now))
