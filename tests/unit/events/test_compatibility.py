"""A published schema goes on accepting what it accepted."""

from typing import Any

import pytest

from events.catalog import TYPES, json_schema
from events.compatibility import breaking_changes

Json = dict[str, Any]  # a JSON Schema

TEXT: Json = {"type": "string"}


def closed(required: tuple[str, ...] = (), **properties: Json) -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(required),
    }


@pytest.mark.parametrize("name", TYPES)
def test_nothing_breaks_where_nothing_changes(name: str) -> None:
    assert breaking_changes(json_schema(name), json_schema(name)) == []


@pytest.mark.parametrize(
    ("published", "current"),
    [
        (closed(a=TEXT), closed(a=TEXT, b=TEXT)),
        (closed(("a",), a=TEXT), closed(a=TEXT)),
        (closed(a={"type": "integer"}), closed(a={"type": "number"})),
        (closed(a={"enum": ["x"]}), closed(a={"enum": ["x", "y"]})),
        (closed(a={"const": "x"}), closed(a={"enum": ["x", "y"]})),
        (closed(a={"maxLength": 5}), closed(a={"maxLength": 9})),
        (closed(a={"minimum": 1}), closed(a={})),
        (closed(a=TEXT), closed(a={"anyOf": [TEXT, {"type": "null"}]})),
        (closed(a=TEXT), {**closed(a={"$ref": "#/$defs/T"}), "$defs": {"T": TEXT}}),
    ],
    ids=[
        "new field",
        "no longer required",
        "integer to number",
        "more values",
        "one value to several",
        "longer",
        "no bound",
        "or null",
        "moved to a definition",
    ],
)
def test_widening_breaks_nobody(published: Json, current: Json) -> None:
    assert breaking_changes(published, current) == []


@pytest.mark.parametrize(
    ("published", "current", "said"),
    [
        (closed(a=TEXT, b=TEXT), closed(a=TEXT), "b is gone."),
        (closed(a=TEXT), closed(("a",), a=TEXT), "a is required now."),
        (closed(a={"type": "number"}), closed(a={"type": "integer"}), "a was number and is integer."),
        (closed(a={}), closed(a=TEXT), "a was anything and is string."),
        (closed(a={"enum": ["x", "y"]}), closed(a={"enum": ["x"]}), "a no longer takes y."),
        (closed(a=TEXT), closed(a={**TEXT, "enum": ["x"]}), "a takes only certain values now."),
        (closed(a={"maxLength": 9}), closed(a={"maxLength": 5}), "a has a lower maxLength, 5."),
        (closed(a={}), closed(a={"minimum": 1}), "a has a higher minimum, 1."),
        (closed(a={}), closed(a={"pattern": "^x"}), "a has another pattern."),
        (
            closed(a={"anyOf": [TEXT, {"type": "null"}]}),
            closed(a={"anyOf": [{"type": "integer"}, {"type": "null"}]}),
            "a takes fewer kinds of values.",
        ),
        (closed(a={"items": TEXT}), closed(a={"items": {"type": "integer"}}), "a[] was string and is integer."),
        (
            {"type": "object"},
            closed(),
            "The event as a whole takes no further fields any more.",
        ),
        (closed(a=closed(b=TEXT)), closed(a=closed()), "a.b is gone."),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_narrowing_is_found_and_named(published: Json, current: Json, said: str) -> None:
    assert breaking_changes(published, current) == [said]
