"""From the bytes of a file to the JSON objects in it: one resource, or one a line (ndjson)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from events.doubled_names import names_doubled_in, with_doubled_names
from events.media_types import without_byte_order_mark
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
        value = with_doubled_names(content)
    except ValueError as error:
        reason = f"It is not JSON that Cairn can read: {error}."
    else:
        wrong = _wrong(value)
        if wrong is None:
            return [value], ()
        reason = f"It {wrong}"
        if isinstance(value, list) or _is_resource(value):
            raise RefusedFile(file, reason, tuple(_goals_in(value)))
    # Files that were joined bring the byte order mark of each into the middle.
    split = (without_byte_order_mark(line) for line in content.split(b"\n"))
    lines = [(number, line) for number, line in enumerate(split, start=1) if line.strip()]
    values, refused = _by_line(file, lines)
    if not values or len(lines) < 2 or not _is_ndjson(file, lines[0][1], len(values), len(lines)):
        raise RefusedFile(file, reason)
    return values, refused


def _by_line(file: str, lines: list[tuple[int, bytes]]) -> tuple[list[Json], tuple[RefusedLine, ...]]:
    values, refused = [], []
    for number, line in lines:
        try:
            value = with_doubled_names(line)
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
        return _wrong(with_doubled_names(first)) is None
    except ValueError:
        return False


def _wrong(value: object) -> str | None:
    """What keeps a JSON value from being a FHIR resource."""
    if not isinstance(value, dict):
        return "is no JSON object, as a FHIR resource is."
    if not _is_resource(value):
        return "is no FHIR resource: it has no resourceType."
    doubled = next(_doubled_around_resources(value, ""), None)
    return f"has the name {doubled} twice in one JSON object, and nothing says which one counts." if doubled else None


def _doubled_around_resources(holder: Json, path: str) -> Iterator[str]:
    """The names that stand twice in what holds resources: a bundle, its entries, their requests and responses."""
    if holder.get("resourceType") not in ("Bundle", "Parameters"):
        return
    yield from (f"{path}{name}" for name in names_doubled_in(holder))
    for element in ("entry", "parameter"):
        entries = holder.get(element)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            where = f"{path}{element}[{index}]."
            yield from (f"{where}{name}" for name in names_doubled_in(entry))
            for part in ("request", "response"):
                inner = entry.get(part) if isinstance(entry, dict) else None
                yield from (f"{where}{part}.{name}" for name in names_doubled_in(inner))
            resource = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(resource, dict):
                yield from _doubled_around_resources(resource, f"{where}resource.")


def _without_line(error: ValueError) -> str:
    return str(error).replace(" line 1 column ", " column ")


def _is_resource(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("resourceType"), str)


def _goals_in(value: object) -> list[str]:
    """The Goals in a file that is refused, for its count."""
    if isinstance(value, dict):
        entries = value.get("entry")
        entries = entries if isinstance(entries, list) else []
        value = [each.get("resource") for each in entries if isinstance(each, dict)]
    return [
        f"Goal/{each.get('id', '?')}"
        for each in (value if isinstance(value, list) else ())
        if isinstance(each, dict) and each.get("resourceType") == "Goal"
    ]
