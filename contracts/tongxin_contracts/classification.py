"""How far a field may travel; declared on the field, enforced by the catalogue and by the cut for agencies.

Always holds: an event on the shared bus has only `public` and `internal` fields; `personal` and `sensitive` ones
travel in the PERSON stream alone; what leaves for an agency is cut to its clearance.
"""

from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import core_schema

T = TypeVar("T")


class Classification(StrEnum):
    """Four levels, each one narrower than the last."""

    PUBLIC = "public"
    """May be published."""
    INTERNAL = "internal"
    """For the committees and services; an agency needs clearance for it."""
    PERSONAL = "personal"
    """About one person; never on the shared bus."""
    SENSITIVE = "sensitive"
    """PIPL art. 28 (party, religion, ID number, health): encrypted by field, never on the shared bus."""


class Classified:
    """The mark itself; adds `x-classification` to the field's JSON Schema."""

    def __init__(self, level: Classification) -> None:
        self.level = level

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: Any) -> dict[str, Any]:
        described: dict[str, Any] = handler(schema)
        if "$ref" in described:
            described = {"allOf": [described]}
        described["x-classification"] = self.level.value
        return described

    def __repr__(self) -> str:
        return f"Classified({self.level.value})"


Public = Annotated[T, Classified(Classification.PUBLIC)]
Internal = Annotated[T, Classified(Classification.INTERNAL)]
Personal = Annotated[T, Classified(Classification.PERSONAL)]
Sensitive = Annotated[T, Classified(Classification.SENSITIVE)]

_ORDER = list(Classification)


def level_of(field: FieldInfo) -> Classification | None:
    """The classification declared on a field, None when nobody declared one (the catalogue refuses that)."""
    for mark in field.metadata:
        if isinstance(mark, Classified):
            return mark.level
    return None


def allows(clearance: Classification, level: Classification) -> bool:
    """Whether somebody cleared for `clearance` may see a field of `level`."""
    return _ORDER.index(level) <= _ORDER.index(clearance)


def cut(message: BaseModel, clearance: Classification) -> dict[str, Any]:
    """The message's JSON with only the fields the clearance allows; an unclassified field is never let out.

    Fields that hold models are cut again inside, by the classification of their own fields.
    """
    kept: dict[str, Any] = {}
    for name, field in type(message).model_fields.items():
        level = level_of(field)
        if level is not None and allows(clearance, level):
            kept[name] = _cut_value(getattr(message, name), message, name, clearance)
    return kept


def _cut_value(value: Any, owner: BaseModel, name: str, clearance: Classification) -> Any:
    if isinstance(value, BaseModel):
        return cut(value, clearance)
    if isinstance(value, list | tuple) and value and isinstance(value[0], BaseModel):
        return [cut(item, clearance) for item in value]
    return owner.model_dump(mode="json", include={name})[name]


def nested_models(annotation: Any) -> list[type[BaseModel]]:
    """Models that appear inside an annotation, so that the catalogue can look at their fields too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in nested_models(argument)]
