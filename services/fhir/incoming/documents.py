"""From a file to the resources in it: single resources, bundles of any type, ndjson, and what they contain.

Only the given file is read; no reference is ever followed out of it.
"""

import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from services.fhir.incoming.lines import RefusedLine, read_values
from services.fhir.incoming.refusal import Json, RefusedFile
from services.fhir.incoming.version import goal_version
from services.fhir.loinc import LOINC, SCORES
from services.fhir.vocabulary import PROGRESS

MAX_FILE_BYTES = 64 * 1024 * 1024
_IN_A_FOLDER = frozenset({".json", ".ndjson"})
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ADDRESS = re.compile(
    r"(?:\S+/)?(?P<type>[A-Z][A-Za-z]{1,63})/(?P<id>[A-Za-z0-9.\-]{1,64})(?:/_history/\S*)?", re.ASCII
)
_DELETED = ("Goal", "Observation")
_IDENTIFIED = ("Patient", "Goal")
_OF_A_UUID = re.compile(r"urn:uuid:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A resource and where it stands.

    Attributes:
        full_url: The `fullUrl` of its bundle entry, see :func:`same_address`.
        container: The resource that contains it.
        response: The `response` of its bundle entry, which may tell its version.
        newest_first: It stands in a bundle of type history, whose entries FHIR puts in that order.
        deleted: The entry says that the resource was deleted; of the resource only its type and id are known.
    """

    resource: Json
    full_url: str | None = None
    container: "Found | None" = None
    response: Json | None = None
    newest_first: bool = False
    deleted: bool = False

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
    """What a file holds that the import needs.

    Attributes:
        deletions: Goals and Observations that the file says were deleted.
        entries: Each fullUrl with the resource under it.
        identified: Each identifier of a Patient or Goal, as type, system and value, with the id of the resource.
        refused_lines: The lines of an ndjson file that are no resources.
    """

    file: str
    goals: tuple[Found, ...]
    scores: tuple[Found, ...]
    entries: Mapping[str, Address]
    deletions: tuple[Found, ...] = ()
    identified: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    refused_lines: tuple[RefusedLine, ...] = ()


def same_address(url: str) -> str:
    """A fullUrl, or a reference to one, in the form in which the two are compared: a UUID is in small letters."""
    return url.lower() if _OF_A_UUID.match(url) else url


def files_in(path: Path) -> list[Path]:
    """The files to read: the one that is named; of a folder its `.json` and `.ndjson` files, not its subfolders.

    Raises:
        RefusedFile: the folder cannot be read, or has no such file.
    """
    if not path.is_dir():
        return [path]
    try:
        files = sorted(each for each in path.iterdir() if each.suffix.lower() in _IN_A_FOLDER and each.is_file())
    except OSError as error:
        raise RefusedFile(str(path), f"The folder cannot be read: {error.strerror}.") from None
    if not files:
        raise RefusedFile(str(path), "The folder has no .json or .ndjson file, and its subfolders are not looked into.")
    return files


def passed_over(path: Path) -> list[Path]:
    """What of a folder is not read, other than :func:`files_in`: files of other kinds, and subfolders."""
    if not path.is_dir():
        return []
    try:
        return sorted(each for each in path.iterdir() if each.suffix.lower() not in _IN_A_FOLDER or not each.is_file())
    except OSError:  # files_in says so
        return []


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
    values, refused_lines = read_values(file, content)
    found = [each for value in values for each in _walk(value)]
    goals = tuple(each for each in found if each.type == "Goal" and not each.deleted)
    versions = [goal_version(goal.resource) for goal in goals]
    if versions and not any(seen.readable for seen in versions):
        raise RefusedFile(file, versions[0].sentence, tuple(goal.reference for goal in goals))
    return Document(
        file=file,
        goals=goals,
        scores=tuple(
            each for each in found if each.type == "Observation" and not each.deleted and _is_score(each.resource)
        ),
        entries={each.full_url: Address(each.type, each.id) for each in found if each.full_url and each.id},
        deletions=tuple(each for each in found if each.deleted),
        identified={
            (each.type, *identifier): each.id
            for each in reversed(found)
            if each.type in _IDENTIFIED and each.id and each.container is None and not each.deleted
            for identifier in identifiers_of(each.resource)
        },
        refused_lines=refused_lines,
    )


def identifiers_of(resource: Json) -> list[tuple[str, str]]:
    """The identifiers that tell a resource from every other one: those with a system and a value."""
    identifiers = resource.get("identifier")
    return [
        (system, value)
        for each in _objects(identifiers if isinstance(identifiers, list) else [identifiers])
        if isinstance(system := each.get("system"), str) and isinstance(value := each.get("value"), str)
        if system and value
    ]


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


def _walk(resource: Json, place: Found | None = None) -> Iterator[Found]:
    """A resource and all within it. `place` is where it stands, with another resource in its place."""
    found = replace(place, resource=resource) if place is not None else Found(resource)
    yield found
    for contained in _resources(resource.get("contained")):
        yield from _walk(contained, Found(contained, container=found))
    newest_first = resource.get("type") == "history"
    for holder in (*_objects(resource.get("entry")), *_objects(resource.get("parameter"))):
        url, response = holder.get("fullUrl"), holder.get("response")
        entry = Found(
            resource,
            full_url=same_address(url) if isinstance(url, str) and url else None,
            response=response if isinstance(response, dict) else None,
            newest_first=newest_first,
        )
        deleted = _deleted(holder)
        if deleted is not None:
            yield replace(entry, resource=deleted, deleted=True)
            continue
        for inner in _resources([holder.get("resource")]):
            yield from _walk(inner, entry)


def _deleted(entry: Json) -> Json | None:
    """The type and id of the Goal or Observation that a bundle entry says was deleted."""
    request = entry.get("request")
    if not isinstance(request, dict) or request.get("method") != "DELETE":
        return None
    url = request.get("url")
    address = _ADDRESS.fullmatch(url) if isinstance(url, str) else None
    if address is not None:
        return {"resourceType": address["type"], "id": address["id"]} if address["type"] in _DELETED else None
    kind = url.partition("?")[0] if isinstance(url, str) else ""
    return {"resourceType": kind} if kind in _DELETED else None


def _objects(value: object) -> Iterable[Json]:
    return (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def _resources(value: object) -> Iterable[Json]:
    return (each for each in _objects(value) if isinstance(each.get("resourceType"), str))


def _is_score(observation: Json) -> bool:
    code = observation.get("code")
    codings = _objects(code.get("coding")) if isinstance(code, dict) else ()
    return any(_is_score_code(coding.get("code"), coding.get("system")) for coding in codings)


def _is_score_code(code: object, system: object) -> bool:
    return isinstance(code, str) and (
        (code in SCORES and system == LOINC) or (code == "progress" and system == PROGRESS)
    )
