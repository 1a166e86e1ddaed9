"""Names that stand twice in one JSON object: nothing says which of the two counts (RFC 8259, section 4)."""

import json
from collections.abc import Iterator, Sequence

from events.errors import FieldError, Rejected

_DETAIL = "The name stands twice in one JSON object, and nothing says which one counts."
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


def refuse_doubled_names(body: bytes) -> None:
    """Refuse an event, as JSON, in which a name stands twice in one object.

    Raises:
        Rejected: `event.invalid` with the path of each such name.
    """
    event = json.loads(body, object_pairs_hook=_Object, parse_int=str, parse_float=str)
    paths = list(_doubled(event, ()))
    if paths:
        named = ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")
        errors = tuple(FieldError(path, _DETAIL) for path in paths[:_MAX_ERRORS])
        raise Rejected("event.invalid", f"The event's JSON is not right at {named}. {_DETAIL}", errors)


def _doubled(value: object, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, _Object):
        yield from (".".join((*path, name)) for name in value.doubled)
        for name, inner in value.items():
            yield from _doubled(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _doubled(inner, (*path, str(index)))
