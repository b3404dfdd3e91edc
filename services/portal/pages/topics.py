"""Topics for consultation."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from chassis.ids import derived_id
from services.portal.views import TopicsView
from services.portal.visit import Visiting, command_id, uuid_field
from tongxin_contracts.consultation.commands import TakeTopic
from tongxin_contracts.consultation.queries import Topics, TopicsAnswer
from tongxin_contracts.message import Done

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
