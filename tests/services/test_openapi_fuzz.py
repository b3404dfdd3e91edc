"""The REST door under what a generator thinks of: every operation, all of schemathesis' checks, and chains of operations.

With a real session of somebody who holds every role, against the real services, so that requests get as deep as they can.
Seeded and small by default; `make fuzz` asks for more (`TONGXIN_FUZZ_EXAMPLES`, `TONGXIN_SEED`).
"""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig

from infra.local.stack import Stack
from tests.house import COUNTY, House
from tests.portal_at_work import signed_in
from tests.proposals_at_work import open_session
from tongxin_contracts.permissions import Role

EXAMPLES: Final = int(os.environ.get("TONGXIN_FUZZ_EXAMPLES", "2"))
"""A request of each operation; the default keeps all of it under forty seconds."""
SEED: Final = int(os.environ.get("TONGXIN_SEED", "20261121"))
STEPS: Final = 6
"""Requests in one chain."""
BUDGET: Final = float(os.environ.get("TONGXIN_FUZZ_SECONDS", "20"))
"""Seconds after which no further operation is begun; on a busy machine the seed says which are left out."""
LEAST: Final = 20
"""Operations that are tried in any case."""
QUIET: Final = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
    stateful_step_count=STEPS,
)
EXCLUDED: Final = frozenset[str]()
"""Checks not asked for, each with its reason."""


@dataclass(frozen=True, slots=True)
class Door:
    """The REST door and who stands before it."""

    schema: Any
    call: dict[str, Any]
    """How it is called."""


@pytest.fixture(scope="module")
async def door(portal: Stack, house: House) -> AsyncIterator[Door]:
    await open_session(house)
    async with signed_in(portal, *Role) as somebody:
        base = f"http://127.0.0.1:{portal.ports.portal}"
        document = (await somebody.client.get("/api/openapi.json")).json()
        yield made_door(base, document, dict(somebody.client.cookies), somebody.csrf)


def made_door(base: str, document: dict[str, Any], cookies: dict[str, str], csrf: str) -> Door:
    """The description as schemathesis reads it, with every request steered to a committee there is."""
    load_all_checks()
    config = SchemathesisConfig.from_dict(
        {
            "base-url": base,
            "auth": {"openapi": {"session": {"api_key": cookies["tongxin"]}, "csrf": {"api_key": csrf}}},
            # A rule may refuse what the schema allows, and a thing may not be there. 400 is for what no schema says:
            # a text of blanks, a place in a list that is none, a secret whose bytes are too few.
            "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", 400, 403, 404, 409, 422]}},
        }
    )
    schema = schemathesis.openapi.from_dict(document, config=config)
    schema.hook("map_body")(steered)
    schema.hook("map_query")(steered)
    session = requests.Session()
    session.trust_env = False
    return Door(schema, {"session": session, "timeout": 20})


def steered(context: Any, found: Any) -> Any:
    """Requests for a committee that is not one's own are all refused alike; most are steered to one's own."""
    if isinstance(found, dict) and str(found.get("committee", "")).isdecimal():
        return found | {"committee": COUNTY}
    return found


def checks() -> list[Any]:
    """All there are."""
    return [check for check in CHECKS.get_all() if check.__name__ not in EXCLUDED]


def fuzz_every_operation(door: Door) -> tuple[list[str], int]:
    """What was wrong, and how many operations were tried before time was up."""
    faults, tried, until = [], 0, time.monotonic() + BUDGET
    operations = [result.ok() for result in door.schema.get_all_operations()]
    random.Random(SEED).shuffle(operations)
    for operation in operations:
        if time.monotonic() > until and tried >= LEAST:
            break
        fault = fault_of(door, operation)
        tried += 1
        if fault:
            faults.append(fault)
    return faults, tried


def fault_of(door: Door, operation: Any) -> str | None:
    """How schemathesis puts it, None when all was well."""

    @hypothesis.seed(SEED)
    @QUIET
    @given(case=operation.as_strategy())
    def tried(case: Any) -> None:
        response = case.call(**door.call)
        last[:] = [
            f"{case.query} {case.body!r} {case.meta.generation.mode}",
            response.status_code,
            response.text,
        ]
        case.validate_response(response, checks=checks(), transport_kwargs=door.call)

    last: list[Any] = []
    try:
        tried()
    except BaseExceptionGroup as group:
        return f"{operation.label}: {[_said(error) for error in group.exceptions]} {str(last)[:800]}"
    except AssertionError as error:
        return f"{operation.label}: {_said(error)} {str(last)[:800]}"
    return None


def _said(error: BaseException) -> str:
    return f"{type(error).__name__} {str(error)[:600]}"


def fuzz_chains(door: Door) -> str | None:
    """Chains of operations along the links of the description; what was wrong, None when all was well."""

    class Chains(door.schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, _case: Any) -> dict[str, Any]:
            return door.call

        def validate_response(self, response: Any, case: Any, **_kwargs: Any) -> None:
            case.validate_response(response, checks=checks(), transport_kwargs=door.call)

    try:
        run_state_machine_as_test(Chains, settings=settings(QUIET, max_examples=EXAMPLES * 2))
    except BaseExceptionGroup as group:
        return str([_said(error) for error in group.exceptions])
    except AssertionError as error:
        return str(error)[:3000]
    return None


async def test_every_operation_keeps_its_word(
    door: Door, record_property: Callable[[str, object], None]
) -> None:
    faults, tried = await asyncio.to_thread(fuzz_every_operation, door)
    assert not faults, "\n\n".join(faults)
    assert tried >= LEAST
    record_property("operations", tried)


async def test_chains_of_operations_keep_their_word(door: Door) -> None:
    assert await asyncio.to_thread(fuzz_chains, door) is None


def test_the_description_links_commands_to_what_shows_their_work(door: Door) -> None:
    linked = {
        (operation.label, link)
        for operation in (result.ok() for result in door.schema.get_all_operations())
        for link in operation.definition.raw["responses"]["200"].get("links", {})
    }
    assert ("POST /api/v1/proposals/save_draft", "draft") in linked
    assert len(linked) > 40
