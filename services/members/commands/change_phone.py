"""Give a member another phone: what they sign in with and where they are reached; told on the PERSON stream only."""

from sqlalchemy import select

from chassis.problems import Invalid, WrongState
from chassis.work import Work
from services.members import tables
from services.members.roster import state_contact
from services.members.rules.roster_cells import CellWrong, read_phone
from tongxin_contracts.members.memberships import ChangePhone
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem


async def change_phone(command: ChangePhone, work: Work) -> Done:
    """Change it; the same one again changes nothing. Raises Invalid for no phone, or one that somebody else has."""
    member = await work.load(tables.member, command.member_id)
    person = await work.load(tables.person, member["person_id"])
    if person["erased_at"] is not None:
        raise WrongState("这名人员的个人信息已经删除，不能再登记号码")
    phone = _read(command)
    if phone == person["phone"]:
        return Done(id=member.id, version=member.version)
    columns = tables.person.c
    taken = await work.tx.sql.scalar(
        select(columns.id).where(columns.committee == person["committee"], columns.phone == phone)
    )
    if taken is not None:
        raise _wrong("这个手机号码已登记在本级另一名委员名下，请核对。")
    person.change(phone=phone)
    state_contact(person, member.id)
    person.note("change_phone", reason=command.reason)
    return Done(id=member.id, version=member.version)


def _read(command: ChangePhone) -> str:
    try:
        return read_phone(command.phone)
    except CellWrong as wrong:
        raise _wrong(f"{wrong.problem}{wrong.remedy}") from wrong


def _wrong(message: str) -> Invalid:
    return Invalid(errors=[FieldProblem(field="phone", message=message)])
