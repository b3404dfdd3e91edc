"""What notices say of writing together and of what else a review can come to; see `texts.py`."""

from services.notify.rules.texts import Text
from tongxin_contracts.words import ConvertTarget, NoticeKind


def invited(title: str, *, again: bool) -> Text:
    """To whom is asked to sign."""
    opening = "文本有改动，请再次确认联名" if again else "邀请您联名提案"
    return Text(
        NoticeKind.JOINT_INVITED,
        f"{opening}：《{title}》",
        "请打开阅读全文，确认联名或说明不参加；确认前，第一提案人不能把您列为联名人。",
    )


def answered(title: str, *, accepted: bool) -> Text:
    """To the first proposer."""
    if accepted:
        return Text(
            NoticeKind.JOINT_ANSWERED,
            f"已确认联名：《{title}》",
            "对方确认的是当时保存的文本；之后如有改动，提交前需再次征求确认。",
        )
    return Text(
        NoticeKind.JOINT_ANSWERED,
        f"没有参加联名：《{title}》",
        "提交时不会列出这位委员；您可以邀请其他委员，或直接提交。",
    )


def withdrawn(title: str, reason: str) -> Text:
    """To the co-proposers."""
    return Text(
        NoticeKind.PROPOSAL_WITHDRAWN,
        f"第一提案人已撤回：《{title}》",
        f"撤回的理由：{reason}\n您不用再做什么。",
    )


def merged(title: str, into: str, number: str | None, explanation: str) -> Text:
    """To the authors of what was merged."""
    where = f"{number}《{into}》" if number else f"《{into}》"
    more = f"\n说明：{explanation}" if explanation else ""
    return Text(
        NoticeKind.PROPOSAL_MERGED,
        f"提案已并案：《{title}》",
        f"您的提案与{where}内容相近，已并入一并办理；全体提案人都已列为该提案的联名人，办理答复同样送您。{more}",
    )


def taken_in(title: str, number: str | None, how_many: int) -> Text:
    """To the authors of the one that goes on."""
    where = f"{number}《{title}》" if number else f"《{title}》"
    return Text(
        NoticeKind.PROPOSAL_MERGED,
        f"有相近的提案并入您的提案：{where}",
        f"新增联名人 {how_many} 人；您的提案内容没有改变。",
    )


def converted(title: str, target: ConvertTarget, explanation: str) -> Text:
    """To the proposers."""
    more = f"\n说明：{explanation}" if explanation else ""
    return Text(
        NoticeKind.PROPOSAL_CONVERTED,
        f"提案已转为{target.label}：《{title}》",
        f"内容有价值，但更适合作为{target.label}转有关方面研究，不再作为提案办理。{more}",
    )
