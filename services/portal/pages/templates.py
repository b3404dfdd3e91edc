"""Process templates: read, drawn, adopted, and written on a page without a programmer."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.ids import derived_id
from chassis.problems import Forbidden, Malformed, NotFound, Refusal, field_problems
from services.portal import flow
from services.portal.template_form import (
    TemplateForm,
    blank,
    from_template,
    new_code,
    read_form,
    read_json,
)
from services.portal.views.consultation import TemplateFormView, TemplatesView, TemplateView
from services.portal.visit import Visit, Visiting, command_id
from tongxin_contracts.consultation.templates import (
    Adopted,
    AdoptTemplate,
    CheckTemplate,
    Fault,
    TemplateChecked,
    Templates,
    TemplatesAnswer,
    TemplateSheet,
    TemplateSheetAnswer,
)

router = APIRouter()
WRITING = "consultation.adopt_template"


@router.get("/templates")
async def templates(visit: Visiting) -> Response:
    """What the committee works by, and what it could adopt."""
    found = await visit.ask(TemplatesAnswer, Templates(committee=visit.committee))
    return await visit.page(TemplatesView(templates=found, may_adopt=visit.may(WRITING)))


@router.get("/templates/new")
async def new_template(visit: Visiting) -> Response:
    """A form that already hangs together, or a copy of another template."""
    _require_writer(visit)
    copied = visit.request.query_params.get("from")
    code = "own_new"
    if not copied:
        return await _edit(visit, blank(code), is_new=True)
    row = (await _sheet(visit, copied)).row
    form = from_template(row.template, code=code, name=f"{row.template.name}（我们的做法）", source="")
    return await _edit(visit, form, is_new=True)


@router.post("/templates/new")
async def write_new(visit: Visiting) -> Response:
    """Change the form, or adopt it."""
    form = await visit.form()
    return await _written(visit, form, new_code(derived_id("template", command_id(form))), is_new=True)


@router.get("/templates/{code}")
async def template(visit: Visiting, code: str) -> Response:
    """One template, drawn."""
    return await _show(visit, code)


@router.post("/templates/{code}")
async def adopt(visit: Visiting, code: str) -> Response:
    """Adopt one that comes with the system as it is."""
    form = await visit.form()
    row = (await _sheet(visit, code)).row
    try:
        command = AdoptTemplate.model_validate(
            {
                "committee": visit.committee,
                "template": row.template.model_dump(mode="json"),
                "source": form.get("source", ""),
            }
        )
        await visit.ask(Adopted, command, command_id(form))
    except ValidationError as error:
        return await _show(visit, code, Malformed(errors=field_problems(error)))
    except Refusal as refusal:
        return await _show(visit, code, refusal)
    return await visit.go(f"/templates/{code}", "已采用，可以按这个流程开始协商。")


@router.get("/templates/{code}/edit")
async def edit_template(visit: Visiting, code: str) -> Response:
    """The form of a template in force."""
    _require_writer(visit)
    row = (await _sheet(visit, code)).row
    form = from_template(row.template, code=code, name=row.template.name, source=row.source)
    return await _edit(visit, form, is_new=False)


@router.post("/templates/{code}/edit")
async def write(visit: Visiting, code: str) -> Response:
    """Change the form, or put the next edition in force."""
    return await _written(visit, await visit.form(), code, is_new=False)


def _require_writer(visit: Visit) -> None:
    if not visit.may(WRITING):
        raise Forbidden("流程模板由专委会办公室制定")


async def _written(visit: Visit, form: FormData, code: str, *, is_new: bool) -> Response:
    _require_writer(visit)
    made = read_form(form, code)
    action, _, place = str(form.get("action", "preview")).partition(".")
    number = int(place) if place.isdecimal() else -1
    match action:
        case "add":
            made = made.with_step()
        case "remove":
            made = made.without_step(number)
        case "up" | "down":
            made = made.moved(number, -1 if action == "up" else 1)
        case "json":
            read = read_json(str(form.get("json", "")), made)
            if read is None:
                refusal = Malformed("这段 JSON 不是一个流程模板，请检查括号、引号与各项名称；表单没有改动")
                return await _edit(visit, made, is_new=is_new, refusal=refusal)
            made = read
        case "adopt":
            return await _adopt(visit, made, command_id(form), is_new=is_new)
    return await _edit(visit, made, is_new=is_new)


async def _adopt(visit: Visit, made: TemplateForm, id_: UUID, *, is_new: bool) -> Response:
    try:
        command = AdoptTemplate.model_validate(
            {"committee": visit.committee, "template": made.data(), "source": made.source}
        )
        adopted = await visit.ask(Adopted, command, id_)
    except ValidationError as error:
        return await _edit(visit, made, is_new=is_new, refusal=Malformed(errors=field_problems(error)))
    except Refusal as refusal:
        return await _edit(visit, made, is_new=is_new, refusal=refusal)
    return await visit.go(
        f"/templates/{made.code}", f"第 {adopted.edition} 版已采用；正在进行的协商仍按原来的版本。"
    )


async def _edit(
    visit: Visit, form: TemplateForm, *, is_new: bool, refusal: Refusal | None = None
) -> Response:
    found = await visit.ask(TemplatesAnswer, Templates(committee=visit.committee)) if is_new else None
    steps = form.drawable()
    view = TemplateFormView(
        form=form,
        steps=steps,
        charts=flow.charts(steps),
        faults=await _faults(visit, form),
        is_new=is_new,
        copies=[*found.adopted, *found.bundled] if found else [],
        refused=refusal is not None,
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
    )
    return await visit.page(view, status=refusal.status if refusal else 200)


async def _faults(visit: Visit, form: TemplateForm) -> list[Fault]:
    query = CheckTemplate(committee=visit.committee, template=form.json())
    return (await visit.ask(TemplateChecked, query)).faults


async def _sheet(visit: Visit, code: str) -> TemplateSheetAnswer:
    edition = visit.request.query_params.get("edition", "")
    try:
        query = TemplateSheet(
            committee=visit.committee, code=code, edition=int(edition) if edition.isdecimal() else None
        )
    except ValidationError as error:
        raise NotFound from error
    return await visit.ask(TemplateSheetAnswer, query)


async def _show(visit: Visit, code: str, refusal: Refusal | None = None) -> Response:
    found = await _sheet(visit, code)
    view = TemplateView(
        sheet=found,
        charts=flow.charts(found.row.template.steps),
        may_adopt=visit.may(WRITING),
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
    )
    by = found.row.adopted_by
    people = [UUID(by)] if by and not by.startswith("system:") else []
    return await visit.page(view, people=people, status=refusal.status if refusal else 200)
