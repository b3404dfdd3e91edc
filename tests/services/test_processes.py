"""Processes: each step by whoever does it, what is missing is named, tasks follow, silence is silence."""

from typing import Final

import pytest

from chassis.problems import Forbidden, Invalid, NotFound, VersionClash, WrongState
from tests.consultation_at_work import (
    PNG,
    adopt,
    attach,
    complete,
    office,
    seen,
    start,
    time_is_up,
    until_known,
    until_no_task,
    until_task,
)
from tests.handling_at_work import units
from tests.house import House, person
from tests.waiting import until_async
from tongxin_contracts.consultation.processes import (
    AddDocument,
    AssignUnit,
    CompleteStep,
    DocumentFile,
    DocumentFileAnswer,
    Processes,
    ProcessPage,
    RemoveDocument,
)
from tongxin_contracts.permissions import Role
from tongxin_contracts.words import StepOutcome, TaskKind

HERE: Final = "351621"
OFFICE: Final = office(HERE)


@pytest.fixture(scope="module", autouse=True)
async def adopted(house: House) -> None:
    for name in ("one_key", "open_talk", "four_orders"):
        await adopt(house, HERE, name)


async def test_a_template_nobody_adopted_starts_nothing(house: House) -> None:
    with pytest.raises(NotFound, match="没有采用"):
        await start(house, HERE, "seven_steps")


async def test_a_matter_needs_a_name_and_who_brought_it(house: House) -> None:
    with pytest.raises(Invalid) as refused:
        await start(house, HERE, "one_key", title="")
    assert [error.field for error in refused.value.errors] == ["title", "brought_by"]


async def test_running_processes_keep_the_edition_they_began_with(house: House) -> None:
    process_id = await start(house, HERE, "four_orders")
    before = await seen(house, HERE, process_id)
    await adopt(house, HERE, "four_orders", summary="改过的流程")
    after = await seen(house, HERE, process_id)
    assert (after.edition, after.template) == (before.edition, before.template)
    newer = await seen(house, HERE, await start(house, HERE, "four_orders"))
    assert newer.edition == before.edition + 1
    assert newer.template.summary == "改过的流程"


async def test_what_was_read_must_still_hold(house: House) -> None:
    process_id = await start(house, HERE, "four_orders")
    stale = CompleteStep(committee=HERE, process_id=process_id, expected_version=7, step="order")
    with pytest.raises(VersionClash):
        await house.ask(stale, OFFICE)
    with pytest.raises(WrongState, match="还没有轮到"):
        await house.ask(stale.model_copy(update={"step": "solve"}), OFFICE)


async def test_documents_belong_to_the_step_under_way(house: House) -> None:
    process_id = await start(house, HERE, "four_orders")
    await attach(house, HERE, process_id, OFFICE, "登记表")
    document = (await seen(house, HERE, process_id)).runs[-1].documents[0]
    query = DocumentFile(committee=HERE, process_id=process_id, document_id=document.document_id)
    found = await house.ask_for(DocumentFileAnswer, query, OFFICE)
    assert (found.media_type, found.size) == ("image/png", len(PNG))
    fields = {"点单人": "住户", "事项": "停车", "诉求": "划线"}
    await complete(house, HERE, process_id, OFFICE, fields=fields)
    remove = RemoveDocument(committee=HERE, process_id=process_id, document_id=document.document_id)
    taker = person(Role.MEMBER, committee=HERE)
    with pytest.raises(NotFound, match="已办结"):
        await house.ask(remove, taker)
    lie = AddDocument(
        committee=HERE,
        process_id=process_id,
        document_id=process_id,
        kind="材料",
        file=await house.upload(b"MZ not a picture"),
        filename="a.png",
    )
    with pytest.raises(Invalid) as refused:
        await house.ask(lie, taker)
    assert refused.value.errors[0].field == "file"


async def test_the_office_records_for_others_but_never_rates_for_them(house: House) -> None:
    proposer = person(Role.MEMBER, committee=HERE)
    [unit] = await units(house, HERE, "市住建局")
    process_id = await start(house, HERE, "one_key", brought_by=[proposer.person])
    await until_task(house, proposer, TaskKind.DO_STEP, process_id)
    now = await complete(house, HERE, process_id, OFFICE, fields={"建议内容": "装路灯"})
    assert now.runs[0].on_behalf
    await until_no_task(house, proposer, TaskKind.DO_STEP, process_id)
    await complete(house, HERE, process_id, OFFICE, fields={"交办意见": "请住建局办理"})

    await until_known(house, HERE, unit.id)
    await house.ask(AssignUnit(committee=HERE, process_id=process_id, unit_id=unit.id), OFFICE)
    await until_task(house, unit.handler, TaskKind.DO_STEP, process_id)
    stranger = person(Role.UNIT_HANDLER, committee=HERE)
    with pytest.raises(NotFound):
        await seen(house, HERE, process_id, stranger)

    async def unit_handles() -> bool:
        try:
            await complete(house, HERE, process_id, unit.handler, fields={"办理措施": "已装"})
        except Forbidden:
            return False
        return True

    await until_async(unit_handles, "consultation knows who works in the unit")
    await complete(house, HERE, process_id, unit.handler, fields={"办理结果": "亮了"})
    with pytest.raises(Forbidden, match="提出人"):
        await complete(house, HERE, process_id, OFFICE, StepOutcome.SATISFIED)
    back = await complete(house, HERE, process_id, proposer, StepOutcome.DISSATISFIED)
    assert back.step == "urge"


async def test_an_overdue_step_stays_to_be_done(house: House) -> None:
    process_id = await start(house, HERE, "four_orders")
    await time_is_up(house, HERE, process_id, 1)

    async def said() -> bool:
        now = await seen(house, HERE, process_id)
        return any(entry.action == "step_overdue" for entry in now.history)

    await until_async(said, "the history says that it is overdue", limit=30)
    assert (await seen(house, HERE, process_id)).step == "order"


async def test_a_list_shows_what_is_mine(house: House) -> None:
    proposer = person(Role.MEMBER, committee=HERE)
    process_id = await start(house, HERE, "one_key", brought_by=[proposer.person])
    page = await house.ask_for(ProcessPage, Processes(committee=HERE, mine=True), proposer)
    assert [row.process_id for row in page.processes] == [process_id]
    first = await house.ask_for(ProcessPage, Processes(committee=HERE, limit=1), OFFICE)
    assert first.next
    second = await house.ask_for(ProcessPage, Processes(committee=HERE, limit=1, after=first.next), OFFICE)
    assert second.processes[0].process_id != first.processes[0].process_id
