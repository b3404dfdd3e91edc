"""Take a roster in: good rows become members, bad ones are reported row by row, the same file twice changes nothing.

One transaction and a handful of statements, however many rows. Two imports of one committee wait for each other, so
that nobody is admitted twice.
"""

import asyncio
from collections.abc import Sequence

from sqlalchemy import insert, select

from chassis.calendar import local_date
from chassis.problems import WrongState
from chassis.work import Tools, Work
from services.members import tables
from services.members.roster import admit, change, known_members
from services.members.roster_file import read_roster_file
from services.members.rules.matching import match
from services.members.rules.roster import RowProblem, read_roster
from services.members.rules.roster_columns import Grid
from tongxin_contracts.members.commands import ImportRoster, RosterImported

REPORTED_MAX = 500
"""So many rows are kept for the report; the counts are of all."""


async def read_file(command: ImportRoster, tools: Tools) -> Grid:
    """The uploaded file's cells, before the transaction begins; raises RosterRefused for what is no roster."""
    content = await tools.files.get(command.file)
    return await asyncio.to_thread(read_roster_file, command.filename, content)


async def import_roster(command: ImportRoster, work: Work, grid: Grid) -> RosterImported:
    """Match the rows with the members there are, admit and change, and keep the report."""
    await work.tx.raw.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 0))", f"roster:{work.committee}"
    )
    known = await known_members(work)
    groups = {one.row.liaison_group for one in known if one.row.liaison_group}
    reading = await asyncio.to_thread(read_roster, grid, today=local_date(work.now), groups=groups or None)
    matching = match(reading.rows, known, reading.columns)
    reason = f"导入名册：{command.filename}"
    for row in matching.new:
        admit(work, row, reason=reason)
    await change(work, matching.changed, reason=reason)
    answer = RosterImported(
        report_id=command.report_id,
        added=len(matching.new),
        changed=len(matching.changed),
        unchanged=matching.unchanged,
        refused=reading.refused + matching.refused,
    )
    await _keep_report(command, work, answer, [*reading.problems, *matching.problems])
    return answer


async def _keep_report(
    command: ImportRoster, work: Work, answer: RosterImported, problems: Sequence[RowProblem]
) -> None:
    await _refuse_known_report(command, work)
    await work.tx.sql.execute(
        insert(tables.roster_report).values(
            id=command.report_id,
            committee=work.committee,
            file=command.file,
            filename=command.filename,
            at=work.now,
            by=work.actor.id,
            added=answer.added,
            changed=answer.changed,
            unchanged=answer.unchanged,
            refused=answer.refused,
        )
    )
    rows = sorted(problems, key=lambda problem: problem.row)[:REPORTED_MAX]
    if rows:
        await work.tx.sql.execute(
            insert(tables.roster_report_row),
            [
                {
                    "report_id": command.report_id,
                    "place": place,
                    "committee": work.committee,
                    "row": row.row,
                    "outcome": row.outcome,
                    "column": row.column,
                    "value": row.value,
                    "problem": row.problem,
                    "remedy": row.remedy,
                }
                for place, row in enumerate(rows)
            ],
        )


async def _refuse_known_report(command: ImportRoster, work: Work) -> None:
    found = await work.tx.sql.scalar(
        select(tables.roster_report.c.id).where(tables.roster_report.c.id == command.report_id)
    )
    if found is not None:
        raise WrongState("这次导入已经办理过，请在导入记录中查看结果；要再次导入，请重新选择文件")
