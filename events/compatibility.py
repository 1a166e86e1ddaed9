"""Whether a published JSON Schema still accepts everything that it used to accept.

An integrating system keeps sending the events that it was built to send. So a field may be added. To remove a field, to
require a new one, or to narrow its values, a new version of the event type with an upcast from the old one is needed.
"""

from collections.abc import Iterator
from typing import Any

from events.catalog import Json

_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_EXACT = ("pattern", "format")
_INNER = ("items", "additionalProperties", "propertyNames")


def breaking_changes(published: Json, current: Json) -> list[str]:
    """What the published schema accepts and the current one refuses; one sentence for each place."""
    return list(_Comparison(published, current).lookup(published, current, ""))


class _Comparison:
    def __init__(self, published: Json, current: Json):
        self._published = published
        self._current = current

    def lookup(self, old: Json, new: Json, path: str) -> Iterator[str]:
        old, new = _resolved(old, self._published), _resolved(new, self._current)
        if "anyOf" in old or "anyOf" in new:
            yield from self._branches(old, new, path)
            return
        yield from _types(old, new, path)
        yield from _values(old, new, path)
        yield from _bounds(old, new, path)
        yield from self._fields(old, new, path)
        for inner in _INNER:
            before, after = old.get(inner, True), new.get(inner, True)
            if isinstance(after, dict):
                yield from self.lookup(before if isinstance(before, dict) else {}, after, f"{path}[]")
            elif after is False and before is not False:
                yield f"{_at(path)} takes no further fields any more."

    def _branches(self, old: Json, new: Json, path: str) -> Iterator[str]:
        after = new.get("anyOf", [new])
        for branch in old.get("anyOf", [old]):
            if not any(not list(self.lookup(branch, each, path)) for each in after):
                if len(after) == 1:
                    yield from self.lookup(branch, after[0], path)
                else:
                    yield f"{_at(path)} takes fewer kinds of values."

    def _fields(self, old: Json, new: Json, path: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name in sorted({*new.get("required", ())} - {*old.get("required", ())}):
            yield f"{_at(_join(path, name))} is required now."
        for name, schema in before.items():
            if name in after:
                yield from self.lookup(schema, after[name], _join(path, name))
            elif new.get("additionalProperties") is False:
                yield f"{_at(_join(path, name))} is gone."


def _types(old: Json, new: Json, path: str) -> Iterator[str]:
    if "type" not in new:
        return
    before, after = _set(old.get("type", ())), _set(new["type"])
    if "number" in after:
        after |= {"integer"}
    if not before or not before <= after:
        was = " or ".join(sorted(before)) or "anything"
        yield f"{_at(path)} was {was} and is {' or '.join(sorted(after))}."


def _values(old: Json, new: Json, path: str) -> Iterator[str]:
    before, after = _allowed(old), _allowed(new)
    if after is None:
        return
    if before is None:
        yield f"{_at(path)} takes only certain values now."
        return
    lost = [value for value in before if value not in after]
    if lost:
        yield f"{_at(path)} no longer takes {', '.join(map(str, lost))}."


def _bounds(old: Json, new: Json, path: str) -> Iterator[str]:
    for name in _LOWER:
        if name in new and (name not in old or new[name] > old[name]):
            yield f"{_at(path)} has a higher {name}, {new[name]}."
    for name in _UPPER:
        if name in new and (name not in old or new[name] < old[name]):
            yield f"{_at(path)} has a lower {name}, {new[name]}."
    for name in _EXACT:
        if name in new and new[name] != old.get(name):
            yield f"{_at(path)} has another {name}."


def _resolved(schema: Json, root: Json) -> Json:
    while "$ref" in schema:
        found: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = {**found, **{name: value for name, value in schema.items() if name != "$ref"}}
    return schema


def _allowed(schema: Json) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _set(value: Any) -> set[str]:
    return {value} if isinstance(value, str) else set(value)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _at(path: str) -> str:
    return path or "The event as a whole"
