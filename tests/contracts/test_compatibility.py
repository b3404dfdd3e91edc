"""Only additive, optional changes within a version: what the checker refuses and what it lets through."""

import copy
from collections.abc import Callable
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, create_model

from tests.contracts.committed import SCHEMAS, schema
from tongxin_contracts.classification import Internal, Public
from tongxin_contracts.compatibility import breaks

Schema = dict[str, Any]
FILED, SUBMIT, ROSTER = "proposals/proposal_filed.v1", "proposals/save_draft.v1", "members/roster.v1.answer"


def changed(name: str, change: Callable[[Schema], Any]) -> list[str]:
    """What the checker says when a committed schema is changed like this."""
    before = schema(name)
    after = copy.deepcopy(before)
    change(after)
    assert before != after, "the change changed nothing"
    return breaks(before, after, definition=name)


@pytest.mark.parametrize("path", sorted(SCHEMAS.rglob("*.json")), ids=lambda path: path.stem)
def test_every_committed_schema_fits_itself_and_notices_a_lost_field(path: Any) -> None:
    name = path.relative_to(SCHEMAS).as_posix().removesuffix(".json")
    assert breaks(schema(name), schema(name)) == []
    for field in schema(name).get("properties", {}):
        found = changed(name, lambda after, field=field: after["properties"].pop(field))
        assert f"{name}.{field}: field removed" in found


REFUSED: list[tuple[str, str, Callable[[Schema], Any], str]] = [
    ("a removed field", FILED, lambda s: s["properties"].pop("number"), ".number: field removed"),
    (
        "a new field that must be there",
        FILED,
        lambda s: (s["properties"].update(unit={"type": "string"}), s["required"].append("unit")),
        ".unit: new field is required",
    ),
    (
        "an optional field that must be there now",
        FILED,
        lambda s: s["required"].append("co_proposers"),
        ".co_proposers: field became required",
    ),
    (
        "a field that may be missing now",
        FILED,
        lambda s: s["required"].remove("number"),
        ".number: field is no longer always there",
    ),
    (
        "another type",
        FILED,
        lambda s: s["properties"]["serial"].update(type="string"),
        ".serial: no longer takes integer",
    ),
    (
        "another classification",
        FILED,
        lambda s: s["properties"]["facts"].update({"x-classification": "public"}),
        ".facts: classification changed from internal to public",
    ),
    (
        "a classification that went",
        FILED,
        lambda s: s["properties"]["title"].pop("x-classification"),
        ".title: classification changed from public to None",
    ),
    (
        "an id that need not be one any more",
        FILED,
        lambda s: s["properties"]["proposal_id"].pop("format"),
        ".proposal_id: format changed from 'uuid' to None",
    ),
    (
        "items of another type",
        FILED,
        lambda s: s["properties"]["suggestions"]["items"].update(type="integer"),
        ".suggestions[]: no longer takes string",
    ),
    (
        "a value taken from a list of words",
        FILED,
        lambda s: s["$defs"]["Category"]["enum"].remove("economy"),
        ".category: value 'economy' removed; a list of values may only grow (ADR 0015)",
    ),
    (
        "a lower limit of length",
        SUBMIT,
        lambda s: s["properties"]["title"].update(maxLength=30),
        ".title: maxLength narrowed to 30",
    ),
    (
        "a limit where there was none",
        SUBMIT,
        lambda s: s["properties"]["suggestions"].update(minItems=3),
        ".suggestions: minItems narrowed to 3",
    ),
    (
        "a higher least number",
        SUBMIT,
        lambda s: s["properties"]["revision"].update(minimum=1),
        ".revision: minimum narrowed to 1",
    ),
    (
        "no null any more",
        SUBMIT,
        lambda s: s["properties"]["category"]["anyOf"].pop(),
        ".category: no longer takes null",
    ),
    (
        "another pattern",
        SUBMIT,
        lambda s: s["properties"]["committee"].update(pattern=r"^\d{9}$"),
        r".committee: pattern changed from '^\\d{6}$' to '^\\d{9}$'",
    ),
    (
        "a field removed inside a list",
        ROSTER,
        lambda s: s["$defs"]["MemberRow"]["properties"].pop("sector"),
        ".members[].sector: field removed",
    ),
]


@pytest.mark.parametrize(
    ("name", "change", "said"), [line[1:] for line in REFUSED], ids=[line[0] for line in REFUSED]
)
def test_it_is_refused(name: str, change: Callable[[Schema], Any], said: str) -> None:
    assert f"{name}{said}" in changed(name, change)


ALLOWED: list[tuple[str, str, Callable[[Schema], Any]]] = [
    (
        "a new optional field",
        FILED,
        lambda s: s["properties"].update(
            unit={
                "anyOf": [{"type": "string"}, {"type": "null"}],
                "default": None,
                "x-classification": "public",
            }
        ),
    ),
    ("a wider limit", SUBMIT, lambda s: s["properties"]["title"].update(maxLength=30_000)),
    (
        "a list of words grown by one",
        FILED,
        lambda s: s["$defs"]["Category"]["enum"].append("climate"),
    ),
    ("a limit that went", SUBMIT, lambda s: s["properties"]["suggestions"].pop("maxItems")),
    ("other words about it", FILED, lambda s: s.update(description="说得更清楚")),
    (
        "a new optional field inside a list",
        ROSTER,
        lambda s: s["$defs"]["MemberRow"]["properties"].update(since={"type": "string"}),
    ),
]


@pytest.mark.parametrize(
    ("name", "change"), [line[1:] for line in ALLOWED], ids=[line[0] for line in ALLOWED]
)
def test_it_is_allowed(name: str, change: Callable[[Schema], Any]) -> None:
    assert changed(name, change) == []


class _Small(BaseModel):
    """A message of one field, so that a case is one line."""

    model_config = ConfigDict(title="small")


def of(annotation: Any, default: Any = ...) -> Schema:
    """The schema of a message whose one field has this annotation."""
    made = create_model("small", __base__=_Small, field=(annotation, default))
    return made.model_json_schema(mode="serialization")


class Part(BaseModel):
    """A nested message."""

    name: str
    again: "Part | None" = None


class SmallerPart(BaseModel):
    """The same without its name."""

    again: "SmallerPart | None" = None


SMALL: list[tuple[Any, Any, str]] = [
    (int | str, int, "small.field: no longer takes string"),
    (int, int | str, "small.field: may now be string, which old readers do not know"),
    (str | None, str, "small.field: no longer takes null"),
    (Literal["a"], Literal["b"], "small.field: value 'a' removed; a list of values may only grow (ADR 0015)"),
    (str, Literal["a"], "small.field: narrowed to a list of values"),
    (str, str | None, "small.field: may now be null, which old readers do not know"),
    (float, int, "small.field: no longer takes number"),
    (Any, str, "small.field: narrowed from anything to string"),
    (str, UUID, "small.field: format changed from None to 'uuid'"),
    (UUID, str, "small.field: format changed from 'uuid' to None"),
    (str, Literal["a", "b"], "small.field: narrowed to a list of values"),
    (Literal["a", "b", "c"], Literal["a", "b"], "small.field: value 'c' removed"),
    (
        Literal["a", "b"],
        Literal["a"],
        "small.field: value 'b' removed; a list of values may only grow (ADR 0015)",
    ),
    (str, Annotated[str, Field(max_length=5)], "small.field: maxLength narrowed to 5"),
    (Annotated[int, Field(le=9)], Annotated[int, Field(le=8)], "small.field: maximum narrowed to 8"),
    (Annotated[int, Field(gt=1)], Annotated[int, Field(gt=2)], "small.field: exclusiveMinimum narrowed to 2"),
    (
        Annotated[str, Field(max_length=9)] | None,
        Annotated[str, Field(max_length=5)] | None,
        "maxLength narrowed to 5",
    ),
    (list[int], list[str], "small.field[]: no longer takes integer"),
    (dict[str, int], dict[str, str], "small.field[]: no longer takes integer"),
    (list[Any], list[str], "small.field[]: narrowed from anything to string"),
    (dict[str, Any], dict[str, str], "small.field[]: narrowed from anything to string"),
    (Public[str], Internal[str], "small.field: classification changed from public to internal"),
    (str, Public[str], "small.field: classification changed from None to public"),
    (Part, SmallerPart, "small.field.name: field removed"),
    (list[Part], list[SmallerPart], "small.field[].name: field removed"),
    (Public[Part], Public[SmallerPart], "small.field.name: field removed"),
]


@pytest.mark.parametrize(("before", "after", "said"), SMALL)
def test_a_narrowing_is_seen_whatever_its_shape(before: Any, after: Any, said: str) -> None:
    assert breaks(of(before), of(before)) == []
    assert any(said in found for found in breaks(of(before), of(after))), breaks(of(before), of(after))


def test_a_message_that_contains_itself_ends() -> None:
    assert breaks(of(Part), of(Part)) == []
