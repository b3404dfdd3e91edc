"""The liaison grid: who looks after whom, venues, and the year of the conveners."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import FormData

from chassis import telemetry
from chassis.problems import Malformed, NotFound, Refusal
from services.portal.pages.fields import valid
from services.portal.views.coverage import ConvenersView, CoverageView
from services.portal.visit import Visit, Visiting, command_id
from tongxin_contracts.members.coverage import (
    ConvenerAssessment,
    ConvenerAssessmentAnswer,
    IncludeAssessment,
    LinkCoverage,
    LinkCoverageAnswer,
    SetLinkRules,
    SetLinks,
    SetVenues,
)
from tongxin_contracts.members.queries import MemberRow, Roster, RosterPage
from tongxin_contracts.message import Command, Done
from tongxin_contracts.words import MemberStanding, PartyKind

router = APIRouter()

RULES_MAX = 20
PERSONS = frozenset({PartyKind.OFFICER, PartyKind.LEADER, PartyKind.CONVENER})
"""Kinds that are people, who may be members."""
_SAID = {
    "rules": "名单和规则已保存。",
    "links": "联系安排已保存。",
    "venue": "活动阵地已保存。",
    "remove_venue": "活动阵地已删去。",
}


@router.get("/coverage")
async def coverage(visit: Visiting, on: date | None = None) -> Response:
    """The grid on a day."""
    return await _grid(visit, on)


@router.post("/coverage")
async def change(visit: Visiting) -> Response:
    """Set the lists and rules, the links of one rule, or a venue."""
    form = await visit.form()
    action = _text(form, "action")
    try:
        if action not in _SAID:
            raise Malformed("请选择要办理的事项")
        now = await _now(visit, None)
        await visit.ask(Done, await _command(visit, form, action, now), command_id(form))
    except Refusal as refusal:
        opened = f"links-{_text(form, 'rule')}" if action == "links" else action
        return await _grid(visit, None, refusal, opened)
    return await visit.go("/coverage", _SAID[action])


@router.get("/coverage/conveners")
async def conveners(visit: Visiting, year: int | None = None) -> Response:
    """The conveners' year."""
    return await _conveners(visit, year)


@router.post("/coverage/conveners")
async def include(visit: Visiting) -> Response:
    """Take it into an evaluation."""
    form = await visit.form()
    year = _text(form, "year")
    try:
        command = valid(
            IncludeAssessment,
            committee=visit.committee,
            year=year,
            purpose=_text(form, "purpose"),
            document=_text(form, "document"),
        )
        await visit.ask(Done, command, command_id(form))
    except Refusal as refusal:
        return await _conveners(visit, int(year) if year.isdecimal() else None, refusal)
    return await visit.go(f"/coverage/conveners?year={command.year}", f"考评已纳入{command.purpose.label}。")


async def _command(visit: Visit, form: FormData, action: str, now: LinkCoverageAnswer) -> Command:
    fields: dict[str, Any] = {"committee": visit.committee, "expected_version": _text(form, "version")}
    if action == "rules":
        parties = await _parties(visit, form, now)
        return valid(SetLinkRules, **fields, parties=parties, rules=_rules(form))
    if action == "links":
        return _links(form, fields, now)
    venues = [
        venue.model_dump()
        for place in now.places
        for venue in place.venues
        if (place.name, venue.kind.value, venue.name)
        != (_text(form, "place"), _text(form, "kind"), _text(form, "name"))
    ]
    if action == "venue":
        named = {name: _text(form, name) for name in ("place", "kind", "name")}
        venues.append(named | {"has": [str(one) for one in form.getlist("has")]})
    return valid(SetVenues, **fields, venues=venues)


def _links(form: FormData, fields: dict[str, Any], now: LinkCoverageAnswer) -> SetLinks:
    rule = next((line.rule for line in now.rules if line.rule.code == form.get("rule")), None)
    if rule is None:
        raise NotFound("没有这条联系规则，请刷新页面")
    takers = [party.name for party in now.parties if party.kind is rule.to_kind]
    links = [
        {"giver": str(giver), "taker": taker}
        for place, taker in enumerate(takers)
        for giver in form.getlist(f"giver.{place}")
        if str(giver)
    ]
    begins_on = _text(form, "begins_on") or None
    partial = form.get("partial") == "yes"
    return valid(SetLinks, **fields, rule=rule.code, links=links, begins_on=begins_on, partial=partial)


def _rules(form: FormData) -> list[dict[str, str]]:
    names = ("name", "from", "to", "per_from", "per_to")
    rules = []
    for place in range(RULES_MAX):
        given = {name: _text(form, f"{name}.{place}") for name in names}
        if given["name"]:
            code = _text(form, f"code.{place}") or f"r{command_id(form).hex[:10]}"
            kinds = {"from_kind": given.pop("from"), "to_kind": given.pop("to")}
            rules.append(given | kinds | {"code": code})
    return rules


async def _parties(visit: Visit, form: FormData, now: LinkCoverageAnswer) -> list[dict[str, Any]]:
    """The lists; a person keeps who they are, and a new one is the only member of that name, if there is one."""
    known = {(party.kind, party.name): party.person_id for party in now.parties}
    parties = []
    for kind in PartyKind:
        for line in _text(form, f"names.{kind.value}").splitlines():
            if name := line.strip():
                person = known.get((kind, name))
                if person is None and kind in PERSONS and (kind, name) not in known:
                    person = await _member(visit, name)
                parties.append({"kind": kind, "name": name, "person_id": person})
    return parties


async def _member(visit: Visit, name: str) -> UUID | None:
    query = valid(Roster, committee=visit.committee, search=name)
    found: list[MemberRow] = (await visit.ask(RosterPage, query)).members
    same = [row for row in found if row.name == name and row.standing is MemberStanding.SERVING]
    return same[0].person_id if len(same) == 1 else None


async def _now(visit: Visit, on: date | None) -> LinkCoverageAnswer:
    return await visit.ask(LinkCoverageAnswer, LinkCoverage(committee=visit.committee, on=on))


async def _grid(visit: Visit, on: date | None, refusal: Refusal | None = None, opened: str = "") -> Response:
    view = CoverageView(
        coverage=await _now(visit, on),
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
        opened=opened,
    )
    return await visit.page(view, status=refusal.status if refusal else 200)


async def _conveners(visit: Visit, year: int | None, refusal: Refusal | None = None) -> Response:
    query = valid(ConvenerAssessment, committee=visit.committee, year=year)
    view = ConvenersView(
        assessment=await visit.ask(ConvenerAssessmentAnswer, query),
        problem=refusal.problem(telemetry.trace_id()) if refusal else None,
    )
    return await visit.page(view, status=refusal.status if refusal else 200)


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, "")).replace("\r\n", "\n").strip()
