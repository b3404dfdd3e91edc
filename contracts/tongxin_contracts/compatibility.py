"""Whether today's schemas still fit the committed ones: only additive, optional changes within a version.

Compared both ways: a reader of today must take what was written yesterday, and a reader of yesterday must take what
is written today. A change that fails needs a new version of the message.

One change is allowed although a reader of yesterday cannot take it: a list of values may grow. An event with a value
its reader does not know becomes a letter there, which the upgraded reader takes by itself (ADR 0015).
"""

from typing import Any

Schema = dict[str, Any]


def breaks(before: Schema, after: Schema, *, definition: str = "") -> list[str]:
    """What in `after` breaks somebody who knows `before`, in words; empty when nothing does."""
    return _compare(_Pair(before, after), before, after, definition or str(before.get("title", "message")))


class _Pair:
    """The two documents, to look references up in, and the references already walked through."""

    def __init__(self, before: Schema, after: Schema) -> None:
        self.before, self.after = before, after
        self.seen: set[tuple[str, str]] = set()


def _compare(pair: _Pair, before: Schema, after: Schema, path: str) -> list[str]:
    both = (str(before.get("$ref", "")), str(after.get("$ref", "")))
    if all(both):
        if both in pair.seen:
            return []
        pair.seen.add(both)
    before, after = _resolve(pair.before, before), _resolve(pair.after, after)
    return [
        *_properties(pair, before, after, path),
        *_types(pair, before, after, path),
        *_limits(before, after, path),
        *_items(pair, before, after, path),
    ]


def _resolve(document: Schema, schema: Schema) -> Schema:
    """Follow references; `allOf` of one part is that part (how a classified model field is written)."""
    while True:
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[-1]
            schema = {**document["$defs"][name], **{k: v for k, v in schema.items() if k != "$ref"}}
        elif len(schema.get("allOf", ())) == 1:
            schema = {**schema["allOf"][0], **{k: v for k, v in schema.items() if k != "allOf"}}
        else:
            return schema


def _properties(pair: _Pair, before: Schema, after: Schema, path: str) -> list[str]:
    old, new = before.get("properties", {}), after.get("properties", {})
    required_before, required_after = set(before.get("required", ())), set(after.get("required", ()))
    found = [f"{path}.{name}: field removed" for name in old if name not in new]
    found += [
        f"{path}.{name}: new field is required" for name in new if name not in old and name in required_after
    ]
    found += [
        f"{path}.{name}: field became required" for name in required_after - required_before if name in old
    ]
    found += [
        f"{path}.{name}: field is no longer always there"
        for name in required_before - required_after
        if name in new
    ]
    for name in old:
        if name in new:
            found += _compare(pair, old[name], new[name], f"{path}.{name}")
    return found


def _types(pair: _Pair, before: Schema, after: Schema, path: str) -> list[str]:
    found = []
    if before.get("x-classification") != after.get("x-classification"):
        found.append(
            f"{path}: classification changed from {before.get('x-classification')} to {after.get('x-classification')}"
        )
    old, new = _kinds(pair.before, before), _kinds(pair.after, after)
    found += [f"{path}: no longer takes {kind}" for kind in sorted(old - new)]
    if new and not old:
        found.append(f"{path}: narrowed from anything to {', '.join(sorted(new))}")
    found += [
        f"{path}: may now be {kind}, which old readers do not know" for kind in sorted(new - old) if old
    ]
    known, now = _values(before), _values(after)
    if known is not None and now is not None:
        found += [
            f"{path}: value {value!r} removed; a list of values may only grow (ADR 0015)"
            for value in known
            if value not in now
        ]
    elif now is not None:
        found.append(f"{path}: narrowed to a list of values")
    for keyword in ("format", "pattern"):
        if before.get(keyword) != after.get(keyword):
            found.append(f"{path}: {keyword} changed from {before.get(keyword)!r} to {after.get(keyword)!r}")
    return found


def _values(schema: Schema) -> list[Any] | None:
    """The values a field may have, where they are listed; a list of one is written as `const`."""
    if "const" in schema:
        return [schema["const"]]
    found: list[Any] | None = schema.get("enum")
    return found


def _kinds(document: Schema, schema: Schema) -> set[str]:
    if "anyOf" in schema:
        return {kind for option in schema["anyOf"] for kind in _kinds(document, _resolve(document, option))}
    kind = schema.get("type")
    return set(kind) if isinstance(kind, list) else {str(kind)} if kind else set()


_NARROWER_WHEN_LOWER = ("maxLength", "maximum", "maxItems", "exclusiveMaximum")
_NARROWER_WHEN_HIGHER = ("minLength", "minimum", "minItems", "exclusiveMinimum")


def _limits(before: Schema, after: Schema, path: str) -> list[str]:
    found = []
    for keyword in _NARROWER_WHEN_LOWER:
        if keyword in after and after[keyword] < before.get(keyword, float("inf")):
            found.append(f"{path}: {keyword} narrowed to {after[keyword]}")
    for keyword in _NARROWER_WHEN_HIGHER:
        if keyword in after and after[keyword] > before.get(keyword, float("-inf")):
            found.append(f"{path}: {keyword} narrowed to {after[keyword]}")
    return found


def _items(pair: _Pair, before: Schema, after: Schema, path: str) -> list[str]:
    found = []
    for keyword in ("items", "additionalProperties"):
        old, new = before.get(keyword), after.get(keyword)
        old = {} if old is True else old
        if isinstance(old, dict) and isinstance(new, dict):
            found += _compare(pair, old, new, f"{path}[]")
    if "anyOf" in before and "anyOf" in after:
        found += _options(pair, before["anyOf"], after["anyOf"], path)
    return found


def _options(pair: _Pair, before: list[Schema], after: list[Schema], path: str) -> list[str]:
    """Compare the alternatives that have the same kind: `X | None` is the case that matters."""
    by_kind = {str(_resolve(pair.after, option).get("type")): option for option in after}
    found = []
    for option in before:
        same = by_kind.get(str(_resolve(pair.before, option).get("type")))
        if same is not None:
            found += _compare(pair, option, same, path)
    return found
