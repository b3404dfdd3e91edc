"""The committee's templates in force, one of them with its editions, and what is wrong with one that is not yet."""

import json
from typing import Any

from sqlalchemy import func, select

from chassis.problems import NotFound
from chassis.work import Work
from services.consultation import tables
from services.consultation.rules.template import read_template
from services.consultation.templates import BUNDLED, SOURCES, bundled_template, template_id
from tongxin_contracts.consultation.templates import (
    CheckTemplate,
    Fault,
    Template,
    TemplateChecked,
    TemplateRow,
    Templates,
    TemplatesAnswer,
    TemplateSheet,
    TemplateSheetAnswer,
)

_STEPS = "steps"


async def templates(query: Templates, work: Work) -> TemplatesAnswer:
    """Adopted ones by name, then those of the system that are not adopted."""
    table, edition, process = tables.template, tables.template_edition, tables.process
    running = (
        select(func.count())
        .select_from(process)
        .where(process.c.template_id == table.c.id, process.c.concluded_at.is_(None))
        .correlate(table)
        .scalar_subquery()
    )
    rows = (
        await work.tx.sql.execute(
            select(edition, table.c.code, running.label("running"))
            .join(table, (edition.c.template_id == table.c.id) & (edition.c.edition == table.c.edition))
            .where(table.c.committee == query.committee)
            .order_by(table.c.name, table.c.code)
        )
    ).all()
    adopted = {row.code for row in rows}
    return TemplatesAnswer(
        adopted=[_row(row, row.running) for row in rows],
        bundled=[_bundled(name) for name in BUNDLED if name not in adopted],
    )


async def template_sheet(query: TemplateSheet, work: Work) -> TemplateSheetAnswer:
    """One template; raises NotFound where neither the committee nor the system has it."""
    table = tables.template_edition
    rows = (
        await work.tx.sql.execute(
            select(table)
            .where(table.c.template_id == template_id(query.committee, query.code))
            .order_by(table.c.edition.desc())
        )
    ).all()
    if not rows and query.code in BUNDLED and query.edition in (None, 0):
        return TemplateSheetAnswer(row=_bundled(query.code), editions=[])
    found = next((row for row in rows if query.edition in (None, row.edition)), None)
    if found is None:
        raise NotFound("没有找到这个流程模板")
    return TemplateSheetAnswer(row=_row(found, 0), editions=[row.edition for row in rows])


async def check_template(query: CheckTemplate, work: Work) -> TemplateChecked:  # noqa: ARG001
    """Every fault there is; text that is no JSON object is one."""
    try:
        data = json.loads(query.template)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        message = "内容不是有效的 JSON 对象，请检查括号、引号与逗号。"
        return TemplateChecked(faults=[Fault(step=None, field="", message=message)])
    _, errors = read_template(data)
    return TemplateChecked(
        faults=[Fault(step=_place(error.field), field=error.field, message=error.message) for error in errors]
    )


def _place(field: str) -> int | None:
    head, _, rest = field.partition(".")
    number = rest.partition(".")[0]
    return int(number) if head == _STEPS and number.isdigit() else None


def _row(row: Any, running: int) -> TemplateRow:
    return TemplateRow(
        template_id=row.template_id,
        edition=row.edition,
        source=row.source,
        adopted_at=row.adopted_at,
        adopted_by=row.adopted_by,
        running=running,
        template=Template.model_validate(row.data),
    )


def _bundled(name: str) -> TemplateRow:
    return TemplateRow(
        template_id=None,
        edition=0,
        source=SOURCES[name],
        adopted_at=None,
        adopted_by=None,
        template=bundled_template(name),
    )
