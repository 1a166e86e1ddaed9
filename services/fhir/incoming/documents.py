"""From a file to the resources in it: single resources, bundles of any type, ndjson, and what they contain.

Only the given file is read; no reference is ever followed out of it.
"""

import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pydantic_core import from_json

from services.fhir.incoming.refusal import Json, RefusedFile
from services.fhir.incoming.version import goal_version
from services.fhir.loinc import SCORES
from services.fhir.vocabulary import PROGRESS

MAX_FILE_BYTES = 64 * 1024 * 1024
_IN_A_FOLDER = frozenset({".json", ".ndjson"})
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Found:
    """A resource and where it stands: the `fullUrl` of its bundle entry, and the resource that contains it."""

    resource: Json
    full_url: str | None = None
    container: "Found | None" = None

    @property
    def type(self) -> str:
        """Its resourceType."""
        return str(self.resource["resourceType"])

    @property
    def id(self) -> str | None:
        """The resource's own id; without one, the last part of its fullUrl."""
        own = self.resource.get("id")
        if isinstance(own, str) and own:
            return own
        return self.full_url.replace(":", "/").rpartition("/")[2] or None if self.full_url else None

    @property
    def reference(self) -> str:
        """How a person finds it again: `Goal/example`, or `CarePlan/f001#goal` when it is contained."""
        if self.container is not None:
            return f"{self.container.reference}#{self.id or '?'}"
        return f"{self.type}/{self.id or '?'}"


class Address(NamedTuple):
    """What a bundle entry's fullUrl stands for."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds that the import needs. `entries` maps each fullUrl to the resource under it."""

    file: str
    goals: tuple[Found, ...]
    scores: tuple[Found, ...]
    entries: Mapping[str, Address]


def files_in(path: Path) -> list[Path]:
    """The files to read: the one that is named; of a folder its `.json` and `.ndjson` files, not its subfolders.

    Raises:
        RefusedFile: the folder cannot be read.
    """
    if not path.is_dir():
        return [path]
    try:
        return sorted(each for each in path.iterdir() if each.suffix.lower() in _IN_A_FOLDER and each.is_file())
    except OSError as error:
        raise RefusedFile(str(path), f"The folder cannot be read: {error.strerror}.") from None


def read_document(path: Path) -> Document:
    """Read a file.

    Raises:
        RefusedFile: it cannot be read, is too large, is no FHIR JSON, or holds Goals of older FHIR versions only.
    """
    return document_of(str(path), _bytes_of(path))


def document_of(file: str, content: bytes) -> Document:
    """The document in a file's content.

    Raises:
        RefusedFile: as :func:`read_document`.
    """
    found = [each for value in _values(file, content) for each in _walk(value)]
    goals = tuple(each for each in found if each.type == "Goal")
    versions = [goal_version(goal.resource) for goal in goals]
    if versions and not any(seen.readable for seen in versions):
        raise RefusedFile(file, versions[0].sentence, tuple(goal.reference for goal in goals))
    return Document(
        file=file,
        goals=goals,
        scores=tuple(each for each in found if each.type == "Observation" and _is_score(each.resource)),
        entries={each.full_url: Address(each.type, each.id) for each in found if each.full_url and each.id},
    )


def _bytes_of(path: Path) -> bytes:
    file = str(path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise RefusedFile(file, "This is no ordinary file.")
        with path.open("rb") as opened:
            content = opened.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise RefusedFile(file, "There is no such file.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is none that a file can have"
        raise RefusedFile(file, f"It cannot be read: {reason}.") from None
    if len(content) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // (1024 * 1024)
        raise RefusedFile(file, f"It has more than {limit} MB; split it into smaller bundles or ndjson files.")
    return content.removeprefix(_BYTE_ORDER_MARK)


def _values(file: str, content: bytes) -> list[Json]:
    """The resources at the top: one, or one a line (ndjson)."""
    try:
        parts = [(1, from_json(content, allow_inf_nan=False))]
    except ValueError as error:
        lines = [(number, line) for number, line in enumerate(content.split(b"\n"), start=1) if line.strip()]
        if len(lines) < 2 or not isinstance(_json_or_none(lines[0][1]), dict):
            raise RefusedFile(file, f"It is not JSON that Cairn can read: {error}.") from None
        parts = [(number, _json_or_none(line)) for number, line in lines]
    goals = tuple(each.reference for _, value in parts for each in _every_goal(value))
    for number, value in parts:
        where = f"Line {number}" if len(parts) > 1 else "It"
        if not isinstance(value, dict):
            raise RefusedFile(file, f"{where} is no JSON object, as a FHIR resource is.", goals)
        if not isinstance(value.get("resourceType"), str):
            raise RefusedFile(file, f"{where} is no FHIR resource: it has no resourceType.", goals)
    return [value for _, value in parts]


def _json_or_none(line: bytes) -> object:
    try:
        value: object = from_json(line, allow_inf_nan=False)
    except ValueError:
        return None
    return value


def _every_goal(value: object) -> Iterator[Found]:
    """The Goals in what may be no resource itself, for the count of a file that is refused."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict) and isinstance(each.get("resourceType"), str):
            yield from (found for found in _walk(each) if found.type == "Goal")


def _walk(resource: Json, full_url: str | None = None, container: Found | None = None) -> Iterator[Found]:
    found = Found(resource, full_url, container)
    yield found
    for contained in _resources(resource.get("contained")):
        yield from _walk(contained, container=found)
    for holder in (*_objects(resource.get("entry")), *_objects(resource.get("parameter"))):
        url = holder.get("fullUrl")
        for inner in _resources([holder.get("resource")]):
            yield from _walk(inner, url if isinstance(url, str) and url else None)


def _objects(value: object) -> Iterable[Json]:
    return (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def _resources(value: object) -> Iterable[Json]:
    return (each for each in _objects(value) if isinstance(each.get("resourceType"), str))


def _is_score(observation: Json) -> bool:
    code = observation.get("code")
    codings = _objects(code.get("coding")) if isinstance(code, dict) else ()
    return any(_is_score_code(coding.get("code"), coding.get("system")) for coding in codings)


def _is_score_code(code: object, system: object) -> bool:
    return isinstance(code, str) and (code in SCORES or (code == "progress" and system == PROGRESS))
