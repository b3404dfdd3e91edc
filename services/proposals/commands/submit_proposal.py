"""Hand a draft in: the text is checked as a whole, the office gets work to do with a deadline in working days."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from chassis.calendar import CALENDAR_VERSION, add_working_days, deadline_instant, local_date
from chassis.deadlines import Deadline
from chassis.problems import Invalid, NotFound, VersionClash
from chassis.work import Aggregate, Work
from services.proposals import tables
from services.proposals.deadlines.review_due import REVIEW_DUE, REVIEW_RULE, REVIEW_WORKING_DAYS
from services.proposals.joint import as_asked, draft_digest, invitations_of
from services.proposals.review_tasks import open_review_tasks
from services.proposals.rules.joint import confirmed, kind_of
from services.proposals.rules.states import Step, after
from services.proposals.rules.text import ProposalText, require_text
from services.proposals.schemes import in_force
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.proposals.commands import SubmitProposal
from tongxin_contracts.proposals.events import ProposalSubmitted
from tongxin_contracts.words import Category, ProposalKind


@dataclass(frozen=True, slots=True)
class _HandedIn:
    text: ProposalText
    category: Category
    hint_id: UUID | None
    """The topic of a call that it follows."""


async def submit_proposal(command: SubmitProposal, work: Work) -> Done:
    """Turn one's draft into a proposal that waits for review, or hand a returned one in again."""
    draft = await _own_draft(command, work)
    handed_in = _checked(draft)
    asked = [as_asked(one) for one in await invitations_of(draft.id, work)]
    signed = confirmed(asked, await draft_digest(draft, work))
    known = await work.load_many(tables.proposal, [command.draft_id])
    proposal = _again(known[0], handed_in) if known else _first(command, handed_in, work)
    due_at = deadline_instant(add_working_days(local_date(work.now), REVIEW_WORKING_DAYS))
    scheme_id, scheme = await in_force(work)
    # Who came with a proposal merged into this one stays, whoever signs the changed text.
    co_proposers = list(dict.fromkeys((*signed, *proposal["joined"])))
    proposal.change(
        kind=kind_of(signed),
        co_proposers=co_proposers,
        submitted_at=work.now,
        review_due_at=due_at,
        scheme_id=scheme_id,
        round=0,
        round_name=scheme.rounds[0].name,
        seats=list(scheme.rounds[0].seats),
        disputed=False,
    )
    proposal.state(
        ProposalSubmitted(
            proposal_id=proposal.id,
            kind=proposal["kind"],
            category=handed_in.category,
            title=handed_in.text.title,
            first_proposer=proposal["first_proposer"],
            co_proposers=tuple(proposal["co_proposers"]),
            again=bool(known),
        )
    )
    proposal.note("submit_proposal")
    await work.tx.sql.execute(delete(tables.draft).where(tables.draft.c.id == command.draft_id))
    await work.close_tasks(proposal.id)
    await open_review_tasks([proposal], work)
    await work.set_deadline(
        Deadline(
            matter=proposal.id,
            committee=proposal["committee"],
            kind=REVIEW_DUE,
            rule=REVIEW_RULE,
            anchor=work.now,
            calendar_version=CALENDAR_VERSION,
            due_at=due_at,
        )
    )
    return Done(id=proposal.id, version=proposal.version)


async def _own_draft(command: SubmitProposal, work: Work) -> Any:
    draft = (
        await work.tx.sql.execute(
            select(tables.draft).where(tables.draft.c.id == command.draft_id).with_for_update()
        )
    ).one_or_none()
    if draft is None or draft.author != work.actor.person:
        raise NotFound
    if command.revision is not None and draft.revision != command.revision:
        raise VersionClash("草稿在另一个窗口或设备上有更新，请刷新页面核对后再提交")
    return draft


def _checked(draft: Any) -> _HandedIn:
    text = require_text(ProposalText(draft.title, draft.facts, draft.analysis, tuple(draft.suggestions)))
    if draft.category is None:
        raise Invalid(errors=[FieldProblem(field="category", message="请选择提案类别。")])
    return _HandedIn(text, tables.CATEGORIES[draft.category], draft.hint_id)


def _first(command: SubmitProposal, handed_in: _HandedIn, work: Work) -> Aggregate:
    return work.create(
        tables.proposal,
        command.draft_id,
        state=after(None, Step.SUBMIT),
        kind=ProposalKind.INDIVIDUAL,
        category=handed_in.category,
        title=handed_in.text.title,
        facts=handed_in.text.facts,
        analysis=handed_in.text.analysis,
        suggestions=list(handed_in.text.suggestions),
        first_proposer=work.actor.person,
        co_proposers=[],
        submitted_at=work.now,
        review_due_at=None,
        scheme_id=None,
        round=0,
        round_name=None,
        seats=[],
        disputed=False,
        submission=1,
        hint_id=handed_in.hint_id,
        joined=[],
    )


def _again(proposal: Aggregate, handed_in: _HandedIn) -> Aggregate:
    proposal.change(
        state=after(tables.STATES[proposal["state"]], Step.SUBMIT),
        category=handed_in.category,
        title=handed_in.text.title,
        facts=handed_in.text.facts,
        analysis=handed_in.text.analysis,
        suggestions=list(handed_in.text.suggestions),
        explanation=None,
        decided_at=None,
        decided_by_rule=None,
        submission=proposal["submission"] + 1,
        hint_id=handed_in.hint_id or proposal["hint_id"],
    )
    return proposal
