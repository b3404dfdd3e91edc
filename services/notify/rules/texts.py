"""What notices say: plain Chinese, what happened first, then what to do."""

from dataclasses import dataclass

from tongxin_contracts.words import Ground, NoticeKind


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
