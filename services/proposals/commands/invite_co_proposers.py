"""Ask members to put their names under one's draft: they see the text as it is saved, and confirm that very text."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from chassis.problems import Invalid
from chassis.tasks import Opened
from chassis.work import Aggregate, Work
from services.proposals import review_tables
from services.proposals.joint import draft_digest, invitation_id, invitations_of, own_draft
from services.proposals.rules.joint import CO_PROPOSERS_MAX
from services.proposals.rules.text import LIMITS
from tongxin_contracts.plain_text import tidy_line, visible_length
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.joint_commands import InviteCoProposers, Invited
from tongxin_contracts.proposals.review_events import CoProposerInvited
from tongxin_contracts.words import InvitationState, TaskKind


async def invite_co_proposers(command: InviteCoProposers, work: Work) -> Invited:
    """Invite them, or ask again; raises Invalid naming everybody who cannot be asked."""
    draft = await own_draft(command.draft_id, work)
    title = tidy_line(draft.title)[: LIMITS.title_max]
    if visible_length(title) < LIMITS.title_min:
        raise Invalid(
            errors=[FieldProblem(field="title", message="请先写好案由再邀请，对方才知道要联名什么。")]
        )
    persons = list(dict.fromkeys(command.persons))
    await _refuse_strangers(persons, work)
    known = {one["person"]: one for one in await invitations_of(draft.id, work)}
    if len(known.keys() | set(persons)) > CO_PROPOSERS_MAX:
        raise Invalid(
            errors=[FieldProblem(field="persons", message=f"联名人最多 {CO_PROPOSERS_MAX} 人，请减少人数。")]
        )
    digest = await draft_digest(draft, work)
    asked = [
        _ask(person, known.get(person), draft.id, title, len(known) + place, work)
        for place, person in enumerate(persons)
        if not _stands(known.get(person), digest)
    ]
    await work.close_tasks([one.id for one in asked])
    await work.open_tasks(
        [
            Opened(kind=TaskKind.CONFIRM_JOINT, matter=one.id, title=title, person=one["person"])
            for one in asked
        ]
    )
    return Invited(invitations=[one.id for one in asked])


def _stands(known: Aggregate | None, digest: str) -> bool:
    """Asked and not answered yet, or confirmed for the very text there is."""
    if known is None:
        return False
    confirmed = known["state"] == InvitationState.ACCEPTED and known["text_digest"] == digest
    return bool(known["state"] == InvitationState.INVITED or confirmed)


def _ask(
    person: UUID, known: Aggregate | None, draft_id: UUID, title: str, place: int, work: Work
) -> Aggregate:
    asked = known or work.create(
        review_tables.invitation,
        invitation_id(draft_id, person),
        draft_id=draft_id,
        title=title,
        first_proposer=work.actor.person,
        person=person,
        place=place,
        state=InvitationState.INVITED,
        text_digest=None,
        invited_at=work.now,
        answered_at=None,
    )
    asked.change(
        state=InvitationState.INVITED, title=title, text_digest=None, invited_at=work.now, answered_at=None
    )
    asked.state(
        CoProposerInvited(
            invitation_id=asked.id,
            draft_id=draft_id,
            title=title,
            first_proposer=work.actor.person,
            person=person,
            again=known is not None,
        )
    )
    asked.note("invite_co_proposer")
    return asked


async def _refuse_strangers(persons: Collection[UUID], work: Work) -> None:
    """Only members in office of this committee, and not oneself."""
    member = review_tables.committee_member
    serving = set(
        await work.tx.sql.scalars(
            select(member.c.person_id).where(
                member.c.committee == work.committee, member.c.serving, member.c.person_id.in_(persons)
            )
        )
    )
    errors = []
    for person in persons:
        if person == work.actor.person:
            errors.append(
                FieldProblem(field=f"persons.{person}", message="您本人是第一提案人，不用邀请自己。")
            )
        elif person not in serving:
            errors.append(
                FieldProblem(field=f"persons.{person}", message="不是本届在任委员，不能联名，请另选。")
            )
    if errors:
        raise Invalid(errors=errors)
