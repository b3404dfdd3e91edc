"""The AsyncAPI document is well formed, points at what is there, and says what the services really listen to."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from faststream.specification import AsyncAPI

from chassis.bus import Desk
from chassis.service import Service
from chassis.settings import Settings
from services.consultation.service import SERVICE as CONSULTATION
from services.members.service import SERVICE as MEMBERS
from services.notify.service import SERVICE as NOTIFY
from services.proposals.service import SERVICE as PROPOSALS
from tests.contracts.committed import SCHEMAS
from tongxin_contracts.catalogue import EVENTS, REQUESTS, agency_events

SERVICES = (MEMBERS, PROPOSALS, CONSULTATION, NOTIFY)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The committed document, as a YAML reader sees it."""
    read: dict[str, Any] = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text("utf-8"))
    return read


def references(value: Any) -> Iterator[str]:
    """Every `$ref` in a document."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "$ref":
                yield part
            else:
                yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def resolved(document: Any, reference: str) -> Any:
    """What a reference inside the document points at; a KeyError where there is nothing."""
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document


def test_it_has_the_parts_that_asyncapi_3_asks_for(document: dict[str, Any]) -> None:
    assert document["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(document["info"])
    assert set(document) <= {
        "asyncapi",
        "id",
        "info",
        "defaultContentType",
        "servers",
        "channels",
        "operations",
        "components",
    }
    for channel in document["channels"].values():
        assert set(channel) <= {"address", "messages", "title", "summary", "description", "parameters"}
        assert set(channel.get("parameters", {})) == set(re.findall(r"\{(\w+)\}", channel["address"]))
    for operation in document["operations"].values():
        assert operation["action"] in ("send", "receive")
        assert set(operation) <= {"action", "channel", "messages", "reply", "title", "summary", "description"}


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    found = list(references(document))
    inside = [reference for reference in found if reference.startswith("#/")]
    files = [reference for reference in found if not reference.startswith("#/")]
    assert len(inside) > 100
    assert len(files) == len(EVENTS) + len(agency_events()) + 2 * len(REQUESTS)
    for reference in inside:
        assert resolved(document, reference)
    for reference in files:
        assert json.loads((SCHEMAS / reference).read_text("utf-8"))["type"] == "object"


def test_an_operation_uses_messages_of_its_channel(document: dict[str, Any]) -> None:
    for operation in document["operations"].values():
        for part in (operation, operation.get("reply", {})):
            for message in part.get("messages", ()):
                assert message["$ref"].startswith(part["channel"]["$ref"] + "/messages/")


@pytest.mark.parametrize("path", sorted(SCHEMAS.rglob("*.json")), ids=lambda path: path.stem)
def test_every_reference_of_a_schema_leads_somewhere(path: Path) -> None:
    schema = json.loads(path.read_text("utf-8"))
    for reference in references(schema):
        assert resolved(schema, reference)


def addresses(document: dict[str, Any], prefix: tuple[str, ...]) -> set[str]:
    """Addresses of channels that begin like this."""
    return {
        channel["address"]
        for channel in document["channels"].values()
        if channel["address"].startswith(prefix)
    }


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_listens_where_the_document_says(document: dict[str, Any], service: Service) -> None:
    mine = addresses(document, (f"cmd.{service.name}.", f"qry.{service.name}."))
    heard = faststreams_own(service)
    assert {channel["address"] for channel in heard["channels"].values()} == mine
    assert {channel["bindings"]["nats"]["queue"] for channel in heard["channels"].values()} == {service.name}
    assert mine


def test_no_command_or_query_is_of_nobody(document: dict[str, Any]) -> None:
    heard = {
        channel["address"]
        for service in SERVICES
        for channel in faststreams_own(service)["channels"].values()
    }
    assert addresses(document, ("cmd.", "qry.")) == heard == {request.subject() for request in REQUESTS}


def faststreams_own(service: Service) -> dict[str, Any]:
    """The document FastStream makes of the desk a service really opens; nothing connects."""

    async def respond(*_: Any) -> None:
        raise AssertionError("nobody asks")

    nowhere = Path("/nowhere")
    settings = Settings(
        database_url="",
        database_worker_url="",
        nats_seed_file=nowhere,
        token_public_key_file=nowhere,
        sealing_key_file=nowhere,
    )
    desk = Desk(settings, service.name, [handler.request for handler in service.handlers], respond)
    made: dict[str, Any] = AsyncAPI(desk.broker, schema_version="3.0.0").to_specification().to_jsonable()
    return made
