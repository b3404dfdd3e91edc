"""What followers keep of others' aggregates, as rows that can be compared before and after a database went back.

As the superuser, from the tables themselves; without instants that say when something was taken.
"""

from collections.abc import Mapping
from typing import Any, Final

from infra.local.stack import Stack
from tests.faults.observed import fetch

KEPT: Final[Mapping[str, Mapping[str, str]]] = {
    "members": {
        "facts": "select member_id, kind, matter, on_day, authors, position, share_role, evidence from duty_fact"
        " where source_event is not null and annulled_at is null",
        "places": "select process_id, place, title, on_day, solved, took_part from held_consultation",
    },
    "proposals": {
        "sessions": "select id, term, session, cutoff_on from session",
        "members": "select id, person_id from committee_member where serving",
        "units": "select id, name, short_name from unit where active",
        "posts": "select unit_id, person_id, duty from unit_post",
        "evidence": "select process_id, proposal_id, outcome, summary, consensus, rating, template_name from evidence",
    },
    "consultation": {
        "candidates": "select proposal_id, number, title, proposers, topic_id from candidate",
        "units": "select id, name from unit where active",
        "posts": "select unit_id, person_id from unit_post",
    },
    "notify": {
        "work": "select task_id, kind, title, matter, person, role, unit from todo where closed_at is null",
        "members": "select member_id, person, sector, serving from member_person",
        "posts": "select unit_id, person_id, duty from unit_post",
    },
    "portal": {
        "former": "select person_id, committee from former_member",
        "committees": "select code, name from committee",
    },
}
"""Service -> what it keeps -> statement."""


async def kept(stack: Stack, *services: str) -> dict[str, set[tuple[Any, ...]]]:
    """Every row of these services, or of all, by service and what it is."""
    found = {}
    for service in services or KEPT:
        for what, statement in KEPT[service].items():
            rows = await fetch(stack, service, statement)
            found[f"{service}.{what}"] = {tuple(str(value) for value in row.values()) for row in rows}
    return found


async def notices(stack: Stack) -> set[str]:
    """Ids of what people were told and still see."""
    return {str(row["id"]) for row in await fetch(stack, "notify", "select id from notice")}
