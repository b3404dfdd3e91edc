"""会办意见: what a co-handler writes goes to the lead unit and to nobody else (domain: never to the proposer)."""

from sqlalchemy.dialects.postgresql import insert

from chassis.ids import derived_id
from chassis.problems import WrongState
from chassis.work import Work
from services.proposals.handling_tables import opinion
from services.proposals.handlings import change_part, load_case, own_part
from services.proposals.rules.handling_states import HandlingStep
from tongxin_contracts.message import Done
from tongxin_contracts.proposals.handling_commands import GiveOpinion
from tongxin_contracts.proposals.handling_events import OpinionGiven
from tongxin_contracts.words import AllocationPart, AllocationState, TaskKind, UnitDuty


async def give_opinion(command: GiveOpinion, work: Work) -> Done:
    """Give it, or change it until the reply is signed; raises WrongState for the lead unit and before signing for it."""
    case = await load_case(work, command.proposal_id)
    part = await own_part(case, work, UnitDuty.HANDLER)
    if part["part"] == AllocationPart.LEAD:
        raise WrongState("你单位是主办单位，请直接办理答复；会办意见由会办单位填写")
    if part["state"] != AllocationState.SIGNED:
        raise WrongState("请先由本单位联络员签收，再提出会办意见")
    case.step(HandlingStep.WORK)
    row = {
        "id": derived_id("opinion", case.id, part["unit_id"], case.round),
        "committee": case.handling["committee"],
        "handling_id": case.id,
        "unit_id": part["unit_id"],
        "round": case.round,
        "text": command.text,
        "at": work.now,
        "by": work.actor.person,
    }
    statement = insert(opinion).values(row)
    await work.tx.sql.execute(
        statement.on_conflict_do_update(
            index_elements=["id"],
            set_={name: statement.excluded[name] for name in ("text", "at", "by")},
        )
    )
    await change_part(part, work, done_at=work.now)
    case.handling.state(
        OpinionGiven(
            handling_id=case.id,
            proposal_id=command.proposal_id,
            title=case.proposal.title,
            unit_id=part["unit_id"],
            lead_unit=case.lead["unit_id"],
        )
    )
    case.handling.note("give_opinion", reason=case.name(part["unit_id"]))
    await work.close_tasks(part["id"], kinds=[TaskKind.GIVE_OPINION])
    await work.cancel_deadlines(part["id"])
    return Done(id=case.id, version=case.handling.version)
