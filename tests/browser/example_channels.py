"""Example pages about being reached: preferences, circulars, mail, notices by kind."""

from collections.abc import Iterator

from services.portal.views import CircularsView, MailsView, NoticesView, PageContext, PreferencesView, View
from tests.browser.examples import PEOPLE, THE_ADMIN, THE_MEMBER, THE_OFFICER, ago, due, ident, page
from tongxin_contracts.notify.channels import Mail, MailsAnswer, PreferencesAnswer
from tongxin_contracts.notify.circulars import Circular, CircularsAnswer
from tongxin_contracts.notify.queries import Notice, NoticePage
from tongxin_contracts.problems import FieldProblem, Problem
from tongxin_contracts.words import AudienceKind, Digest, MailState, NoticeKind, Sector, TaskKind


def examples() -> Iterator[tuple[str, PageContext, View]]:
    """All of them."""
    yield from _preferences()
    yield from _circulars()
    yield from _mails()
    yield "notices_reminders", page("/notices", THE_MEMBER), _reminders()


def _preferences() -> Iterator[tuple[str, PageContext, View]]:
    yield (
        "preferences_new",
        page("/preferences", THE_MEMBER),
        PreferencesView(preferences=PreferencesAnswer()),
    )
    waiting = PreferencesAnswer(
        pending="shen.wangshu@example.cn", digest=Digest.DAILY, quiet_from=22, quiet_to=7
    )
    wrong = Problem(
        type="urn:tongxin:problem:example", status=422, title="有内容需要修改后才能提交",
        errors=(FieldProblem(field="code", message="验证码不正确，还可以再试 4 次"),),
    )  # fmt: skip
    yield (
        "preferences_confirm",
        page("/preferences", THE_MEMBER),
        PreferencesView(preferences=waiting, email="shen.wangshu@example.cn", code="1234", problem=wrong),
    )
    known = PreferencesAnswer(email="shen.wangshu@example.cn", without_mail=[NoticeKind.PROPOSAL_SUBMITTED])
    yield (
        "preferences_confirmed",
        page("/preferences", THE_MEMBER),
        PreferencesView(preferences=known, email="shen.wangshu@example.cn"),
    )


def _circulars() -> Iterator[tuple[str, PageContext, View]]:
    def circular(
        index: int, title: str, audience: AudienceKind, among: str | None, told: int, read: int
    ) -> Circular:
        return Circular(
            circular_id=ident("circular", index), title=title, audience=audience, among=among, told=told, read=read,
            text="请各位委员于 11 月 30 日前提交本年度最后一批提案。\n\n联系人：提案委员会办公室。",
            sent_by=ident("person", PEOPLE[5]), sent_at=ago(days=index * 6 + 1),
        )  # fmt: skip

    sent = [
        circular(0, "关于做好八届三次全会提案征集工作的通知", AudienceKind.MEMBERS, None, 320, 214),
        circular(1, "教育界别活动日安排", AudienceKind.SECTOR, Sector.EDUCATION.value, 18, 18),
        circular(2, "承办单位联络员培训", AudienceKind.ROLE, "unit_liaison", 42, 0),
    ]
    yield (
        "circulars",
        page("/circulars", THE_OFFICER),
        CircularsView(page=CircularsAnswer(circulars=sent, next="x"), may_send=True),
    )
    refused = Problem(
        type="urn:tongxin:problem:example", status=422, title="有内容需要修改后才能提交",
        errors=(FieldProblem(field="text", message="请填写正文（不超过 5000 字）"),),
    )  # fmt: skip
    yield (
        "circulars_refused",
        page("/circulars", THE_OFFICER),
        CircularsView(
            page=CircularsAnswer(circulars=[]), may_send=True, title="关于开会的通知", problem=refused
        ),
    )


def _mails() -> Iterator[tuple[str, PageContext, View]]:
    def mail(index: int, state: MailState, subject: str, error: str | None = None) -> Mail:
        return Mail(
            mail_id=ident("mail", index), person=ident("person", PEOPLE[index % 5]), subject=subject, state=state,
            attempts=index + 1, made_at=ago(hours=index * 5), error=error,
            next_at=due(0) if state is MailState.WAITING else None, sent_at=ago(hours=1) if state is MailState.SENT else None,
        )  # fmt: skip

    full = MailsAnswer(
        server_set=True,
        counts={MailState.FAILED: 1, MailState.WAITING: 2, MailState.SENT: 1280},
        mails=[
            mail(0, MailState.FAILED, "提案已立案：《关于老旧小区住宅楼加装电梯的建议》", "550 no such mailbox"),
            mail(1, MailState.WAITING, "3月20日到期：审查提案《关于加强菜子湖流域生态保护的建议》", "451 mailbox busy, try again later"),
            mail(2, MailState.WAITING, "同心摘要：3 件待办，2 条未读通知"),
            mail(3, MailState.SENT, "关于做好八届三次全会提案征集工作的通知"),
            mail(4, MailState.DROPPED, "已逾期：审查提案《关于城区停车难问题的建议》", "事项已经办结"),
        ],
    )  # fmt: skip
    yield "mails", page("/mails", THE_ADMIN), MailsView(answer=full)
    none = MailsAnswer(server_set=False, counts={}, mails=[])
    yield "mails_without_server", page("/mails", THE_ADMIN), MailsView(answer=none)


def _reminders() -> NoticesView:
    def notice(index: int, kind: NoticeKind, title: str, body: str, *, read: bool) -> Notice:
        return Notice(
            notice_id=ident("reminder", index), kind=kind, title=title, body=body, matter=ident("proposal", index),
            task=None if kind is NoticeKind.CIRCULAR else TaskKind.REVIEW_PROPOSAL, at=ago(hours=index * 20), read=read,
        )  # fmt: skip

    notices = [
        notice(0, NoticeKind.OVERDUE, "已逾期：审查提案《关于城区停车难问题的建议》", "期限是 11月19日，请尽快办理。", read=False),
        notice(1, NoticeKind.DUE_SOON, "11月27日到期：审查提案《农村卫生室提升改造》", "已办理的不会再提醒。", read=False),
        notice(2, NoticeKind.ESCALATED, "逾期未办，请督促：审查提案《加装电梯》", "承办人已经收到逾期提醒。", read=True),
        notice(3, NoticeKind.CIRCULAR, "关于做好提案征集工作的通知", "请于 11 月 30 日前提交。", read=True),
    ]  # fmt: skip
    return NoticesView(page=NoticePage(notices=notices, unread=2, next=None), kind=None)
