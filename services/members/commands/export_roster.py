"""Make the roster as a file that imports again; it holds personal data, so who took it and whose it is are noted."""

import asyncio
import hashlib
from collections.abc import Sequence

from chassis import history
from chassis.calendar import local_date
from chassis.problems import WrongState
from chassis.work import Work
from services.members.queries.current_session import latest_session
from services.members.roster import known_members
from services.members.roster_file import write_csv, write_xlsx
from services.members.rules.matching import Known
from services.members.rules.roster import roster_table
from tongxin_contracts.members.commands import ExportRoster, FileMade
from tongxin_contracts.words import MemberStanding


async def export_roster(command: ExportRoster, work: Work) -> FileMade:
    """Write everybody who serves into a file, by name; raises WrongState when there is nobody."""
    if command.empty:
        return await _make(command, work, [], f"委员名册模板.{command.format}")
    serving = [one for one in await known_members(work) if one.standing is MemberStanding.SERVING]
    if not serving:
        raise WrongState("名册里还没有在任委员，请先导入名册")
    filename = await _filename(command, work)
    made = await _make(command, work, serving, filename)
    await work.disclose_many([one.person_id for one in serving], ["party"], f"导出名册：{filename}")
    work.entries.append(
        history.Entry(
            aggregate=command.export_id,
            committee=work.committee,
            at=work.now,
            actor=work.actor.id,
            action="export_roster",
            reason=f"{filename}，{len(serving)} 名委员",
        )
    )
    return made


async def _make(command: ExportRoster, work: Work, people: Sequence[Known], filename: str) -> FileMade:
    """The file itself, kept for the portal to fetch."""
    table = roster_table(one.row for one in people)
    content = await asyncio.to_thread(write_xlsx if command.format == "xlsx" else write_csv, table)
    work.keep_file(content)
    return FileMade(file=hashlib.sha256(content).hexdigest(), filename=filename, size=len(content))


async def _filename(command: ExportRoster, work: Work) -> str:
    session = await latest_session(work)
    whose = session.committee_name if session else work.committee
    return f"{whose}委员名册-{local_date(work.now)}.{command.format}"
