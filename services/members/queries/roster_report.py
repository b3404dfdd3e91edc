"""What became of one import, row by row."""

from sqlalchemy import select

from chassis.problems import NotFound
from chassis.work import Work
from services.members import tables
from tongxin_contracts.members.queries import RosterReport, RosterReportAnswer, RowReport

_BYTES_MAX = 200 * 1024
"""An answer must stay below the bus's limit, and remedies can be long."""


async def roster_report(query: RosterReport, work: Work) -> RosterReportAnswer:
    """The report with as many of its rows as an answer holds; raises NotFound."""
    report = (
        await work.tx.sql.execute(
            select(tables.roster_report).where(tables.roster_report.c.id == query.report_id)
        )
    ).one_or_none()
    if report is None:
        raise NotFound
    rows = await work.tx.sql.execute(
        select(tables.roster_report_row)
        .where(tables.roster_report_row.c.report_id == query.report_id)
        .order_by(tables.roster_report_row.c.place)
    )
    shown: list[RowReport] = []
    room = _BYTES_MAX
    for row in rows:
        line = RowReport(
            row=row.row,
            outcome=row.outcome,
            column=row.column,
            value=row.value,
            problem=row.problem,
            remedy=row.remedy,
        )
        room -= len(line.model_dump_json().encode())
        if room < 0:
            break
        shown.append(line)
    return RosterReportAnswer(
        report_id=report.id,
        filename=report.filename,
        at=report.at,
        added=report.added,
        changed=report.changed,
        unchanged=report.unchanged,
        refused=report.refused,
        rows=shown,
    )
