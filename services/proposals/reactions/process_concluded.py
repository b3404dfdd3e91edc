"""A consultation on a proposal has its outcome: it is kept with the proposal as evidence."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from chassis.inbox import Incoming
from chassis.work import Work
from services.proposals import tables
from services.proposals.evidence_tables import evidence
from tongxin_contracts.consultation.processes import ProcessConcluded
from tongxin_contracts.proposals.evidence import EvidenceAdded


async def on_process_concluded(events: Sequence[Incoming[ProcessConcluded]], work: Work) -> None:
    """Write the rows and state it on each proposal; one that is told twice is kept once."""
    about = {event.data.process_id: event for event in events if event.data.proposal_id is not None}
    if not about:
        return
    new = await _new(about.values(), work)
    wanted = [event.data.proposal_id for event in about.values() if event.data.process_id in new]
    loaded = {
        found.id: found
        for found in await work.load_many(tables.proposal, [id_ for id_ in wanted if id_ is not None])
    }
    for event in about.values():
        data = event.data
        proposal = loaded.get(data.proposal_id) if data.proposal_id else None
        if proposal is None or data.process_id not in new:
            continue
        proposal.state(
            EvidenceAdded(
                proposal_id=proposal.id,
                title=proposal["title"],
                process_id=data.process_id,
                template_name=data.template_name,
                outcome=data.outcome,
                summary=data.summary,
                consensus=data.consensus,
                first_proposer=proposal["first_proposer"],
                co_proposers=tuple(proposal["co_proposers"]),
            ),
            because=event.envelope,
        )
        proposal.note("add_evidence", reason=f"“{data.template_name}”形成{data.outcome.label}")


async def keep_evidence(events: Sequence[Incoming[ProcessConcluded]], work: Work) -> None:
    """Write the rows alone: what a state tells is nothing new to say."""
    await _new([event for event in events if event.data.proposal_id is not None], work)


async def _new(events: Collection[Incoming[ProcessConcluded]], work: Work) -> set[UUID]:
    """Write a row for each; the processes that were not known."""
    if not events:
        return set()
    rows = [
        {
            "process_id": event.data.process_id,
            "committee": event.envelope.committee,
            "proposal_id": event.data.proposal_id,
            "template_name": event.data.template_name,
            "outcome": event.data.outcome.value,
            "summary": event.data.summary,
            "consensus": event.data.consensus,
            "rating": event.data.rating.value if event.data.rating else None,
            "documents": [document.model_dump() for document in event.data.documents],
            "at": event.envelope.time,
        }
        for event in events
    ]
    return set(
        await work.tx.sql.scalars(
            insert(evidence).values(rows).on_conflict_do_nothing().returning(evidence.c.process_id)
        )
    )
