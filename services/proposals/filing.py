"""Numbers of what is filed, and what each outcome of a review states; the same for one proposal and for many."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import insert as plain_insert

from chassis.calendar import local_date
from chassis.tasks import Opened
from chassis.work import Aggregate, Work
from services.proposals import tables
from services.proposals.rules.numbering import ProposalNumber, SessionPeriod, session_for
from services.proposals.rules.review import Decision
from tongxin_contracts.proposals.events import ProposalFiled, ProposalNotFiled, ProposalReturned
from tongxin_contracts.refusals import Refused
from tongxin_contracts.words import TaskKind

_SESSIONS = "select term, session, cutoff_on from session where committee = $1"
_RESERVE = """
insert into numbering as n (committee, term, session, last_serial)
select $1, term, session, count from unnest($2::int[], $3::int[], $4::int[]) as wanted (term, session, count)
order by term, session
on conflict (committee, term, session) do update set last_serial = n.last_serial + excluded.last_serial
returning term, session, last_serial
"""


async def carry_out_filing(proposals: Sequence[Aggregate], work: Work) -> None:
    """立案: each gets the next number of its session, in the order given; raises a refusal where there is no session."""
    if not proposals:
        return
    periods = await _sessions(work)
    by_period = defaultdict(list)
    for proposal in proposals:
        by_period[_key(session_for(local_date(proposal["submitted_at"]), periods))].append(proposal)
    last = await _reserve({key: len(group) for key, group in by_period.items()}, work)
    for key, group in by_period.items():
        first = last[key] - len(group) + 1
        for serial, proposal in enumerate(group, first):
            _file(proposal, ProposalNumber(*key, serial))


async def carry_out_declining(proposals: Sequence[Aggregate], decision: Decision, work: Work) -> None:
    """不予立案: listed under the session it would have counted for."""
    if not proposals:
        return
    assert decision.ground is not None
    periods = await _sessions(work)
    for proposal in proposals:
        try:
            period = session_for(local_date(proposal["submitted_at"]), periods)
            proposal.change(term=period.term, session=period.session)
        except Refused:
            # A committee without a session can still refuse; its list then shows the proposal without one.
            pass
        proposal.state(
            ProposalNotFiled(
                proposal_id=proposal.id,
                title=proposal["title"],
                first_proposer=proposal["first_proposer"],
                co_proposers=tuple(proposal["co_proposers"]),
                ground=decision.ground,
                explanation=decision.reason,
            )
        )
        proposal.note("decline_proposal", reason=decision.reason or decision.ground.label)


async def carry_out_returning(proposals: Sequence[Aggregate], decision: Decision, work: Work) -> None:
    """退回修改: the text as handed in becomes the first proposer's draft to go on from."""
    if not proposals:
        return
    await work.tx.sql.execute(
        plain_insert(tables.draft),
        [
            {
                "id": proposal.id,
                "committee": proposal["committee"],
                "author": proposal["first_proposer"],
                "revision": 1,
                "saved_at": work.now,
                **{
                    name: proposal[name]
                    for name in ("title", "facts", "analysis", "suggestions", "category", "hint_id")
                },
                "returned_because": decision.reason,
            }
            for proposal in proposals
        ],
    )
    for proposal in proposals:
        proposal.state(
            ProposalReturned(
                proposal_id=proposal.id,
                title=proposal["title"],
                first_proposer=proposal["first_proposer"],
                co_proposers=tuple(proposal["co_proposers"]),
                reason=decision.reason,
            )
        )
        proposal.note("return_proposal", reason=decision.reason)
    await work.open_tasks(
        [
            Opened(
                kind=TaskKind.REVISE_PROPOSAL,
                matter=proposal.id,
                title=proposal["title"],
                person=proposal["first_proposer"],
            )
            for proposal in proposals
        ]
    )


def _file(proposal: Aggregate, number: ProposalNumber) -> None:
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


async def _sessions(work: Work) -> list[SessionPeriod]:
    known = await work.tx.raw.fetch(_SESSIONS, work.committee)
    return [SessionPeriod(row["term"], row["session"], row["cutoff_on"]) for row in known]


def _key(period: SessionPeriod) -> tuple[int, int]:
    return period.term, period.session


async def _reserve(counts: dict[tuple[int, int], int], work: Work) -> dict[tuple[int, int], int]:
    """Take so many numbers of each session; the last one taken. The row lock keeps numbers gapless."""
    if not counts:
        return {}
    periods = sorted(counts)
    rows = await work.tx.raw.fetch(
        _RESERVE,
        work.committee,
        [term for term, _ in periods],
        [session for _, session in periods],
        [counts[period] for period in periods],
    )
    return {(row["term"], row["session"]): row["last_serial"] for row in rows}
