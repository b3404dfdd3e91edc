"""What administrators do with agencies: subscribe them, set and test webhooks, tell again, and see what was delivered when."""

import base64
import os
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.problems import Invalid, Malformed, Refusal
from services.portal.views import AgenciesView, AgencyView
from services.portal.views.agencies import WHOLE_WAY, SubscriptionForm
from services.portal.visit import Visit, Visiting, command_id, uuid_field
from tongxin_contracts.catalogue import agency_events
from tongxin_contracts.message import Done
from tongxin_contracts.notify.agencies import (
    SECRET_PREFIX,
    AgencyDeliveries,
    AgencyDeliveriesAnswer,
    ChangeSubscription,
    RedeliverEvent,
    ReplayEvents,
    Replaying,
    RotateSecret,
    SendTestEvent,
    SetWebhook,
    TestEventSent,
)
from tongxin_contracts.notify.commands import SubscribeAgency, UnsubscribeAgency
from tongxin_contracts.notify.queries import Agencies, AgenciesAnswer
from tongxin_contracts.problems import FieldProblem, Problem
from tongxin_contracts.words import DeliveryState

router = APIRouter()
M = TypeVar("M", bound=BaseModel)

_CHINA: Final = ZoneInfo("Asia/Shanghai")
_SECRET_BYTES: Final = 32
_WORDS: Final = {
    "agency": "请填写标识：小写字母开头，可用字母、数字、下划线，例如 inspection",
    "agency_name": "请填写机构名称",
    "events": "请至少选择一类事件",
    "url": "请填写推送地址，例如 https://hooks.example.gov.cn/tongxin",
    "committee": "请填写下级政协的六位区划代码，例如 340921",
    "reason": "请填写原因",
    "since": "请填写开始时间",
    "until": "结束时间应晚于开始时间",
}


@router.get("/agencies")
async def agencies(visit: Visiting, committee: str = "") -> Response:
    """Who outside is told what."""
    return await _agencies(visit, committee=_below(visit, committee))


@router.post("/agencies")
async def subscribe(visit: Visiting) -> Response:
    """Subscribe an agency, for one's own committee or one below."""
    form = await visit.form()
    typed = _typed(form)
    try:
        below = _below(visit, typed.committee)
        command = _read(
            SubscribeAgency,
            committee=below or visit.committee,
            subscription_id=uuid_field(form, "subscription_id"),
            agency=typed.agency,
            agency_name=typed.agency_name,
            events=sorted(typed.events),
            clearance=typed.clearance,
            road=typed.road,
        )
        done = await visit.ask(Done, command, command_id(form))
    except Refusal as refusal:
        return await _agencies(
            visit,
            committee="",
            form=typed,
            problem=refusal.problem(telemetry.trace_id()),
            status=refusal.status,
        )
    if below:
        return await visit.go(f"/agencies?committee={below}", f"已为 {below} 订阅。")
    return await visit.go(f"/agencies/{done.id}", "已订阅。")


@router.get("/agencies/{subscription_id}")
async def agency(
    visit: Visiting,
    subscription_id: UUID,
    state: str = "",
    event: str = "",
    since: str = "",
    after: str | None = None,
    committee: str = "",
) -> Response:
    """One agency: its road, and what was delivered when."""
    filters = {"state": state, "event": event[:100], "since": since[:10], "committee": committee}
    return await _agency(visit, subscription_id, filters, after=after)


@router.post("/agencies/{subscription_id}")
async def change(visit: Visiting, subscription_id: UUID) -> Response:
    """Whatever the page's forms ask for; what was refused is shown with what was typed."""
    form = await visit.form()
    try:
        return await _act(visit, subscription_id, form)
    except Refusal as refusal:
        more: dict[str, Any] = {"problem": refusal.problem(telemetry.trace_id())}
        if form.get("action") == "change":
            more["form"] = _typed(form)
        if form.get("action") == "webhook":
            more["url"] = str(form.get("url", ""))[:500]
        if form.get("action") == "replay":
            more["replay_since"], more["replay_until"] = (
                str(form.get("since", ""))[:20],
                str(form.get("until", ""))[:20],
            )
        return await _agency(visit, subscription_id, {}, status=refusal.status, **more)


async def _act(visit: Visit, id_: UUID, form: FormData) -> Response:
    here: dict[str, Any] = {"committee": visit.committee, "subscription_id": id_}
    path, request_id = f"/agencies/{id_}", command_id(form)
    match form.get("action"):
        case "change":
            typed = _typed(form)
            wanted = _read(
                ChangeSubscription, **here, expected_version=str(form.get("expected_version", "")),
                agency_name=typed.agency_name, events=sorted(typed.events), clearance=typed.clearance, road=typed.road,
            )  # fmt: skip
            await visit.ask(Done, wanted, request_id)
            said = "订阅已修改。"
        case "end":
            ended = _read(UnsubscribeAgency, **here, reason=str(form.get("reason", "")))
            await visit.ask(Done, ended, request_id)
            return await visit.go("/agencies", "订阅已取消。")
        case "webhook":
            set_ = _read(SetWebhook, **here, url=str(form.get("url", "")), secret=str(form.get("secret", "")))
            await visit.ask(Done, set_, request_id)
            return await _agency(visit, id_, {}, shown_secret=set_.secret)
        case "rotate":
            rotated = _read(RotateSecret, **here, secret=str(form.get("secret", "")))
            await visit.ask(Done, rotated, request_id)
            return await _agency(visit, id_, {}, shown_secret=rotated.secret)
        case "test":
            await visit.ask(TestEventSent, SendTestEvent(**here), request_id)
            said = "测试事件已发出，结果见送达记录。"
        case "replay":
            since, until = _moment(form.get("since")), _moment(form.get("until"))
            replay = _read(
                ReplayEvents, **here, replay_id=uuid_field(form, "replay_id"), since=since, until=until
            )
            asked = await visit.ask(Replaying, replay, request_id)
            said = f"将重放 {asked.wanted} 件事件。"
        case "redeliver":
            again = RedeliverEvent(**here, message_id=uuid_field(form, "message_id"))
            await visit.ask(Done, again, request_id)
            said = "将再送一次。"
        case _:
            raise Malformed("请选择要办理的事项")
    return await visit.go(path, said)


async def _agencies(
    visit: Visit,
    *,
    committee: str,
    form: SubscriptionForm | None = None,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    answer = await visit.ask(AgenciesAnswer, Agencies(committee=committee or visit.committee))
    view = AgenciesView(
        agencies=answer,
        may_subscribe=visit.may("notify.subscribe_agency"),
        own=not committee,
        committee=committee,
        form=form or SubscriptionForm(),
        problem=problem,
    )
    return await visit.page(view, status=status)


async def _agency(
    visit: Visit,
    id_: UUID,
    filters: dict[str, str],
    *,
    after: str | None = None,
    status: int = 200,
    **more: Any,
) -> Response:
    below = _below(visit, filters.get("committee", ""))
    state = filters.get("state", "")
    chosen = DeliveryState(state) if state in {known.value for known in DeliveryState} else None
    query = AgencyDeliveries(
        committee=below or visit.committee,
        subscription_id=id_,
        state=chosen,
        event=filters.get("event") or None,
        since=_moment(filters.get("since")),
        after=after,
    )
    answer = await visit.ask(AgencyDeliveriesAnswer, query)
    kept = {name: value for name, value in filters.items() if value}
    view = AgencyView(
        agency=answer,
        may_change=not below and visit.may("notify.change_subscription") and answer.ended_at is None,
        new_secret=new_secret(),
        state=chosen,
        event=filters.get("event", ""),
        since=filters.get("since", ""),
        query=urlencode(kept) + "&" if kept else "",
        **{
            "form": _form_of(answer),
            "url": answer.webhook.url if answer.webhook else "",
            **more,
        },
    )
    return await visit.page(view, status=status)


def new_secret() -> str:
    """A fresh secret as Standard Webhooks writes one."""
    return SECRET_PREFIX + base64.b64encode(os.urandom(_SECRET_BYTES)).decode()


def _form_of(answer: AgencyDeliveriesAnswer) -> SubscriptionForm:
    return SubscriptionForm(
        agency=answer.agency,
        agency_name=answer.agency_name,
        events=frozenset(answer.events),
        clearance=answer.clearance.value,
        road=answer.road.value,
    )


def _typed(form: FormData) -> SubscriptionForm:
    chosen = {str(name)[:200] for name in form.getlist("events")}
    if WHOLE_WAY in chosen:
        every = {event.subscribed_name() for event in agency_events() if event.service == "proposals"}
        chosen = (chosen - {WHOLE_WAY}) | every
    return SubscriptionForm(
        agency=str(form.get("agency", "")).strip()[:60],
        agency_name=str(form.get("agency_name", "")).strip()[:200],
        events=frozenset(chosen),
        clearance=str(form.get("clearance", "public")),
        road=str(form.get("road", "account")),
        committee=str(form.get("committee", "")).strip()[:6],
    )


def _read(command: type[M], **values: Any) -> M:
    """A command from what was typed; raises Invalid with words a person understands."""
    try:
        return command.model_validate(values)
    except ValidationError as error:
        fields = {str(part["loc"][0]) if part["loc"] else "until" for part in error.errors()}
        raise Invalid(
            errors=[
                FieldProblem(field=name, message=_WORDS.get(name, "请检查所填内容"))
                for name in sorted(fields)
            ]
        ) from error


def _moment(typed: Any) -> datetime | None:
    """A day, or a day and time, in China; None for nothing typed. Raises Invalid."""
    text = str(typed or "").strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(errors=[FieldProblem(field="since", message="请填写有效的时间")]) from error
    return found if found.tzinfo else found.replace(tzinfo=_CHINA)


def _below(visit: Visit, committee: str) -> str:
    """The code of another committee that is asked about; whether one may is the service's matter."""
    code = committee.strip()
    if not code or code == visit.committee:
        return ""
    if not (len(code) == len(visit.committee) and code.isascii() and code.isdigit()):
        raise Invalid(errors=[FieldProblem(field="committee", message=_WORDS["committee"])])
    return code
