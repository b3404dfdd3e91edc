"""What notices say after a reply: feedback, re-handling, promises."""

from datetime import date, datetime, timedelta, timezone

from services.notify.rules.texts import Text
from tongxin_contracts.words import FeedbackResult, NoticeKind

_LOCAL = timezone(timedelta(hours=8))


def asked(title: str, closes_at: datetime, *, again: bool) -> Text:
    """To each proposer, when a reply is signed."""
    opening = "请评价重新办理的答复" if again else "请评价办理答复"
    return Text(
        NoticeKind.FEEDBACK_ASKED,
        f"{opening}：《{title}》",
        f"承办单位已经答复。请在{_day(closes_at.astimezone(_LOCAL).date())}前回答五个问题，大约两分钟。"
        "截止以前承办单位看不到您的回答；截止以前可以修改。",
    )


def rehandling(title: str, due_at: datetime) -> Text:
    """To the proposers, when the office sends it back."""
    return Text(
        NoticeKind.REHANDLING_ORDERED,
        f"已要求重新办理：《{title}》",
        f"根据您的反馈，提案委员会已要求主办单位在{_day(due_at.astimezone(_LOCAL).date())}前重新办理并答复。",
    )


def closed(title: str, result: FeedbackResult | None, *, again: bool) -> Text:
    """To the first proposer, when it is closed."""
    said = f"您对办理结果的意见：{result.label}。" if result else "您没有反馈，按“未反馈”统计，不算作满意。"
    why = "到期的承诺已经核对。" if again else "答复中承诺的事项到期时会自动重新打开，请单位报告落实情况。"
    return Text(NoticeKind.HANDLING_CLOSED, f"提案已办结：《{title}》", f"{said}{why}")


def commitment_due(title: str, promise: str, due_on: date) -> Text:
    """To the first proposer, when a promise comes due."""
    return Text(
        NoticeKind.COMMITMENT_DUE,
        f"答复中的承诺已到期：《{title}》",
        f"承诺：{promise}（期限 {_day(due_on)}）。已请承办单位报告落实情况，报告后会请您说一句话。",
    )


def commitment_reported(title: str, done: str) -> Text:
    """To the first proposer, when the unit has reported."""
    return Text(
        NoticeKind.COMMITMENT_REPORTED,
        f"单位报告了承诺落实情况：《{title}》",
        f"单位报告：{done}\n请看看是否属实，说一句话，提案委员会再作核对。",
    )


def commitment_settled(title: str, reason: str, postponed_to: date | None, *, kept: bool) -> Text:
    """To the first proposer, when the office has settled it."""
    found = "承诺已兑现" if kept else "承诺未兑现"
    then = f"，改期至{_day(postponed_to)}，到期再核对" if postponed_to else ""
    why = f"\n说明：{reason}" if reason else ""
    return Text(
        NoticeKind.COMMITMENT_SETTLED, f"{found}：《{title}》", f"提案委员会核对结果：{found}{then}。{why}"
    )


def praised(year: int) -> Text:
    """To the people of a unit that is among the first."""
    return Text(
        NoticeKind.APPRAISAL_PUBLISHED,
        f"{year} 年度承办评议已公布：贵单位受到表扬",
        "评议结果经常委会表决通过，全部主办单位的得分和名次可在评议页面查看。",
    )


def to_rectify(year: int, rectify_by: datetime | None) -> Text:
    """To the people of a unit that is among the last."""
    until = f"在{_day(rectify_by.astimezone(_LOCAL).date())}前" if rectify_by else "限期"
    return Text(
        NoticeKind.APPRAISAL_PUBLISHED,
        f"{year} 年度承办评议已公布：贵单位须限期整改",
        f"请{until}完成整改，由签发领导在评议页面书面答复整改情况。得分和名次也在该页面。",
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
