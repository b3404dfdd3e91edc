"""The topic that a draft or a proposal follows."""

from uuid import UUID

from sqlalchemy import select

from chassis.problems import Invalid
from chassis.work import Work
from services.proposals import call_tables
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.calls import TopicHint


async def followed(hint_id: UUID | None, work: Work) -> TopicHint | None:
    """The topic; None where none is followed."""
    if hint_id is None:
        return None
    hint = call_tables.hint
    found = (await work.tx.sql.execute(select(hint).where(hint.c.id == hint_id))).one_or_none()
    if found is None:
        return None
    return TopicHint(hint_id=found.id, title=found.title, text=found.text, category=found.category)


async def require_hint(hint_id: UUID | None, committee: str, work: Work) -> None:
    """Raises Invalid unless it is a topic of this committee's calls."""
    if hint_id is None:
        return
    hint = call_tables.hint
    known = await work.tx.sql.scalar(
        select(hint.c.id).where(hint.c.id == hint_id, hint.c.committee == committee)
    )
    if known is None:
        message = "没有找到这个选题建议，请回到征集通知重新选择。"
        raise Invalid(errors=[FieldProblem(field="hint_id", message=message)])
