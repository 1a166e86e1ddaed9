"""The OpenAPI document as people read it: its operations by subject, each with what it takes and what it answers."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from services.gateway.pages.developers.docstrings import as_printed
from services.gateway.problems import PROBLEM_JSON

Document = Mapping[str, Any]  # Any: JSON


class Row(NamedTuple):
    """Something that an operation takes or answers."""

    name: str
    how: str
    says: str


class ApiOperation(NamedTuple):
    """One operation.

    Attributes:
        id: Its name, by which a link leads to it.
        says: About it: paragraphs.
        refusals: The statuses with which it says no.
    """

    id: str
    method: str
    path: str
    summary: str
    says: tuple[str, ...]
    takes: tuple[Row, ...]
    answers: tuple[Row, ...]
    refusals: tuple[str, ...]


class Subject(NamedTuple):
    """Operations of one tag.

    Attributes:
        title: Its name as a heading.
    """

    name: str
    title: str
    says: str
    operations: tuple[ApiOperation, ...]


def subjects_of(document: Document) -> tuple[Subject, ...]:
    """The operations of a document, by their tags, in its order."""
    operations = [
        (of_method.get("tags", ()), _operation(path, method, of_method))
        for path, of_path in document["paths"].items()
        for method, of_method in of_path.items()
    ]
    return tuple(
        Subject(
            tag["name"],
            tag["name"].upper() if tag["name"] == "fhir" else tag["name"].capitalize(),
            tag["description"],
            tuple(operation for tags, operation in operations if tag["name"] in tags),
        )
        for tag in document["tags"]
    )


def paragraphs_of(text: str) -> tuple[str, ...]:
    """The paragraphs of a description."""
    return tuple(" ".join(each.split()) for each in as_printed(text).split("\n\n") if each.strip())


def _operation(path: str, method: str, described: Document) -> ApiOperation:
    responses = described["responses"]
    refusals = tuple(
        sorted(status for status, answer in responses.items() if PROBLEM_JSON in answer.get("content", ()))
    )
    return ApiOperation(
        described["operationId"],
        method.upper(),
        path,
        as_printed(described["summary"]),
        paragraphs_of(described.get("description", "")),
        tuple(_taken(described)),
        tuple(
            Row(status, ", ".join(answer.get("content", ())), answer["description"])
            for status, answer in responses.items()
            if status not in refusals
        ),
        refusals,
    )


def _taken(described: Document) -> Iterator[Row]:
    for each in described.get("parameters", ()):
        how = f"{each['in']}, required" if each.get("required") else each["in"]
        yield Row(each["name"], how, as_printed(each.get("description", "")))
    for media_type in described.get("requestBody", {}).get("content", ()):
        yield Row(media_type, "body", "")
