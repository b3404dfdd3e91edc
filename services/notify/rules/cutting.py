"""Cuts once more what was cut before: an agency's clearance may have been lowered since.

Always holds: what comes out has no field above the clearance, and nothing at all where nobody knows the event any more.
"""

from collections.abc import Mapping
from typing import Any

from tongxin_contracts.classification import Classification, allows, level_of, nested_models


def cut_again(event: type[Any] | None, data: Mapping[str, Any], clearance: Classification) -> dict[str, Any]:
    """The JSON with only the fields that the clearance allows now."""
    kept: dict[str, Any] = {}
    fields = event.model_fields if event else {}
    for name, value in data.items():
        field = fields.get(name)
        level = level_of(field) if field else None
        if field is None or level is None or not allows(clearance, level):
            continue
        inside = nested_models(field.annotation)
        kept[name] = _inside(value, inside[0], clearance) if inside else value
    return kept


def _inside(value: Any, model: type[Any], clearance: Classification) -> Any:
    if isinstance(value, dict):
        return cut_again(model, value, clearance)
    if isinstance(value, list):
        return [_inside(item, model, clearance) for item in value]
    return value
