"""Put a process template in force; the same code again is its next edition."""

from contextlib import suppress

from sqlalchemy import insert

from chassis.problems import Invalid, NotFound
from chassis.work import Aggregate, Work
from services.consultation import tables
from services.consultation.rules.template import load_template
from services.consultation.templates import template_id
from tongxin_contracts.consultation.templates import Adopted, AdoptTemplate, Template, TemplateAdopted
from tongxin_contracts.problems import FieldProblem
from tongxin_contracts.refusals import FieldsRefused


async def adopt_template(command: AdoptTemplate, work: Work) -> Adopted:
    """Check it as a whole and keep it; processes under way keep the edition they began with."""
    try:
        template = load_template(command.template)
    except FieldsRefused as refused:
        raise Invalid(
            refused.reason,
            errors=[
                FieldProblem(field=f"template.{error.field}", message=error.message)
                for error in refused.errors
            ],
        ) from refused
    row = await _row(template, work)
    await work.tx.sql.execute(
        insert(tables.template_edition).values(
            template_id=row.id,
            edition=row["edition"],
            committee=work.committee,
            data=template.model_dump(mode="json"),
            source=command.source,
            adopted_at=work.now,
            adopted_by=work.actor.id,
        )
    )
    row.state(
        TemplateAdopted(
            template_id=row.id,
            code=template.code,
            name=template.name,
            edition=row["edition"],
            source=command.source,
        )
    )
    row.note("adopt_template", reason=f"{template.name}，第 {row['edition']} 版，依据：{command.source}")
    return Adopted(template_id=row.id, code=template.code, edition=row["edition"])


async def _row(template: Template, work: Work) -> Aggregate:
    id_ = template_id(work.committee, template.code)
    with suppress(NotFound):
        row = await work.load(tables.template, id_)
        row.change(name=template.name, edition=row["edition"] + 1)
        return row
    return work.create(tables.template, id_, code=template.code, name=template.name, edition=1)
