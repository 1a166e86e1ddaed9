"""Published schemas as parts of an AsyncAPI document, where references begin at the root of the document."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.gateway.pages.addresses import SCHEMA, address

SCHEMAS = "#/components/schemas/"
"""Where the schemas of the document are."""
_DIALECT_OF_THEIR_OWN = ("$schema", "$id")
"""A reference would be looked up below the `$id` that it stands under, so a schema has none in here."""

# Any below: AsyncAPI documents are JSON.
Document = dict[str, Any]


def embedded(name: str, schema: Mapping[str, Any]) -> Document:
    """A published schema as a part of the document, with references that begin at the root of the document."""
    found: Document = _with_references(
        {word: said for word, said in schema.items() if word not in _DIALECT_OF_THEIR_OWN}, name
    )
    return {**found, "x-published-at": address(SCHEMA, name=name)}


def _with_references(part: Any, name: str) -> Any:
    if isinstance(part, list):
        return [_with_references(each, name) for each in part]
    if isinstance(part, dict):
        return {
            word: said.replace("#/$defs/", f"{SCHEMAS}{name}/$defs/")
            if word == "$ref" and isinstance(said, str)
            else _with_references(said, name)
            for word, said in part.items()
        }
    return part


def schemas_in(part: Any) -> Iterator[str]:
    """The names of the schemas to which references in a part of the document lead."""
    if isinstance(part, list):
        for each in part:
            yield from schemas_in(each)
    elif isinstance(part, dict):
        for word, said in part.items():
            if word == "$ref" and isinstance(said, str) and said.startswith(SCHEMAS):
                yield said.removeprefix(SCHEMAS).partition("/")[0]
            else:
                yield from schemas_in(said)
