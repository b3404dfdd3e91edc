"""What notices about points and days of duty say."""

from datetime import date, time

from services.notify.rules.texts import Text
from tongxin_contracts.words import Attendance, DutyKind, NoticeKind


def duty_corrected(kind: DutyKind, on: date, quantity: int, attendance: Attendance) -> Text:
    """To the member whose record was put right."""
    times = f"，{quantity} 次" if quantity > 1 else ""
    return Text(
        NoticeKind.DUTY_CORRECTED,
        "您的一条履职记录已更正",
        f"更正后：{_day(on)} {kind.label}（{attendance.label}{times}）。积分已随之重新计算，"
        "更正前的记录和理由保留在履职档案中。",
    )


def exit_withdrawn(year: int, points: str) -> Text:
    """To the member whose year is no longer below the floor."""
    return Text(
        NoticeKind.EXIT_WITHDRAWN,
        f"{year} 年度的请辞建议已撤回",
        f"原始记录更正后，您 {year} 年度积分为 {points} 分，已达到底线，无需再作研究。",
    )


def points_appealed(year: int) -> Text:
    """To the member who appealed, so that they know it has arrived."""
    return Text(
        NoticeKind.POINTS_APPEALED,
        f"您对 {year} 年度积分的申诉已收到",
        "委员联络室会核对原始记录后答复，结果会在这里通知您，无需另行询问。",
    )


def appeal_answered(year: int, answer: str, *, granted: bool) -> Text:
    """To the member who appealed."""
    result = "予以更正" if granted else "维持原记录"
    return Text(
        NoticeKind.APPEAL_ANSWERED,
        f"您对 {year} 年度积分的申诉已答复：{result}",
        f"答复：{answer}\n每一分的来源可在履职档案中查看。",
    )


def duty_assigned(name: str, on: date, begins: time, ends: time, place: str) -> Text:
    """To whoever is newly on duty, or has to come at another time."""
    return Text(
        NoticeKind.DUTY_ASSIGNED,
        f"{_day(on)} {name}，请您到场",
        f"时间：{on.year}年{_day(on)} {begins:%H:%M}—{ends:%H:%M}\n地点：{place}\n"
        "可在“值班与接待”页面把日程加入手机日历；不能到场请提前联系委员联络室。",
    )


def duty_cancelled(name: str, on: date, reason: str) -> Text:
    """To whoever was on duty."""
    return Text(
        NoticeKind.DUTY_CANCELLED,
        f"{_day(on)} {name}已取消",
        f"原因：{reason}\n已加入日历的日程请自行删除。",
    )


def _day(on: date) -> str:
    return f"{on.month}月{on.day}日"
