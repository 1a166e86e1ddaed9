"""Whether a resource is written in the JSON that FHIR has: `fhir.resources` takes what is none, and guesses.

It takes a number for a date (0 is 1970-01-01) and `true` for the number 1.
"""

import re
from collections.abc import Iterator

from events.doubled_names import TWICE, names_doubled_in
from services.fhir.incoming.refusal import Json, RefusedResource

_IN_TIME = re.compile(r"\w*(?:Date|DateTime|Instant)|lastUpdated|start|end|issued|recorded|time", re.ASCII)
"""The names of elements that hold a date or an instant."""
_OTHERS = frozenset({"contained", "text"})
"""Resources of their own, and what is written for people."""


def check_json(resource: Json) -> None:
    """Check the JSON of a resource where a wrong kind of value would be read as something else.

    Raises:
        RefusedResource: with the path of a name that stands twice in one object, or of a value of another kind.
    """
    for path, wrong in _wrong(resource, ""):
        raise RefusedResource(path, wrong)


def _wrong(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _wrong(each, f"{path}[{index}]")
    if not isinstance(value, dict):
        return
    for name in names_doubled_in(value):
        yield f"{path}.{name}".lstrip("."), TWICE
    for name, inner in value.items():
        where = f"{path}.{name}".lstrip(".")
        if isinstance(inner, (dict, list)):
            yield from () if not path and name in _OTHERS else _wrong(inner, where)
        elif isinstance(inner, (int, float)) and _IN_TIME.fullmatch(name):
            yield where, "It must be written as a text, such as 2026-01-31; a number is no date in FHIR."
        elif isinstance(inner, bool) and name.endswith("Integer"):
            yield where, "It must be a whole number."
        elif isinstance(inner, (int, float)) and not isinstance(inner, bool) and name.endswith("Boolean"):
            yield where, "It must be true or false."
