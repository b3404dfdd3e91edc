"""Topics for consultation: filed proposals, and what members, offices and residents put forward."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.ids import derived_id
from chassis.problems import Malformed, Refusal, field_problems
from services.portal.pages.timeline import actors, timeline
from services.portal.views import TopicsView
from services.portal.views.consultation import TopicFormView, TopicView
from services.portal.visit import Visit, Visiting, command_id, uuid_field
from tongxin_contracts.consultation.commands import TakeTopic
from tongxin_contracts.consultation.planning import (
    STUDY_FIELDS,
    AssessTopic,
    ProposeTopic,
    StudyTopic,
    TopicSheet,
    TopicSheetAnswer,
)
from tongxin_contracts.consultation.queries import Topics, TopicsAnswer
from tongxin_contracts.message import Command, Done
from tongxin_contracts.words import TopicSource

router = APIRouter()


@router.get("/topics")
async def topics(visit: Visiting) -> Response:
    """Topics, and filed proposals that could become one."""
    found = await visit.ask(TopicsAnswer, Topics(committee=visit.committee))
    people = {UUID(topic.taken_by) for topic in found.topics if not topic.taken_by.startswith("system:")}
    return await visit.page(TopicsView(topics=found), people=people)


@router.post("/topics")
async def take(visit: Visiting) -> Response:
    """Take a filed proposal as a topic."""
    form = await visit.form()
    id_ = command_id(form)
    command = TakeTopic(
        committee=visit.committee,
        topic_id=derived_id("topic", id_),
        proposal_id=uuid_field(form, "proposal_id"),
    )
    await visit.ask(Done, command, id_)
    return await visit.go("/topics", "已列为协商议题。")


@router.get("/topics/new")
async def new_topic(visit: Visiting) -> Response:
    """The form."""
    return await _form(visit)


@router.post("/topics/new")
async def propose(visit: Visiting) -> Response:
    """Put a topic forward; a refusal shows the form as it was typed."""
    form = await visit.form()
    id_ = command_id(form)
    topic_id = derived_id("topic", id_)
    try:
        command = ProposeTopic.model_validate(
            {
                "committee": visit.committee,
                "topic_id": topic_id,
                "title": form.get("title", ""),
                "source": form.get("source") or TopicSource.MEMBER,
                "brought_by": form.get("brought_by", ""),
                "study": _study(form),
            }
        )
        await visit.ask(Done, command, id_)
    except ValidationError as error:
        return await _form(visit, form, Malformed(errors=field_problems(error)))
    except Refusal as refusal:
        return await _form(visit, form, refusal)
    return await visit.go(f"/topics/{topic_id}", "议题建议已提交，专委会办公室会研究并告诉您结果。")


async def _form(visit: Visit, form: FormData | None = None, refusal: Refusal | None = None) -> Response:
    view = TopicFormView(
        sources=[source for source in TopicSource if source is not TopicSource.PROPOSAL],
        typed=typed(form),
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
    )
    return await visit.page(view, status=refusal.status if refusal else 200)


@router.get("/topics/{topic_id}")
async def topic(visit: Visiting, topic_id: UUID) -> Response:
    """One topic."""
    return await _show(visit, topic_id, editing=visit.request.query_params.get("edit") == "1")


@router.post("/topics/{topic_id}")
async def act(visit: Visiting, topic_id: UUID) -> Response:
    """Write the pre-feasibility, or decide on a topic that was put forward."""
    form = await visit.form()
    try:
        command, said = _command(visit, topic_id, form)
        await visit.ask(Done, command, command_id(form))
    except ValidationError as error:
        return await _show(visit, topic_id, form, Malformed(errors=field_problems(error)))
    except Refusal as refusal:
        return await _show(visit, topic_id, form, refusal)
    return await visit.go(f"/topics/{topic_id}", said)


def _command(visit: Visit, topic_id: UUID, form: FormData) -> tuple[Command, str]:
    what = {
        "committee": visit.committee,
        "topic_id": topic_id,
        "expected_version": form.get("version"),
    }
    match form.get("action"):
        case "study":
            return StudyTopic.model_validate(what | {"study": _study(form)}), "选题预可研已保存。"
        case "accept" | "set_aside" as action:
            accept = action == "accept"
            command = AssessTopic.model_validate(what | {"accept": accept, "reason": form.get("reason", "")})
            return command, "已列为协商议题。" if accept else "已暂不列入，提出人会收到理由。"
    raise Malformed("请选择要办理的事项")


async def _show(
    visit: Visit,
    topic_id: UUID,
    form: FormData | None = None,
    refusal: Refusal | None = None,
    *,
    editing: bool = False,
) -> Response:
    found = await visit.ask(TopicSheetAnswer, TopicSheet(committee=visit.committee, topic_id=topic_id))
    people = actors(found.history)
    view = TopicView(
        sheet=found,
        timeline=timeline(found.history, await visit.portal.names(people)),
        typed=typed(form),
        editing=editing or (form is not None and form.get("action") == "study"),
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
    )
    return await visit.page(view, people=people, status=refusal.status if refusal else 200)


def _study(form: FormData) -> dict[str, str]:
    return {name: str(form.get(name, "")).replace("\r\n", "\n") for name in STUDY_FIELDS}


def typed(form: FormData | None) -> dict[str, str]:
    """What was typed, to be shown again."""
    if form is None:
        return {}
    return {name: str(value) for name, value in form.items() if name not in ("csrf", "command_id")}
