"""From the bytes of a file to the JSON objects in it: one resource, or one a line (ndjson)."""

from dataclasses import dataclass
from pathlib import PurePath

from pydantic_core import from_json

from services.fhir.incoming.refusal import Json, RefusedFile

_ONE_A_LINE = ".ndjson"


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line of an ndjson file that is no resource, and why. It costs no other line."""

    file: str
    line: int
    reason: str


def read_values(file: str, content: bytes) -> tuple[list[Json], tuple[RefusedLine, ...]]:
    """The resources at the top of a file, and the lines that are none.

    Raises:
        RefusedFile: the file is neither a FHIR resource as JSON nor ndjson with at least one.
    """
    try:
        value = from_json(content, allow_inf_nan=False)
    except ValueError as error:
        reason = f"It is not JSON that Cairn can read: {error}."
    else:
        wrong = _wrong(value)
        if wrong is None:
            return [value], ()
        reason = f"It {wrong}"
        if isinstance(value, list):
            raise RefusedFile(file, reason, tuple(_goals_in(value)))
    lines = [(number, line) for number, line in enumerate(content.split(b"\n"), start=1) if line.strip()]
    values, refused = _by_line(file, lines)
    if not values or len(lines) < 2 or not _is_ndjson(file, lines[0][1], len(values), len(lines)):
        raise RefusedFile(file, reason)
    return values, refused


def _by_line(file: str, lines: list[tuple[int, bytes]]) -> tuple[list[Json], tuple[RefusedLine, ...]]:
    values, refused = [], []
    for number, line in lines:
        try:
            value = from_json(line, allow_inf_nan=False)
        except ValueError as error:
            # The parser names a line and column of what it was given, which is this line alone.
            refused.append(RefusedLine(file, number, f"It is not JSON that Cairn can read: {_without_line(error)}."))
            continue
        wrong = _wrong(value)
        if wrong is None:
            values.append(value)
        else:
            refused.append(RefusedLine(file, number, f"It {wrong}"))
    return values, tuple(refused)


def _is_ndjson(file: str, first: bytes, resources: int, lines: int) -> bool:
    """Whether a file was meant as one resource a line; else it is one resource over many lines, and broken."""
    if PurePath(file).suffix.lower() == _ONE_A_LINE or 2 * resources > lines:
        return True
    try:
        return _wrong(from_json(first, allow_inf_nan=False)) is None
    except ValueError:
        return False


def _wrong(value: object) -> str | None:
    """What keeps a JSON value from being a FHIR resource."""
    if not isinstance(value, dict):
        return "is no JSON object, as a FHIR resource is."
    if not isinstance(value.get("resourceType"), str):
        return "is no FHIR resource: it has no resourceType."
    return None


def _without_line(error: ValueError) -> str:
    return str(error).replace(" line 1 column ", " column ")


def _goals_in(value: list[object]) -> list[str]:
    """The Goals in a list, which is no resource, for the count of the file that is refused."""
    return [
        f"Goal/{each.get('id', '?')}" for each in value if isinstance(each, dict) and each.get("resourceType") == "Goal"
    ]
