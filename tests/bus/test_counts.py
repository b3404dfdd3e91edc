"""What things cost that do not depend on the machine: statements and messages for a command, a query, a batch of events."""

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import pytest

from chassis.ids import new_id
from infra.local.stack import Stack
from services.consultation.service import SERVICE as CONSULTATION
from services.members.service import SERVICE as MEMBERS
from services.notify.service import SERVICE as NOTIFY
from services.proposals.service import SERVICE as PROPOSALS
from tests.bus.counted_desk import CountedDesk
from tests.house import person
from tests.load import events
from tests.proposals_at_work import TEXT
from tongxin_contracts.consultation.commands import TakeTopic
from tongxin_contracts.members.commands import RegisterUnit
from tongxin_contracts.members.events import SessionOpened, UnitPost, UnitRegistered, UnitStaffed
from tongxin_contracts.message import Event
from tongxin_contracts.notify.commands import MarkNoticesRead
from tongxin_contracts.permissions import Role
from tongxin_contracts.proposals.commands import FileProposal, SaveDraft, SubmitProposal
from tongxin_contracts.proposals.events import ProposalFiled
from tongxin_contracts.proposals.handling_commands import (
    AcceptAllocation,
    Dispatch,
    Dispatched,
    DispatchItem,
    PreDispatch,
)
from tongxin_contracts.proposals.handling_queries import HandlingPage, UnitDesk
from tongxin_contracts.proposals.review_commands import BulkItem, BulkReviewed, ReviewInBulk
from tongxin_contracts.words import ReviewOutcome, UnitDuty

SUBMIT, FILE, REVIEW_IN_BULK, DISPATCH, UNIT_DESK = 10, 6, 7, 10, 5
REGISTER_UNIT, MARK_READ, TAKE_TOPIC = 3, 2, 3
REACTION_BATCH = {"consultation": 2, "notify": 3}
"""Statements, as they were when they were last looked at; without begin and commit."""
HINTS = 2
"""Hints to live pages that a command may give beside its one poke of the relay."""
HERE = "340926"
"""A committee nobody else's tests use."""
MEMBER = person(Role.MEMBER, committee=HERE)
OFFICE = person(Role.PROPOSALS_OFFICE, committee=HERE)
LIAISON = person(Role.UNIT_LIAISON, committee=HERE)


@pytest.fixture(scope="module")
async def desks(quiet_stack: Stack) -> AsyncIterator[dict[str, CountedDesk]]:
    made: dict[str, CountedDesk] = {
        service.name: CountedDesk(quiet_stack, service)
        for service in (MEMBERS, PROPOSALS, CONSULTATION, NOTIFY)
    }
    yield made
    for desk in made.values():
        await desk.close()


@pytest.fixture(scope="module")
async def unit(desks: dict[str, CountedDesk]) -> UUID:
    """A session and a unit with its liaison, as members tells proposals of them."""
    session, unit_id = new_id(), new_id()
    opened = SessionOpened(
        session_id=session,
        committee_name="试点县政协",
        term=1,
        session=1,
        opens_on=date(2026, 1, 10),
        cutoff_on=date(2099, 12, 5),
    )
    posts = (UnitPost(person_id=LIAISON.person, duty=UnitDuty.LIAISON),)
    told: list[tuple[Event, UUID, int]] = [
        (opened, session, 1),
        (UnitRegistered(unit_id=unit_id, name="交通运输局", short_name="交通局"), unit_id, 1),
        (UnitStaffed(unit_id=unit_id, posts=posts), unit_id, 2),
    ]
    await desks["proposals"].tell(told, HERE)
    return unit_id


async def handed_in(desk: CountedDesk) -> UUID:
    draft = new_id()
    await desk.ask(SaveDraft(committee=HERE, draft_id=draft, revision=0, **TEXT), MEMBER)
    await desk.ask(SubmitProposal(committee=HERE, draft_id=draft), MEMBER)
    return draft


async def filed_and_accepted(desk: CountedDesk, unit: UUID, count: int) -> list[UUID]:
    """So many proposals that only wait to be dispatched."""
    ids = [await handed_in(desk) for _ in range(count)]
    await desk.ask(bulk(ids), OFFICE)
    for id_ in ids:
        await desk.ask(PreDispatch(committee=HERE, proposal_id=id_, lead_unit=unit), OFFICE)
        await desk.ask(AcceptAllocation(committee=HERE, proposal_id=id_), LIAISON)
    return ids


def bulk(ids: list[UUID]) -> ReviewInBulk:
    """File all of these."""
    items = [BulkItem(proposal_id=id_, expected_version=1) for id_ in ids]
    return ReviewInBulk(committee=HERE, items=items, outcome=ReviewOutcome.FILE)


async def test_handing_in_and_filing_cost_what_they_cost(desks: dict[str, CountedDesk], unit: UUID) -> None:
    desk = desks["proposals"]
    await handed_in(desk)
    proposal = await handed_in(desk)
    assert len(desk.statements) <= SUBMIT, desk.statements
    assert desk.said.count("poke.proposals") == 1
    assert len(desk.said) <= 1 + HINTS
    await desk.ask(FileProposal(committee=HERE, proposal_id=proposal, expected_version=1), OFFICE)
    assert len(desk.statements) <= FILE, desk.statements
    assert len(desk.said) <= 1 + HINTS


async def test_a_typical_command_of_each_other_service(desks: dict[str, CountedDesk]) -> None:
    members, notify, consultation = desks["members"], desks["notify"], desks["consultation"]
    for _ in range(2):  # the first one also pays for what the driver asks once for each connection
        name = f"单位 {new_id()}"
        await members.ask(
            RegisterUnit(committee=HERE, unit_id=new_id(), name=name, short_name="单位"), OFFICE
        )
        await notify.ask(MarkNoticesRead(committee=HERE, notices=[new_id()]), MEMBER)
        proposal = new_id()
        await consultation.tell([(filed_as(proposal), proposal, 1)], HERE)
        await consultation.ask(
            TakeTopic(committee=HERE, topic_id=new_id(), proposal_id=proposal),
            person(Role.COMMITTEE_OFFICE, committee=HERE),
        )
    assert len(members.statements) <= REGISTER_UNIT, members.statements
    assert len(notify.statements) <= MARK_READ, notify.statements
    assert len(consultation.statements) <= TAKE_TOPIC, consultation.statements


async def test_many_at_once_cost_what_few_cost(desks: dict[str, CountedDesk], unit: UUID) -> None:
    """Reviewing in bulk, dispatching and a unit's desk."""
    desk = desks["proposals"]
    await filed_and_accepted(desk, unit, 2)  # pays for what the driver asks once for each connection
    costs = []
    for count in (2, 12):
        ids = [await handed_in(desk) for _ in range(count)]
        reviewed = await desk.ask(bulk(ids), OFFICE)
        assert isinstance(reviewed, BulkReviewed)
        assert not any(result.problem for result in reviewed.results), reviewed
        review = (len(desk.statements), len(desk.said))
        ready = await filed_and_accepted(desk, unit, count)
        command = Dispatch(committee=HERE, items=[DispatchItem(proposal_id=id_) for id_ in ready])
        dispatched = await desk.ask(command, OFFICE)
        assert isinstance(dispatched, Dispatched)
        assert all(result.dispatched for result in dispatched.results), dispatched
        dispatch = (len(desk.statements), len(desk.said))
        page = await desk.ask(UnitDesk(committee=HERE, limit=count), LIAISON)
        assert isinstance(page, HandlingPage)
        assert len(page.rows) == count
        costs.append((review, dispatch, len(desk.statements)))
    assert costs[0] == costs[1]
    (reviewing, _), (dispatching, _), looking = costs[0]
    assert (reviewing <= REVIEW_IN_BULK, dispatching <= DISPATCH, 0 < looking <= UNIT_DESK) == (True,) * 3, (
        costs
    )


@pytest.mark.parametrize("service", ["consultation", "notify"])
async def test_a_batch_costs_what_one_event_costs(desks: dict[str, CountedDesk], service: str) -> None:
    desk, costs = desks[service], []
    for count in (
        1,
        300,
        1,
        300,
    ):  # the first ones also pay for what the driver asks once for each connection
        ids = [new_id() for _ in range(count)]
        await desk.tell([(filed_as(id_), id_, 1) for id_ in ids], HERE)
        costs.append(len(desk.statements))
    assert costs[2] == costs[3] <= REACTION_BATCH[service], desk.statements


def filed_as(proposal: UUID) -> ProposalFiled:
    """A proposal filed, under this id."""
    found = ProposalFiled.model_validate_json(events.filed(1)[0].payload)
    return found.model_copy(update={"proposal_id": proposal})
