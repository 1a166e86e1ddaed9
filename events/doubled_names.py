"""Names that stand twice in one JSON object: nothing says which of the two counts (RFC 8259, section 4)."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic_core import from_json, to_json

from events.errors import FieldError, Rejected

TWICE = "The name stands twice in one JSON object, and nothing says which one counts."
"""What is said of such a name."""
_BACKSLASH = ord("\\")  # a number is found faster than bytes are
_MAX_ERRORS = 50
"""How many names a rejection names."""


class _Object(dict[str, object]):
    """A JSON object that remembers which of its names stood there twice."""

    def __init__(self, pairs: Sequence[tuple[str, object]]):
        super().__init__(pairs)
        names = [name for name, _ in pairs]
        self.doubled = [name for name in self if len(names) > len(self) and names.count(name) > 1]


def may_be_doubled(body: bytes, quotes: int) -> bool:
    """Whether a name may stand twice in an object of a JSON text; it is quick, and never False where one does.

    Args:
        quotes: How many quotation marks it takes to write what was read from the text. A name that stands twice is read
            once, so the text has more. Only a quotation mark that is written as an escape could make up for that.
    """
    return body.count(b'"') != quotes or (_BACKSLASH in body and b"\\u0022" in body)


def refuse_doubled_names(body: bytes, *below: str) -> None:
    """Refuse an event, as JSON, in which a name stands twice in one object.

    Args:
        body: The event, or a part of it.
        below: Where in the event that part is.

    Raises:
        Rejected: `event.invalid` with the path of each such name.
    """
    _refuse(json.loads(body, object_pairs_hook=_Object, parse_int=str, parse_float=str), below)


def refuse_doubled_names_of_data(body: bytes) -> None:
    """Refuse the data of an event, where they are a text of their own; what is no JSON is left for others to refuse.

    Raises:
        Rejected: as :func:`refuse_doubled_names`.
    """
    try:
        data = with_doubled_names(body)
    except ValueError:
        return
    _refuse(data, ("data",))


def with_doubled_names(body: bytes) -> Any:  # any JSON
    """What a JSON text says, of whose objects :func:`names_doubled_in` tells the doubled names.

    Raises:
        ValueError: the text is no JSON.
    """
    value = from_json(body, allow_inf_nan=False)
    return json.loads(body, object_pairs_hook=_Object) if may_be_doubled(body, to_json(value).count(b'"')) else value


def names_doubled_in(value: object) -> list[str]:
    """The names of one object, not of those in it, that stood there twice."""
    return value.doubled if isinstance(value, _Object) else []


def _refuse(event: object, below: tuple[str, ...]) -> None:
    paths = list(_doubled(event, below))
    if paths:
        named = ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")
        errors = tuple(FieldError(path, TWICE) for path in paths[:_MAX_ERRORS])
        raise Rejected("event.invalid", f"The event's JSON is not right at {named}. {TWICE}", errors)


def _doubled(value: object, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, _Object):
        yield from (".".join((*path, name)) for name in value.doubled)
        for name, inner in value.items():
            yield from _doubled(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _doubled(inner, (*path, str(index)))
