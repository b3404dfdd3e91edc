"""Make the ranking with awards and allowances as a file; who took it is noted."""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence

from chassis import history
from chassis.calendar import local_date
from chassis.problems import WrongState
from chassis.work import Work
from services.members.queries.duty_ranking import ranked_lines
from services.members.rankings import ranking
from services.members.roster_file import write_csv, write_xlsx
from tongxin_contracts.members.commands import FileMade
from tongxin_contracts.members.points import ExportRanking, RankedMember

HEADINGS = ("名次", "姓名", "联络组", "履职积分", "距底线", "等次", "可推荐", "履职补贴")


async def export_ranking(command: ExportRanking, work: Work) -> FileMade:
    """Write everybody ranked into a file; raises WrongState when there is nobody."""
    found = await ranking(work, command.year)
    lines = ranked_lines(found, command.liaison_group)
    if not lines:
        raise WrongState("没有可以导出的排名，请先采用积分办法并导入名册")
    write = write_xlsx if command.format == "xlsx" else write_csv
    content = await asyncio.to_thread(write, list(_table(lines)))
    work.keep_file(content)
    group = f"-{command.liaison_group}" if command.liaison_group else ""
    filename = f"{found.year}年度履职积分排名{group}-{local_date(work.now)}.{command.format}"
    work.entries.append(
        history.Entry(
            aggregate=command.export_id,
            committee=work.committee,
            at=work.now,
            actor=work.actor.id,
            action="export_ranking",
            reason=f"{filename}，{len(lines)} 名委员",
        )
    )
    return FileMade(file=hashlib.sha256(content).hexdigest(), filename=filename, size=len(content))


def _table(lines: Sequence[RankedMember]) -> Iterator[Sequence[str]]:
    yield HEADINGS
    for line in lines:
        yield (
            str(line.rank),
            line.name,
            line.liaison_group or "",
            line.points,
            line.missing or "",
            line.grade or "",
            "、".join(line.awards),
            line.allowance or "",
        )
