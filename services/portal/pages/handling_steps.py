"""Where a handling stands and what its reader does next: stages, the next step, the actions offered, a handler's work.

Pure: from what proposals says of the handling and who reads it. Always holds: what is offered here may still be refused
by proposals; what is not offered is nothing the reader could do now.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from services.portal.views import NextStep
from services.portal.views.handling import Job
from services.portal.views.proposals import Stage
from tongxin_contracts.proposals.handling_queries import HandlingAnswer, Reply, UnitPart
from tongxin_contracts.words import AllocationPart, AllocationState, HandlingState, ReplyStage, UnitDuty

_S: Final = HandlingState
WORKING: Final = (_S.IN_HAND, _S.REHANDLING)


def stages(found: HandlingAnswer | None, filed_at: datetime | None = None) -> tuple[Stage, ...]:
    """立案 → 预交办 → 交办 → 签收 → 办理 → 答复 → 反馈 → 办结; None: filed and nobody asked yet."""
    lead = lead_part(found) if found else None
    again = "重新办理" if found and found.state is _S.REHANDLING else "办理"
    way: tuple[tuple[str, datetime | None], ...] = (
        ("立案", filed_at),
        ("预交办", None),
        ("交办", found.dispatched_at if found else None),
        ("签收", lead.signed_at if lead else None),
        (again, None),
        ("答复", found.replied_at if found and found.state is not _S.REHANDLING else None),
        ("反馈", None),
        ("办结", found.closed_at if found else None),
    )
    at = _place(found)
    return tuple(
        Stage(label=label, state="done" if index < at else "current" if index == at else "todo", at=moment)
        for index, (label, moment) in enumerate(way)
    )


def _place(found: HandlingAnswer | None) -> int:
    """The stage that is going on."""
    if found is None:
        return 1
    if found.state in WORKING:
        reply = current_reply(found)
        return 5 if reply and reply.stage is not ReplyStage.DRAFTING else 4
    return {_S.PRE_DISPATCHED: 1, _S.DISPATCHED: 3, _S.REPLIED: 6, _S.CLOSED: 8, _S.TRACKED: 8}[found.state]


def lead_part(found: HandlingAnswer) -> UnitPart | None:
    """The lead unit's part in force."""
    return next((part for part in in_force(found) if part.part is AllocationPart.LEAD), None)


def in_force(found: HandlingAnswer) -> list[UnitPart]:
    """Parts that were not given to another unit."""
    return [part for part in found.units if part.state is not AllocationState.REPLACED]


def my_part(found: HandlingAnswer) -> UnitPart | None:
    """The reader's own unit's part."""
    return next((part for part in in_force(found) if part.unit_id == found.my_unit), None)


def current_reply(found: HandlingAnswer) -> Reply | None:
    """The reply of the round it is in; None while nothing was written or the reader may not see it."""
    return next((reply for reply in found.replies if reply.round == found.round), None)


def letters(found: HandlingAnswer, may: Collection[str]) -> tuple[Reply, ...]:
    """Replies to read, the newest first; the one that is written, checked or signed now is in its form."""
    in_form = current_reply(found) if {"lines", "pass", "sign"} & set(may) else None
    return tuple(reply for reply in reversed(found.replies) if reply != in_form)


def returned_parts(found: HandlingAnswer) -> tuple[UnitPart, ...]:
    """Parts that wait for the office's answer."""
    return tuple(part for part in found.units if part.state is AllocationState.RETURNED)


def actions(found: HandlingAnswer, held: Collection[str], reader: UUID, now: datetime) -> frozenset[str]:
    """What the reader can do now."""
    return frozenset(_unit_actions(found, reader, now) | _office_actions(found, held, now))


def _office_actions(found: HandlingAnswer, held: Collection[str], now: datetime) -> set[str]:
    if found.my_unit is not None:
        return set()
    may: set[str] = set()
    if found.state is _S.PRE_DISPATCHED:
        if returned_parts(found) and "proposals.reallocate" in held:
            may |= {"keep", "move"}
        if not _still_waiting(found, now) and "proposals.dispatch" in held:
            may.add("dispatch")
    asked = found.state in WORKING and any(one.granted is None for one in found.extensions)
    if asked and "proposals.decide_extension" in held:
        may |= {"grant", "refuse"}
    return may


def _still_waiting(found: HandlingAnswer, now: datetime) -> bool:
    """Whether it cannot be dispatched yet: a return is open, or a unit may still say something."""
    states = {part.state for part in in_force(found)}
    if AllocationState.RETURNED in states:
        return True
    return AllocationState.PROPOSED in states and found.object_by is not None and now <= found.object_by


def _unit_actions(found: HandlingAnswer, reader: UUID, now: datetime) -> set[str]:
    mine, duties = my_part(found), set(found.my_duties)
    may: set[str] = set()
    if mine is None:
        return may
    if UnitDuty.LIAISON in duties:
        in_time = found.object_by is None or now <= found.object_by
        if found.state is _S.PRE_DISPATCHED:
            may |= {"accept"} if mine.state is AllocationState.PROPOSED else set()
            open_to = (AllocationState.PROPOSED, AllocationState.ACCEPTED)
            may |= {"return"} if mine.state in open_to and in_time else set()
        if mine.state is AllocationState.DISPATCHED:
            may.add("sign_receipt")
    if found.state in WORKING and mine.state is AllocationState.SIGNED:
        if mine.part is AllocationPart.LEAD:
            may |= _lead_actions(found, duties, reader, now)
        elif UnitDuty.HANDLER in duties:
            may.add("opinion")
    return may


def _lead_actions(found: HandlingAnswer, duties: set[UnitDuty], reader: UUID, now: datetime) -> set[str]:
    reply, may = current_reply(found), set[str]()
    stage = reply.stage if reply else ReplyStage.DRAFTING
    if UnitDuty.HANDLER in duties:
        may |= {"lines", "result", "talk"}
        if stage is ReplyStage.DRAFTING:
            may |= {"save", "submit"}
        asked = any(one.round == found.round for one in found.extensions)
        if not asked and (found.due_at is None or now <= found.due_at):
            may.add("extension")
    if UnitDuty.CHECKER in duties and stage is ReplyStage.CHECKING:
        may |= {"pass", "send_back"} if reply and reply.drafted_by != reader else set()
    if UnitDuty.SIGNER in duties and stage is ReplyStage.SIGNING:
        may |= {"sign", "unsigned"}
    return may


def jobs(found: HandlingAnswer) -> tuple[Job, ...]:
    """A lead handler's work, in the order one does it."""
    lines = found.responsibilities
    done = sum(1 for line in lines if line.done_at)
    covered = {line.suggestion for line in lines} >= set(range(len(found.suggestions)))
    talks = [talk for talk in found.talks if talk.round == found.round]
    beside = [part for part in in_force(found) if part.part is not AllocationPart.LEAD]
    waiting = [part.unit for part in beside if part.done_at is None]
    reply = current_reply(found)
    out = reply is not None and reply.stage is not ReplyStage.DRAFTING
    found_jobs = [
        Job(
            name="lines",
            title="责任清单和成果",
            done=bool(lines) and covered and done == len(lines),
            detail=f"已销号 {done} / {len(lines)} 项"
            if lines
            else "每条建议写明做什么、谁负责、什么时候完成",
        ),
        Job(
            name="talk",
            title="与提案人沟通",
            done=bool(talks),
            detail=f"本轮已记录 {len(talks)} 次" if talks else "不协商不答复：至少记录一次",
        ),
    ]
    if beside:
        told = f"等待 {'、'.join(waiting)}" if waiting else f"{len(beside)} 个单位都已提出"
        found_jobs.append(Job(name="opinions", title="会办意见", done=not waiting, detail=told))
    words = reply.stage.label if reply else "逐条答复，写好后送核"
    found_jobs.append(Job(name="reply", title="答复", done=out, detail=words))
    return tuple(found_jobs)


def next_step(
    found: HandlingAnswer, may: Collection[str], now: datetime, url: str | None = None
) -> NextStep | None:
    """What happens next; with `url` where it is the reader's turn."""
    mine = _mine(found, may)
    if mine is not None:
        title, detail, due = mine
        return NextStep(title=title, detail=detail, due_at=due, url=url or "#todo", action="去办理")
    return _others(found, now)


def _mine(found: HandlingAnswer, may: Collection[str]) -> tuple[str, str, datetime | None] | None:
    part = my_part(found)
    due = (part.due_at if part else None) or found.due_at
    reply = current_reply(found)
    remarks = reply.remarks if reply and reply.stage is ReplyStage.DRAFTING else None
    unsaid = part is not None and part.done_at is None
    chances = (
        ("keep", "答复单位的退回", "维持原承办单位，或者改由其他单位承办。", None),
        ("grant", "审批延期申请", "批准后按新的期限计算，不算超期。", found.due_at),
        ("dispatch", "可以正式交办", "单位都已接受，或者退回期限已过。", None),
        ("accept", "请确认是否由你单位承办", "接受，或者写明理由退回；到期不退回视为接受。", found.object_by),
        ("sign_receipt", "请签收", "签收后开始办理，答复期限从交办之日起算。", due),
        ("sign", "请签发答复", "签发后编号并送达提案人，政协随即征求提案人意见。", due),
        ("pass", "请核稿", "逐条核对答复，通过后送签发领导。", due),
        ("submit", "退回重改" if remarks else "请办理并答复", remarks or _what_is_missing(found), due),
    )
    for action, title, detail, until in chances:
        if action in may:
            return title, detail, until
    if "opinion" in may and unsaid:
        return "请提出会办意见", "意见只给主办单位和提案委员会办公室看，不直接答复提案人。", due
    return None


def _what_is_missing(found: HandlingAnswer) -> str:
    left = [job.title for job in jobs(found) if not job.done]
    return f"还需要：{'、'.join(left)}。" if left else "内容已齐，请送核。"


def _before_dispatch(found: HandlingAnswer, now: datetime) -> NextStep:
    office = "提案委员会办公室"
    if returned_parts(found):
        return NextStep(title="等待答复退回", detail="有单位申请退回，正在研究承办单位。", who=office)
    if not _still_waiting(found, now):
        return NextStep(title="等待正式交办", detail="承办单位已确认，交办会议后正式交办。", who=office)
    return NextStep(
        title="等待单位确认", detail="到期不退回视为接受。", due_at=found.object_by, who="承办单位联络员"
    )


def _others(found: HandlingAnswer, now: datetime) -> NextStep | None:
    if found.state is _S.PRE_DISPATCHED:
        return _before_dispatch(found, now)
    lead = lead_part(found)
    unit = lead.unit if lead else "主办单位"
    if found.state is _S.DISPATCHED:
        return NextStep(
            title="等待签收", detail=f"{unit}签收后开始办理。", due_at=found.due_at, who=f"{unit}联络员"
        )
    if found.state in WORKING:
        return _in_unit(found, unit)
    if found.state is _S.REPLIED:
        return NextStep(title="征求提案人意见", detail="由政协直接征求，承办单位不经手。", who="提案人")
    if found.state is _S.TRACKED:
        return NextStep(title="承诺跟踪", detail="答复中的承诺到期，正在核对是否兑现。", who=unit)
    return None


def _in_unit(found: HandlingAnswer, unit: str) -> NextStep:
    reply = current_reply(found)
    stage = reply.stage if reply else ReplyStage.DRAFTING
    who = {ReplyStage.CHECKING: "核稿人", ReplyStage.SIGNING: "签发领导"}.get(stage, "承办人")
    title = {ReplyStage.CHECKING: "等待核稿", ReplyStage.SIGNING: "等待签发"}.get(stage, "正在办理")
    again = "重新办理，" if found.state is _S.REHANDLING else ""
    return NextStep(
        title=title,
        detail=f"{again}办好后答复提案人，进展会显示在这里。",
        due_at=found.due_at,
        who=f"{unit}{who}",
    )
