"""Autosave: whatever was typed is kept, in whatever state it is; limits are checked when it is handed in."""

from typing import Any

from sqlalchemy import insert, select, update

from chassis.problems import VersionClash, WrongState
from chassis.work import Work
from services.proposals import tables
from services.proposals.hints import require_hint
from services.proposals.rules.states import Step, allowed
from tongxin_contracts.proposals.commands import DraftSaved, SaveDraft


async def save_draft(command: SaveDraft, work: Work) -> DraftSaved:
    """Keep the text; raises VersionClash when another window saved meanwhile, so that neither text is lost."""
    author = work.actor.person
    found = (
        await work.tx.sql.execute(
            select(tables.draft).where(tables.draft.c.id == command.draft_id).with_for_update()
        )
    ).one_or_none()
    await require_hint(command.hint_id, command.committee, work)
    text: dict[str, Any] = {
        "title": command.title,
        "facts": command.facts,
        "analysis": command.analysis,
        "suggestions": command.suggestions,
        "category": command.category,
        "saved_at": work.now,
        **({"hint_id": command.hint_id} if command.hint_id else {}),
        "revision": (found.revision if found else 0) + 1,
    }
    if found is None:
        await _refuse_if_handed_in(command, work)
        row = {"id": command.draft_id, "committee": command.committee, "author": author, **text}
        await work.tx.sql.execute(insert(tables.draft).values(row))
    elif found.author != author:
        raise WrongState("这份草稿属于另一位委员")
    elif found.revision != command.revision:
        raise VersionClash("您在另一个窗口或设备上保存过这份草稿；两份内容都已保留，请比对后再保存")
    else:
        await work.tx.sql.execute(
            update(tables.draft).where(tables.draft.c.id == command.draft_id).values(text)
        )
    return DraftSaved(draft_id=command.draft_id, revision=text["revision"], saved_at=work.now)


async def _refuse_if_handed_in(command: SaveDraft, work: Work) -> None:
    state = await work.tx.sql.scalar(
        select(tables.proposal.c.state).where(tables.proposal.c.id == command.draft_id)
    )
    if state is not None and not allowed(tables.STATES[state], Step.SUBMIT):
        raise WrongState("提案已经提交，不能再按草稿保存；如需修改，请联系提案委员会办公室退回")
