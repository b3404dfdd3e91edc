"""Say where a consultation is held and who takes part (6+N, 2+2)."""

from chassis.problems import WrongState
from chassis.work import Work
from services.consultation import tables
from services.consultation.teams import counted, write_team
from tongxin_contracts.consultation.teams import SetTeam, TeamSet
from tongxin_contracts.message import Done
from tongxin_contracts.words import ProcessState


async def set_team(command: SetTeam, work: Work) -> Done:
    """Replace what was said; raises WrongState for a consultation that has its outcome."""
    process = await work.load(tables.process, command.process_id)
    process.expect(command.expected_version)
    if process["state"] == ProcessState.CONCLUDED.value:
        raise WrongState("协商已经形成结果，不能再改动参加人员")
    await write_team(process.id, command.team, work)
    process.change(place=command.place, venue=command.venue)
    fixed, invited = counted(command.team)
    process.state(
        TeamSet(
            process_id=process.id,
            place=command.place,
            venue=command.venue,
            fixed=fixed,
            invited=invited,
        )
    )
    where = command.venue or command.place
    process.note(
        "set_team", reason=f"固定成员 {fixed} 人，邀请 {invited} 人" + (f"；{where}" if where else "")
    )
    return Done(id=process.id, version=process.version)
