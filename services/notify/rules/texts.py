"""What notices say: plain Chinese, what happened first, then what to do."""

from dataclasses import dataclass
from datetime import date

from tongxin_contracts.words import Ground, NoticeKind, TaskKind


@dataclass(frozen=True, slots=True)
class Text:
    """A notice before it has a reader."""

    kind: NoticeKind
    title: str
    body: str


def submitted(title: str, *, again: bool) -> Text:
    """To the proposer, when it was handed in."""
    opening = "修改后的提案已重新提交" if again else "提案已提交"
    return Text(
        NoticeKind.PROPOSAL_SUBMITTED,
        f"{opening}：《{title}》",
        "提案委员会将在 10 个工作日内完成审查，结果会在这里通知您，无需另行询问。",
    )


def returned(title: str, reason: str) -> Text:
    """To the proposer, with what is to be changed."""
    return Text(
        NoticeKind.PROPOSAL_RETURNED,
        f"提案退回修改：《{title}》",
        f"需要修改的地方：{reason}\n原文已放回您的草稿，请修改后重新提交。",
    )


def filed(title: str, number: str) -> Text:
    """To the proposer, with the number."""
    return Text(
        NoticeKind.PROPOSAL_FILED,
        f"提案已立案：《{title}》",
        f"编号：{number}。提案将交承办单位办理，进展会在提案页面的时间线上显示。",
    )


def not_filed(title: str, ground: Ground, explanation: str) -> Text:
    """To the proposer, with the ground."""
    more = f"\n说明：{explanation}" if explanation else ""
    return Text(
        NoticeKind.PROPOSAL_NOT_FILED,
        f"提案未予立案：《{title}》",
        f"依据：{ground.label}。{more}\n如有疑问请联系提案委员会；也可以另行提交新的提案。",
    )


def exit_suggested(year: int, points: str, floor: str) -> Text:
    """To the member whose year ended below the floor (row 08)."""
    return Text(
        NoticeKind.EXIT_SUGGESTED,
        f"{year} 年度履职积分低于底线",
        f"您本年度积分 {points} 分，底线 {floor} 分。是否留任由政协研究决定，委员联络室会与您联系；"
        "对积分有疑问可在履职档案中查看每一分的来源。",
    )


def reminder(kind: NoticeKind, task: TaskKind, title: str, due_on: date) -> Text:
    """Before a deadline and after it to who has to do it, and then to who leads them."""
    day = f"{due_on.month}月{due_on.day}日"
    match kind:
        case NoticeKind.DUE_SOON:
            return Text(
                kind, f"{day}到期：{task.label}《{title}》", f"请在 {day} 24:00 前办理；已办理的不会再提醒。"
            )
        case NoticeKind.OVERDUE:
            return Text(
                kind,
                f"已逾期：{task.label}《{title}》",
                f"期限是 {day}，请尽快办理；仍未办理的将提请负责人督促。",
            )
        case _:
            return Text(
                kind,
                f"逾期未办，请督促：{task.label}《{title}》",
                f"期限是 {day}，承办人已经收到逾期提醒，至今未办理。",
            )


def webhook_disabled(agency: str) -> Text:
    """To the administrators, when an agency's address answered 410."""
    return Text(
        NoticeKind.WEBHOOK_DISABLED,
        f"{agency}要求停止推送，已停用",
        "事件都在等待，不会丢失。请与对方联系；发送测试事件成功后自动恢复。",
    )


def delivery_dead(agency: str) -> Text:
    """To the administrators, once a day for an agency, when an event was tried for the last time."""
    return Text(
        NoticeKind.DELIVERY_DEAD,
        f"有事件未能送达{agency}",
        "已按规定多次重试。请与对方联系，查明原因后在送达记录中再送一次，或从某一时间起重放。",
    )
