"""What notices say about handling: what happened first, then what to do, with dates in words."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from services.notify.rules.texts import Text
from tongxin_contracts.words import AllocationPart, NoticeKind, ReplyClass, TalkForm

_LOCAL: Final = ZoneInfo("Asia/Shanghai")


def return_answered(title: str, answer: str, *, moved: bool) -> Text:
    """To the proposer: the unit changed, or it stayed."""
    what = "承办单位有调整" if moved else "承办单位维持不变"
    return Text(
        NoticeKind.RETURN_ANSWERED,
        f"{what}：《{title}》",
        f"{answer}\n您不需要做什么，正式交办后会再通知您。",
    )


def dispatched(title: str, due_at: datetime | None) -> Text:
    """To the proposers: who has it now, and until when."""
    until = f"承办单位应在{day(due_at)}前答复您。" if due_at else ""
    return Text(
        NoticeKind.PROPOSAL_DISPATCHED,
        f"提案已正式交办：《{title}》",
        f"{until}答复之前，主办单位会与您沟通；没有沟通的答复不能发出。",
    )


def extension_decided(title: str, due_at: datetime, reason: str, *, granted: bool) -> Text:
    """To the unit's handlers."""
    said = (
        f"同意延期，新的办理期限是 {day(due_at)}。"
        if granted
        else f"不同意延期，办理期限仍是 {day(due_at)}。"
    )
    return Text(NoticeKind.EXTENSION_DECIDED, f"延期申请有了结果：《{title}》", f"{said}{reason}")


def opinion_given(title: str) -> Text:
    """To the lead unit's handlers."""
    return Text(
        NoticeKind.OPINION_GIVEN,
        f"收到会办意见：《{title}》",
        "会办意见供你单位综合答复使用，不直接发给提案人。",
    )


def talk_recorded(title: str, form: TalkForm, on: date) -> Text:
    """To the first proposer, so that no talk is recorded that never was."""
    return Text(
        NoticeKind.TALK_RECORDED,
        f"承办单位记录了与您的沟通：《{title}》",
        f"{on:%Y年%-m月%-d日}，{form.label}。如果没有这次沟通，或者记录与实际不符，请联系提案委员会。",
    )


def replied(title: str, letter_number: str, reply_class: ReplyClass, *, again: bool) -> Text:
    """To the proposers."""
    return Text(
        NoticeKind.PROPOSAL_REPLIED,
        f"提案已{'重新' if again else ''}答复：《{title}》",
        f"{letter_number}，{reply_class.label}。请查看答复全文；政协会另行请您评价，评价内容在截止前不会让承办单位看到。",
    )


def overdue(title: str, part: AllocationPart, due_at: datetime) -> Text:
    """To the unit."""
    what = "会办意见" if part is AllocationPart.CO else "答复"
    return Text(
        NoticeKind.HANDLING_OVERDUE,
        f"{what}已超过期限：《{title}》",
        f"期限是 {day(due_at)}。请尽快办理，并向提案委员会说明原因。",
    )


def day(instant: datetime) -> str:
    """The date people write."""
    return f"{instant.astimezone(_LOCAL):%Y年%-m月%-d日}"
