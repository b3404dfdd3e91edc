"""立案: the proposal gets the next number of its committee's term and session."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.calendar import local_date
from chassis.work import Aggregate, Work
from services.proposals import tables
from services.proposals.commands.review import take_decision
from services.proposals.rules.numbering import ProposalNumber, SessionPeriod, session_for
from services.proposals.rules.review import Decision
from services.proposals.rules.states import Step
from tongxin_contracts.proposals.commands import FileProposal, ProposalFiledAnswer
from tongxin_contracts.proposals.events import ProposalFiled
from tongxin_contracts.words import ReviewOutcome


async def file_proposal(command: FileProposal, work: Work) -> ProposalFiledAnswer:
    """File it; raises WrongState when it does not wait for review or the committee has no session."""
    proposal = await take_decision(
        work, command.proposal_id, command.expected_version, Step.FILE, Decision(ReviewOutcome.FILE)
    )
    number = await _next_number(proposal, work)
    proposal.change(number=str(number), term=number.term, session=number.session, serial=number.serial)
    proposal.state(
        ProposalFiled(
            proposal_id=proposal.id,
            number=str(number),
            term=number.term,
            session=number.session,
            serial=number.serial,
            kind=proposal["kind"],
            category=proposal["category"],
            title=proposal["title"],
            suggestions=tuple(proposal["suggestions"]),
            facts=proposal["facts"],
            analysis=proposal["analysis"],
            first_proposer=proposal["first_proposer"],
            co_proposers=tuple(proposal["co_proposers"]),
        )
    )
    proposal.note("file_proposal")
    return ProposalFiledAnswer(id=proposal.id, version=proposal.version, number=str(number))


async def _next_number(proposal: Aggregate, work: Work) -> ProposalNumber:
    """The session by the day it was handed in, then the next serial; the row lock keeps numbers gapless."""
    known = await work.tx.sql.execute(
        select(tables.session.c.term, tables.session.c.session, tables.session.c.cutoff_on).where(
            tables.session.c.committee == proposal["committee"]
        )
    )
    period = session_for(
        local_date(proposal["submitted_at"]),
        [SessionPeriod(row.term, row.session, row.cutoff_on) for row in known],
    )
    statement = insert(tables.numbering).values(
        committee=proposal["committee"], term=period.term, session=period.session, last_serial=1
    )
    serial = await work.tx.sql.scalar(
        statement.on_conflict_do_update(
            index_elements=["committee", "term", "session"],
            set_={"last_serial": tables.numbering.c.last_serial + 1},
        ).returning(tables.numbering.c.last_serial)
    )
    assert serial is not None
    return ProposalNumber(period.term, period.session, serial)
