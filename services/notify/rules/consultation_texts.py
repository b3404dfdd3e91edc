"""What notices say of consultation; see `texts.py`."""

from services.notify.rules.texts import Text
from tongxin_contracts.words import NoticeKind, ProcessOutcome


def topic_assessed(title: str, reason: str, *, accepted: bool) -> Text:
    """To whoever put the topic forward."""
    if accepted:
        more = f"\n说明：{reason}" if reason else ""
        said = f"已列为协商议题，可以编入年度协商计划。{more}"
        return Text(NoticeKind.TOPIC_ASSESSED, f"议题已列入：《{title}》", said)
    return Text(
        NoticeKind.TOPIC_ASSESSED,
        f"议题暂不列入：《{title}》",
        f"理由：{reason}\n材料已保留，条件成熟时可以重新列入。",
    )


def started(title: str, template: str, step: str) -> Text:
    """To whoever brought the matter."""
    return Text(
        NoticeKind.PROCESS_STARTED,
        f"协商已开始：《{title}》",
        f"按“{template}”进行，现在是“{step}”。每一步的进展和材料都在协商页面上，轮到您时会另有待办。",
    )


def evidence_added(title: str, template: str, outcome: ProcessOutcome, summary: str) -> Text:
    """To the proposers of the proposal."""
    return Text(
        NoticeKind.EVIDENCE_ADDED,
        f"协商结果已附入提案：《{title}》",
        f"“{template}”形成{outcome.label}：{summary}",
    )
