"""A JSON Schema as tables for people: each field with what it may hold, whether it must be there, and what it means.

A value with fields of its own has a table of its own, to which the fields that hold it lead.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from events.identity import TOKEN
from services.gateway.pages.developers.docstrings import said_by

if TYPE_CHECKING:
    from services.gateway.pages.language import Language

Schema = Mapping[str, Any]  # Any: JSON
_ID = f"^{TOKEN.pattern}$"
_DEFINITION = "#/$defs/"
_BEYOND_COUNTING = 2**62
"""From here on a limit is one of the machine's, and says nothing to people."""


class Piece(NamedTuple):
    """A part of a sentence.

    Attributes:
        code: Whether it stands as it is written in an event.
        part: The name of the table that it leads to.
    """

    text: str
    code: bool = False
    part: str | None = None


class Field(NamedTuple):
    """A field as a row.

    Attributes:
        holds: What it may hold, in the reader's language.
        says: What it means, in English; empty where its name says it.
        usual: What it is when it is not there, as JSON; None where that is nothing.
    """

    name: str
    holds: tuple[Piece, ...]
    says: str
    required: bool
    usual: str | None


class Table(NamedTuple):
    """The fields of a value.

    Attributes:
        name: Of the kind of value; empty for the whole.
        says: What it is, in English.
    """

    name: str
    says: tuple[str, ...]
    fields: tuple[Field, ...]


def table_of(schema: Schema, language: "Language") -> Table:
    """The table of a schema's own fields alone."""
    return _Words(language).table("", schema)


def tables_of(schema: Schema, language: "Language") -> Sequence[Table]:
    """The table of a schema's own fields first, and then those of the values in it, in the order of their names."""
    words = _Words(language)
    parts = (words.table(name, each) for name, each in sorted(schema.get("$defs", {}).items()))
    return [words.table("", schema), *parts]


class _Words:
    """Says in a language what a schema allows."""

    def __init__(self, language: "Language"):
        self._language = language

    def table(self, name: str, schema: Schema) -> Table:
        said = said_by(schema.get("description", ""))
        required = schema.get("required", ())
        fields = (
            Field(
                each,
                tuple(self._holds(of_field)),
                " ".join(filter(None, (said.fields.get(each), of_field.get("description")))),
                each in required,
                _usual(of_field),
            )
            for each, of_field in schema.get("properties", {}).items()
        )
        return Table(name, said.paragraphs, tuple(fields))

    def _holds(self, schema: Schema) -> Iterator[Piece]:
        gettext = self._language.gettext
        if (choices := _choices(schema)) is not None:
            for number, choice in enumerate(choices):
                yield from [Piece(gettext(", or "))] if number else []
                yield from self._holds(choice)
        elif (reference := schema.get("$ref")) is not None:
            name = reference.rpartition("/")[2]
            yield Piece(name, part=name) if reference.startswith(_DEFINITION) else Piece(name, code=True)
        elif "const" in schema:
            yield Piece(_written(schema["const"]), code=True)
        elif "enum" in schema:
            yield from self._one_of(schema["enum"])
        else:
            yield from self._of_type(schema)

    def _one_of(self, values: Sequence[object]) -> Iterator[Piece]:
        yield Piece(self._language.gettext("one of "))
        for number, value in enumerate(values):
            yield from [Piece(", ")] if number else []
            yield Piece(str(value), code=True)

    def _of_type(self, schema: Schema) -> Iterator[Piece]:
        gettext = self._language.gettext
        match schema.get("type"):
            case "string":
                yield from self._text(schema)
            case "boolean":
                yield from (Piece("true", code=True), Piece(gettext(", or ")), Piece("false", code=True))
            case "integer":
                yield Piece(self._number(schema, gettext("a whole number")))
            case "number":
                yield Piece(self._number(schema, gettext("a number")))
            case "array":
                yield Piece(self._list(schema))
                yield from self._holds(schema.get("items", {}))
            case "object" if "propertyNames" in schema:
                yield Piece(gettext("a text for each of "))
                yield from list(self._one_of(schema["propertyNames"]["enum"]))[1:]
            case "object":
                yield Piece(gettext("an object"))
            case _:
                yield Piece(gettext("anything"))

    def _text(self, schema: Schema) -> Iterator[Piece]:
        gettext, number = self._language.gettext, self._language.number
        if schema.get("format") == "date":
            yield from (Piece(gettext("a day, such as ")), Piece("2026-03-02", code=True))
        elif schema.get("format") == "date-time":
            yield from (
                Piece(gettext("a moment with its offset, such as ")),
                Piece("2026-03-02T09:00:00+01:00", code=True),
            )
        elif schema.get("pattern") == _ID:
            yield Piece(gettext("an id: 1 to 64 letters, digits, hyphens or underscores"))
        elif "pattern" in schema:
            yield from (Piece(gettext("text that fits ")), Piece(schema["pattern"], code=True))
        elif "maxLength" in schema:
            yield Piece(gettext("text, up to %(most)s characters", most=number(schema["maxLength"])))
        else:
            yield Piece(gettext("text"))

    def _number(self, schema: Schema, kind: str) -> str:
        gettext, number = self._language.gettext, self._language.number
        least, most = schema.get("minimum"), schema.get("maximum", schema.get("exclusiveMaximum"))
        if most is not None and most >= _BEYOND_COUNTING:
            most = None
        if least is not None and most is not None:
            return gettext("%(kind)s from %(least)s to %(most)s", kind=kind, least=number(least), most=number(most))
        if least is not None:
            return gettext("%(kind)s from %(least)s", kind=kind, least=number(least))
        return kind

    def _list(self, schema: Schema) -> str:
        gettext, number = self._language.gettext, self._language.number
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        if most is None:
            return gettext("a list, each ")
        if least:
            return gettext("a list of %(least)s to %(most)s, each ", least=number(least), most=number(most))
        return gettext("a list of up to %(most)s, each ", most=number(most))


def _choices(schema: Schema) -> Sequence[Schema] | None:
    """What a field may hold one of, but for null, which is the same as no field at all."""
    choices = schema.get("anyOf") or schema.get("oneOf")
    return None if choices is None else [each for each in choices if each.get("type") != "null"]


def _usual(schema: Schema) -> str | None:
    usual = schema.get("default")
    return None if usual is None or usual == [] else _written(usual)


def _written(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
