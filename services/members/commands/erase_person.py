"""Erase a person: empty what is theirs, say so in the history, and tell every service by ids alone."""

from chassis.personal import erase
from chassis.problems import Invalid, WrongState
from chassis.work import Work
from services.members import tables
from services.members.erasure import ERASURE
from services.members.retention import obstacles
from tongxin_contracts.members.erasure import ErasePerson, PersonErased
from tongxin_contracts.message import Done
from tongxin_contracts.problems import FieldProblem


async def erase_person(command: ErasePerson, work: Work) -> Done:
    """Do it; raises WrongState while the person is still needed, Invalid where the name typed is not theirs."""
    member = await work.load(tables.member, command.member_id)
    person = await work.load(tables.person, member["person_id"])
    if person["erased_at"] is not None:
        raise WrongState("这名人员的个人信息已经删除")
    in_the_way = await obstacles(member.id, member["standing"], work)
    if in_the_way:
        raise WrongState("".join(in_the_way))
    _confirmed(command, person["name"])
    await erase(ERASURE, [person.id], work)
    reason = f"{command.ground.label}：{command.reason}"
    person.change(erased_at=work.now)
    person.note("erase_person", reason=reason)
    member.state(PersonErased(member_id=member.id, person_id=person.id))
    member.note("erase_person", reason=reason)
    await work.close_tasks(member.id)
    return Done(id=member.id, version=member.version)


def _confirmed(command: ErasePerson, name: str) -> None:
    errors = []
    if command.confirmation != name:
        message = "与这名人员的姓名不一致，请照原样输入姓名以确认。"
        errors.append(FieldProblem(field="confirmation", message=message))
    if name in command.reason:
        message = "理由会写入历史并长期保留，请不要写姓名。"
        errors.append(FieldProblem(field="reason", message=message))
    if errors:
        raise Invalid(errors=errors)
