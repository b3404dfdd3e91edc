"""Promises of replies: written when a reply is signed, due by a deadline, settled by the committee.

Always holds: a promise is changed only under its handling's lock; a closed handling is TRACKED exactly while one of its
promises is due or reported; a new reply replaces what an earlier one promised and was not settled.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import insert, select, update

from chassis.calendar import CALENDAR_VERSION, deadline_instant
from chassis.deadlines import Deadline
from chassis.ids import derived_id
from chassis.problems import NotFound
from chassis.work import Aggregate, Work
from services.proposals import feedback_tables, tables
from services.proposals.feedback_tables import COMMITMENT_STATES, HANDLING_STATES
from services.proposals.rules.commitments import CommitmentStep, after, is_promise, to_settle
from services.proposals.rules.handling_states import HandlingStep
from services.proposals.rules.handling_states import after as handling_after
from tongxin_contracts.proposals.feedback_events import HandlingClosed
from tongxin_contracts.words import CommitmentState, HandlingState, ReplyClass

if TYPE_CHECKING:
    from services.proposals.feedback import ReplyLine

COMMITMENT_DUE: Final = "commitment_due"
"""The deadline's kind; its matter is the promise."""
_RULE: Final = "答复承诺的办结日期"


async def write_promises(handling: Aggregate, lines: Sequence["ReplyLine"], work: Work) -> None:
    """Keep each promise with its date; those of an earlier reply that are not settled are replaced."""
    await _replace_earlier(handling, work)
    promises = [line for line in lines if is_promise(line.reply_class, line.promised_by)]
    if not promises:
        return
    rows = [_row(handling, line) for line in promises]
    await work.tx.sql.execute(insert(feedback_tables.commitment), rows)
    for row in rows:
        await remind_when_due(row["id"], handling["committee"], row["due_at"], work)


def _row(handling: Aggregate, line: "ReplyLine") -> dict[str, Any]:
    assert line.promised_by is not None
    return {
        "id": derived_id("commitment", handling.id, handling["round"], line.suggestion),
        "committee": handling["committee"],
        "handling_id": handling.id,
        "proposal_id": handling["proposal_id"],
        "unit_id": handling["lead_unit"],
        "round": handling["round"],
        "suggestion": line.suggestion,
        "reply_class": ReplyClass(line.reply_class),
        "promise": line.text,
        "due_on": line.promised_by,
        "due_at": deadline_instant(line.promised_by),
        "state": CommitmentState.OPEN,
        "postponed": False,
    }


async def _replace_earlier(handling: Aggregate, work: Work) -> None:
    commitment = feedback_tables.commitment
    replaced = await work.tx.sql.execute(
        update(commitment)
        .where(
            commitment.c.handling_id == handling.id,
            commitment.c.state.in_([CommitmentState.OPEN, CommitmentState.DUE, CommitmentState.REPORTED]),
        )
        .values(state=CommitmentState.REPLACED)
        .returning(commitment.c.id)
    )
    ids = [row.id for row in replaced]
    await work.close_tasks(ids)
    for id_ in ids:
        await work.cancel_deadlines(id_)


async def remind_when_due(commitment_id: UUID, committee: str, due_at: datetime, work: Work) -> None:
    """Have the promise fall due at its date."""
    await work.set_deadline(
        Deadline(
            matter=commitment_id,
            committee=committee,
            kind=COMMITMENT_DUE,
            rule=_RULE,
            anchor=work.now,
            calendar_version=CALENDAR_VERSION,
            due_at=due_at,
        )
    )


async def locked(commitment_id: UUID, work: Work) -> tuple[Any, Aggregate, Mapping[str, Any]]:
    """A promise with its handling, which is locked, and its proposal; raises NotFound."""
    commitment = feedback_tables.commitment
    handling_id = await work.tx.sql.scalar(
        select(commitment.c.handling_id).where(commitment.c.id == commitment_id)
    )
    if handling_id is None:
        raise NotFound
    handling = await work.load(tables.handling, handling_id)
    row = (await work.tx.sql.execute(select(commitment).where(commitment.c.id == commitment_id))).one()
    return row, handling, await proposal_of(handling, work)


async def proposal_of(handling: Aggregate, work: Work) -> Mapping[str, Any]:
    """The proposal a handling is of, not locked."""
    proposal = tables.proposal
    found = await work.tx.sql.execute(select(proposal).where(proposal.c.id == handling["proposal_id"]))
    return dict(found.one()._mapping)


async def step(row: Any, taken: CommitmentStep, work: Work, **columns: Any) -> CommitmentState:
    """Take a step of a promise's graph; raises where there is no such step."""
    state = after(COMMITMENT_STATES[row.state], taken)
    commitment = feedback_tables.commitment
    await work.tx.sql.execute(
        update(commitment).where(commitment.c.id == row.id).values(state=state, **columns)
    )
    return state


async def standing(handling_id: UUID, work: Work) -> list[CommitmentState]:
    """The states of a handling's promises."""
    commitment = feedback_tables.commitment
    found = await work.tx.sql.scalars(
        select(commitment.c.state).where(commitment.c.handling_id == handling_id)
    )
    return [COMMITMENT_STATES[state] for state in found]


async def close_again(handling: Aggregate, proposal: Mapping[str, Any], work: Work) -> None:
    """Close a tracked handling once none of its promises is due or reported."""
    if handling["state"] != HandlingState.TRACKED or to_settle(await standing(handling.id, work)):
        return
    handling.change(
        state=handling_after(HANDLING_STATES[handling["state"]], HandlingStep.COMMITMENT_SETTLED),
        closed_at=work.now,
    )
    feedback, window = feedback_tables.feedback, feedback_tables.window
    result = await work.tx.sql.scalar(
        select(feedback.c.result)
        .join(window, window.c.id == feedback.c.window_id)
        .where(window.c.handling_id == handling.id, feedback.c.is_first)
        .order_by(window.c.round.desc())
        .limit(1)
    )
    handling.state(
        HandlingClosed(
            handling_id=handling.id,
            proposal_id=handling["proposal_id"],
            title=proposal["title"],
            unit_id=handling["lead_unit"],
            round=handling["round"],
            result=result,
            first_proposer=proposal["first_proposer"],
            again=True,
        )
    )
    handling.note("close_again", reason="到期承诺已核对")


def promise_name(suggestion: int, due_on: date) -> str:
    """How a line of history calls a promise: 第2条建议的承诺（2026年12月31日）."""
    return f"第{suggestion + 1}条建议的承诺（{due_on:%Y年%-m月%-d日}）"
