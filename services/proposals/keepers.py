"""What proposals keeps of sessions, members, units and consultations."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, update

from chassis.keepers import Keeper
from chassis.work import Work
from services.proposals import review_tables, tables
from services.proposals.evidence_tables import evidence
from services.proposals.reactions.membership import on_member_admitted, on_member_changed
from services.proposals.reactions.process_concluded import keep_evidence
from services.proposals.reactions.session_opened import on_session_opened
from services.proposals.reactions.unit_registered import on_unit_registered
from services.proposals.reactions.unit_staffed import on_unit_staffed
from tongxin_contracts.consultation.processes import ProcessConcluded
from tongxin_contracts.members.events import (
    MemberAdmitted,
    MemberChanged,
    SessionOpened,
    UnitRegistered,
    UnitStaffed,
)


async def _forget_sessions(ids: Sequence[UUID], work: Work) -> None:
    await work.tx.sql.execute(delete(tables.session).where(tables.session.c.id.in_(ids)))


async def _forget_members(ids: Sequence[UUID], work: Work) -> None:
    """Nobody can ask them to sign; who they are stays for what they signed."""
    member = review_tables.committee_member
    await work.tx.sql.execute(update(member).where(member.c.id.in_(ids)).values(serving=False))


async def _forget_units(ids: Sequence[UUID], work: Work) -> None:
    """Nobody works there and nobody can choose it; its name stays for what it handles."""
    unit, post = tables.unit, tables.unit_post
    await work.tx.sql.execute(update(unit).where(unit.c.id.in_(ids)).values(active=False))
    await work.tx.sql.execute(delete(post).where(post.c.unit_id.in_(ids)))


async def _forget_evidence(ids: Sequence[UUID], work: Work) -> None:
    await work.tx.sql.execute(delete(evidence).where(evidence.c.process_id.in_(ids)))


KEEPERS = (
    Keeper(of={SessionOpened: on_session_opened}, forget=_forget_sessions),
    Keeper(of={MemberAdmitted: on_member_admitted, MemberChanged: on_member_changed}, forget=_forget_members),
    Keeper(of={UnitRegistered: on_unit_registered, UnitStaffed: on_unit_staffed}, forget=_forget_units),
    Keeper(of={ProcessConcluded: keep_evidence}, forget=_forget_evidence, hint="proposal"),
)
