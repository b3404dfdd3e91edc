"""Take somebody back who was a member before; what they did then stays theirs."""

from chassis.problems import WrongState
from chassis.work import Work
from services.members import tables
from services.members.roster import state_changed
from tongxin_contracts.members.memberships import ReadmitMember
from tongxin_contracts.message import Done
from tongxin_contracts.words import MemberStanding


async def readmit_member(command: ReadmitMember, work: Work) -> Done:
    """Let the membership go on; raises WrongState for who serves already, has died or was erased."""
    member = await work.load(tables.member, command.member_id)
    if member["standing"] in (MemberStanding.SERVING, MemberStanding.DECEASED):
        label = MemberStanding.of(member["standing"]).label
        raise WrongState(f"该委员的状态是“{label}”，不能恢复委员身份")
    person = await work.load(tables.person, member["person_id"])
    if person["erased_at"] is not None:
        raise WrongState("这名人员的个人信息已经删除，不能恢复；确需增补的，请按新委员录入")
    member.change(standing=MemberStanding.SERVING)
    state_changed(member)
    member.note("readmit_member", reason=command.reason)
    return Done(id=member.id, version=member.version)
