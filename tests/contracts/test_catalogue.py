"""The catalogue as declared is sound, its checks see what is not, and what is generated from it is committed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args
from uuid import UUID

import pytest
from pydantic import BaseModel

from tests.contracts.committed import SCHEMAS
from tongxin_contracts import catalogue, generate
from tongxin_contracts.classification import Classification, Classified, Internal, Personal, Public
from tongxin_contracts.message import Answer, Event, PersonEvent, Query
from tongxin_contracts.permissions import GRANTS, Scope


def test_the_catalogue_has_no_faults() -> None:
    assert catalogue.faults() == []
    assert len(catalogue.EVENTS) > 10
    assert len(catalogue.REQUESTS) > 10


def marked_fields(model: type[BaseModel]) -> Iterator[tuple[str, list[Classification]]]:
    """Every field however deep, with the marks on it; reads the annotations itself and asks nothing of ours."""
    for name, field in model.model_fields.items():
        marks = [mark.level for mark in field.metadata if isinstance(mark, Classified)]
        yield f"{model.__name__}.{name}", marks
        waiting: list[Any] = [field.annotation]
        while waiting:
            annotation = waiting.pop()
            waiting += get_args(annotation)
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                yield from marked_fields(annotation)


@pytest.mark.parametrize("event", catalogue.EVENTS, ids=lambda event: event.type_name())
def test_every_field_of_an_event_is_classified_once(event: type[Event]) -> None:
    for name, marks in marked_fields(event):
        assert len(marks) == 1, name
        if not issubclass(event, PersonEvent):
            assert marks[0] in (Classification.PUBLIC, Classification.INTERNAL), name


class NotClassified(Event, service="members", aggregate="member"):
    """An event with a field nobody classified."""

    member_id: Public[UUID]
    name: str


class Personally(Event, service="members", aggregate="member"):
    """An event that would carry a name to everybody."""

    name: Personal[str]


class Inner(BaseModel):
    """A part of an event."""

    phone: Personal[str]
    note: str


class Nested(Event, service="members", aggregate="member"):
    """An event with a list of parts."""

    parts: Internal[tuple[Inner, ...]]


class Silent(Query, service="members", answer=Answer):
    member_id: UUID


Silent.__doc__ = None


@pytest.mark.parametrize(
    ("event", "faults"),
    [
        (NotClassified, ["tongxin.members.not_classified.v1.name has no classification"]),
        (Personally, ["tongxin.members.personally.v1.name is personal and must not travel on evt.*"]),
        (
            Nested,
            [
                "tongxin.members.nested.v1.parts.phone is personal and must not travel on evt.*",
                "tongxin.members.nested.v1.parts.note has no classification",
            ],
        ),
    ],
)
def test_an_event_that_says_too_much_is_found(
    monkeypatch: pytest.MonkeyPatch, event: type[Event], faults: list[str]
) -> None:
    monkeypatch.setattr(catalogue, "EVENTS", (*catalogue.EVENTS, event))
    assert catalogue.faults() == faults


def test_a_request_without_words_or_holders_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "REQUESTS", (*catalogue.REQUESTS, Silent))
    catalogue.requests_by_permission.cache_clear()
    try:
        assert catalogue.faults() == ["Silent has no docstring", "members.silent is held by no role"]
    finally:
        catalogue.requests_by_permission.cache_clear()


def test_a_name_declared_twice_and_a_grant_for_nothing_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    first = catalogue.EVENTS[0]
    role = next(iter(GRANTS))
    monkeypatch.setattr(catalogue, "EVENTS", (*catalogue.EVENTS, first))
    monkeypatch.setattr(catalogue, "GRANTS", {**GRANTS, role: {**GRANTS[role], "members.fly": Scope.OWN}})
    assert catalogue.faults() == [
        f"{first.type_name()} is declared twice",
        f"role {role.value} holds members.fly, which no request needs",
    ]


def test_what_is_generated_is_committed() -> None:
    wanted = generate.files()
    assert generate.stale(SCHEMAS, wanted) == []
    assert generate.incompatible(SCHEMAS, wanted) == []
    there = {path.relative_to(SCHEMAS).as_posix() for path in SCHEMAS.rglob("*") if path.is_file()}
    assert there == set(wanted), "a file that nothing generates any more"


def test_a_change_that_was_not_committed_is_found(tmp_path: Path) -> None:
    wanted = generate.files()
    generate.write(tmp_path, wanted)
    assert generate.stale(tmp_path, wanted) == []
    name = "proposals/proposal_filed.v1.json"
    (tmp_path / name).write_text("{}", "utf-8")
    (tmp_path / "permissions.md").unlink()
    assert generate.stale(tmp_path, wanted) == [
        f"{missing}: out of date, run `make contracts`" for missing in (name, "permissions.md")
    ]


def test_a_message_that_vanished_is_found(tmp_path: Path) -> None:
    wanted = generate.files()
    generate.write(tmp_path, wanted)
    del wanted["proposals/proposal_filed.v1.json"]
    (found,) = generate.incompatible(tmp_path, wanted)
    assert found.startswith("proposals/proposal_filed.v1.json: message removed")


def test_a_mark_shows_in_the_schema() -> None:
    class Marked(BaseModel):
        """With every way to mark."""

        plain: Public[str]
        inside: Annotated[Inner, Classified(Classification.INTERNAL)]

    properties = Marked.model_json_schema()["properties"]
    assert properties["plain"]["x-classification"] == "public"
    assert properties["inside"]["x-classification"] == "internal"
