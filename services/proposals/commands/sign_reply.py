"""签发: the letter gets its number in the unit's own series and goes to the proposers, who are then asked what they think."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from chassis.work import Work
from services.proposals.feedback import ReplyLine, after_reply
from services.proposals.handling_tables import extension, letter_series
from services.proposals.handlings import Case, change_part, load_case, own_part, today
from services.proposals.replies import lines_of, move, require_stage
from services.proposals.rules.handling_states import HandlingStep
from services.proposals.rules.replies import check_reply, letter_number, overall_class
from tongxin_contracts.proposals.handling_commands import ReplySigned, SignReply
from tongxin_contracts.proposals.handling_events import ProposalReplied, SuggestionAnswered
from tongxin_contracts.words import AllocationPart, ReplyStage, TaskKind, UnitDuty


async def sign_reply(command: SignReply, work: Work) -> ReplySigned:
    """Sign it; a promise whose date has passed since it was written has to be written anew (raises FieldsRefused)."""
    case = await load_case(work, command.proposal_id)
    part = await own_part(case, work, UnitDuty.SIGNER, AllocationPart.LEAD)
    state = case.step(HandlingStep.REPLY)
    row = await require_stage(case, work, ReplyStage.SIGNING)
    written = lines_of(row)
    check_reply(written, len(case.proposal.suggestions), today(work))
    lines = [
        ReplyLine(
            suggestion=line.suggestion,
            text=line.text,
            reply_class=line.reply_class,
            promised_by=line.promised_by,
        )
        for line in sorted(written, key=lambda line: line.suggestion)
        if line.reply_class is not None
    ]
    whole = overall_class(line.reply_class for line in lines)
    number = await _next_number(case, work)
    case.handling.change(state=state, reply_class=whole, replied_at=work.now)
    await change_part(part, work, done_at=work.now)
    await move(
        case,
        work,
        ReplyStage.SIGNED,
        letter_number=number,
        reply_class=whole,
        signed_by=work.actor.person,
        signed_at=work.now,
        remarks=None,
    )
    case.handling.state(
        ProposalReplied(
            handling_id=case.id,
            proposal_id=command.proposal_id,
            number=case.proposal.number,
            title=case.proposal.title,
            unit_id=part["unit_id"],
            round=case.round,
            letter_number=number,
            reply_class=whole,
            lines=tuple(
                SuggestionAnswered(
                    suggestion=line.suggestion, reply_class=line.reply_class, promised_by=line.promised_by
                )
                for line in lines
            ),
            first_proposer=case.proposal.first_proposer,
            co_proposers=tuple(case.proposal.co_proposers),
        )
    )
    case.handling.note("sign_reply", reason=f"{number}，{whole.label}")
    await work.cancel_deadlines([found["id"] for found in case.parts])
    await _nothing_more_to_do(case, work)
    await after_reply(case.handling, case.proposal._mapping, lines, work)
    return ReplySigned(id=case.id, version=case.handling.version, letter_number=number, reply_class=whole)


async def _next_number(case: Case, work: Work) -> str:
    unit_id, year = case.lead["unit_id"], today(work).year
    statement = insert(letter_series).values(
        unit_id=unit_id, year=year, committee=case.handling["committee"], last_serial=1
    )
    serial = await work.tx.sql.scalar(
        statement.on_conflict_do_update(
            index_elements=["unit_id", "year"], set_={"last_serial": letter_series.c.last_serial + 1}
        ).returning(letter_series.c.last_serial)
    )
    assert serial is not None
    return letter_number(case.name(unit_id), year, serial)


async def _nothing_more_to_do(case: Case, work: Work) -> None:
    """Co-handlers and the office are not reminded of what the signed reply has made idle."""
    await work.close_tasks(
        [found["id"] for found in case.parts], kinds=[TaskKind.GIVE_OPINION, TaskKind.SIGN_RECEIPT]
    )
    asked = await work.tx.sql.scalars(
        select(extension.c.id).where(extension.c.handling_id == case.id, extension.c.granted.is_(None))
    )
    await work.close_tasks(list(asked), kinds=[TaskKind.DECIDE_EXTENSION])
