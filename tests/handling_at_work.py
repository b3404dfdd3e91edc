"""What tests do with handling: units with their people, a filed proposal on its way to a signed reply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from chassis.calendar import local_date
from chassis.clock import SystemClock
from chassis.identity import Actor
from chassis.ids import new_id
from tests.house import House, person
from tests.proposals_at_work import done, file, handed_in
from tests.waiting import until_async
from tongxin_contracts.members.commands import RegisterUnit, StaffUnit
from tongxin_contracts.members.events import UnitPost
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.handling_commands import (
    AcceptAllocation,
    CheckReply,
    Dispatch,
    Dispatched,
    DispatchItem,
    DraftReply,
    PreDispatch,
    RecordTalk,
    ReplyLineDraft,
    ReplySigned,
    SignReceipt,
    SignReply,
    SubmitReply,
)
from tongxin_contracts.proposals.handling_queries import (
    Handling,
    HandlingAnswer,
    HandlingUnits,
    HandlingUnitsAnswer,
)
from tongxin_contracts.words import ReplyClass, TalkForm, UnitDuty

ROLES: Mapping[UnitDuty, Role] = {
    UnitDuty.LIAISON: Role.UNIT_LIAISON,
    UnitDuty.HANDLER: Role.UNIT_HANDLER,
    UnitDuty.CHECKER: Role.UNIT_CHECKER,
    UnitDuty.SIGNER: Role.UNIT_SIGNER,
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit and its four people."""

    id: UUID
    name: str
    liaison: Actor
    handler: Actor
    checker: Actor
    signer: Actor


@dataclass(frozen=True, slots=True)
class Handled:
    """A proposal on its way."""

    proposal_id: UUID
    committee: str
    proposer: Actor
    lead: Unit
    co: tuple[Unit, ...]


def office(committee: str) -> Actor:
    """The proposals office."""
    return person(Role.PROPOSALS_OFFICE, committee=committee)


async def units(house: House, committee: str, *names: str) -> list[Unit]:
    """Units with their people, known to proposals when this returns."""
    made = [await _unit(house, committee, name) for name in names]

    async def known() -> bool:
        for unit in made:
            answer = await house.ask_for(HandlingUnitsAnswer, HandlingUnits(committee=committee), unit.signer)
            if not any(found.unit_id == unit.id and found.duties for found in answer.units):
                return False
        return True

    await until_async(known, f"proposals knows {names}", limit=20)
    return made


async def _unit(house: House, committee: str, name: str) -> Unit:
    unit_id, staff = new_id(), office(committee)
    register = RegisterUnit(committee=committee, unit_id=unit_id, name=f"{name} {unit_id}", short_name=name)
    registered = done(await house.ask(register, staff))
    people = {duty: person(role, committee=committee) for duty, role in ROLES.items()}
    posts = [UnitPost(person_id=actor.person, duty=duty) for duty, actor in people.items()]
    await house.ask(
        StaffUnit(committee=committee, unit_id=unit_id, expected_version=registered.version, posts=posts),
        staff,
    )
    return Unit(
        unit_id,
        name,
        people[UnitDuty.LIAISON],
        people[UnitDuty.HANDLER],
        people[UnitDuty.CHECKER],
        people[UnitDuty.SIGNER],
    )


async def pre_dispatched(
    house: House, committee: str, lead: Unit, co: Sequence[Unit] = (), **written: Any
) -> Handled:
    """A filed proposal whose units were asked."""
    proposer = person(Role.MEMBER, committee=committee)
    proposal_id = await handed_in(house, proposer, **written)
    await file(house, proposal_id, committee=committee)
    command = PreDispatch(
        committee=committee, proposal_id=proposal_id, lead_unit=lead.id, co_units=[unit.id for unit in co]
    )
    await house.ask(command, office(committee))
    return Handled(proposal_id, committee, proposer, lead, tuple(co))


async def dispatched(
    house: House, committee: str, lead: Unit, co: Sequence[Unit] = (), **written: Any
) -> Handled:
    """The units accepted, and it went out."""
    handled = await pre_dispatched(house, committee, lead, co, **written)
    for unit in (lead, *co):
        await house.ask(AcceptAllocation(committee=committee, proposal_id=handled.proposal_id), unit.liaison)
    command = Dispatch(committee=committee, items=[DispatchItem(proposal_id=handled.proposal_id)])
    answer = await house.ask_for(Dispatched, command, office(committee))
    assert [result.dispatched for result in answer.results] == [True], answer
    return handled


async def in_hand(
    house: House, committee: str, lead: Unit, co: Sequence[Unit] = (), **written: Any
) -> Handled:
    """All units signed for it."""
    handled = await dispatched(house, committee, lead, co, **written)
    for unit in (lead, *co):
        await house.ask(SignReceipt(committee=committee, proposal_id=handled.proposal_id), unit.liaison)
    return handled


async def talked(house: House, handled: Handled) -> None:
    """The lead unit recorded a talk."""
    command = RecordTalk(
        committee=handled.committee,
        proposal_id=handled.proposal_id,
        talk_id=new_id(),
        form=TalkForm.VISIT,
        on=today(),
        with_whom="第一提案人",
        summary="登门听取意见，三条建议逐条作了说明，提案人要求汛前完成清淤。",
    )
    await house.ask(command, handled.lead.handler)


def reply_lines(*classes: ReplyClass, promised_in: int = 60) -> list[ReplyLineDraft]:
    """A line for each suggestion; B lines promise a date."""
    return [
        ReplyLineDraft(
            suggestion=place,
            text=f"第 {place + 1} 条建议：已纳入今年计划，更换主管 3 处。",
            reply_class=kind,
            promised_by=today() + timedelta(days=promised_in) if kind is ReplyClass.B else None,
        )
        for place, kind in enumerate(classes)
    ]


async def drafted(house: House, handled: Handled, lines: Sequence[ReplyLineDraft] | None = None) -> None:
    """The reply is written."""
    command = DraftReply(
        committee=handled.committee,
        proposal_id=handled.proposal_id,
        opening="您提出的提案收悉，现答复如下：",
        lines=list(lines or reply_lines(ReplyClass.A, ReplyClass.A, ReplyClass.A)),
        closing="感谢您对我们工作的关心和支持。",
    )
    await house.ask(command, handled.lead.handler)


async def sign(house: House, handled: Handled) -> ReplySigned:
    """Through checker and signer."""
    where = {"committee": handled.committee, "proposal_id": handled.proposal_id}
    await house.ask(SubmitReply(**where), handled.lead.handler)
    await house.ask(CheckReply(**where, passed=True), handled.lead.checker)
    return await house.ask_for(ReplySigned, SignReply(**where), handled.lead.signer)


async def replied(
    house: House,
    committee: str,
    lead: Unit,
    lines: Sequence[ReplyLineDraft] | None = None,
    **written: Any,
) -> Handled:
    """The whole way to the signed letter, without co-handlers."""
    handled = await in_hand(house, committee, lead, **written)
    await talked(house, handled)
    await drafted(house, handled, lines)
    await sign(house, handled)
    return handled


async def seen_by(house: House, handled: Handled, actor: Actor) -> HandlingAnswer:
    """The handling as somebody sees it."""
    query = Handling(committee=handled.committee, proposal_id=handled.proposal_id)
    return await house.ask_for(HandlingAnswer, query, actor)


def today() -> date:
    """The date people in China write."""
    return local_date(SystemClock().now())
