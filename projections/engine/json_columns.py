"""JSON that a database puts together out of columns: the same expressions on every database."""

from typing import Any

from sqlalchemy import ColumnElement, Text, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class json_array(GenericFunction[Any]):
    """An array of some values."""

    inherit_cache = True


class json_object(GenericFunction[Any]):
    """An object of names and values, one after the other."""

    inherit_cache = True


class json_list(GenericFunction[Any]):
    """Adds the values of many rows up to one array; null of none on PostgreSQL."""

    inherit_cache = True


def as_text(json: ColumnElement[Any]) -> ColumnElement[str]:
    """JSON as a text: on SQLite it is one already."""
    return json.cast(Text)


def listed(json: ColumnElement[Any], condition: ColumnElement[bool]) -> ColumnElement[str]:
    """The values of those rows that meet a condition, as the text of a JSON array."""
    return func.coalesce(as_text(json_list(json).filter(condition)), "[]")


def _named(name: str, element: GenericFunction[Any], compiler: SQLCompiler, options: dict[str, Any]) -> str:
    return f"{name}({compiler.process(element.clauses, **options)})"


@compiles(json_array)
def _array(element: json_array, compiler: SQLCompiler, **options: Any) -> str:  # Any: the compiler's own
    return _named("json_build_array", element, compiler, options)


@compiles(json_array, "sqlite")
def _array_on_sqlite(element: json_array, compiler: SQLCompiler, **options: Any) -> str:  # Any: as above
    return _named("json_array", element, compiler, options)


@compiles(json_object)
def _object(element: json_object, compiler: SQLCompiler, **options: Any) -> str:  # Any: as above
    return _named("json_build_object", element, compiler, options)


@compiles(json_object, "sqlite")
def _object_on_sqlite(element: json_object, compiler: SQLCompiler, **options: Any) -> str:  # Any: as above
    return _named("json_object", element, compiler, options)


@compiles(json_list)
def _list(element: json_list, compiler: SQLCompiler, **options: Any) -> str:  # Any: as above
    value = compiler.process(element.clauses, **options)
    # The same rows give the same text, whichever way they were found.
    return f"json_agg({value} ORDER BY CAST({value} AS text))"


@compiles(json_list, "sqlite")
def _list_on_sqlite(element: json_list, compiler: SQLCompiler, **options: Any) -> str:  # Any: as above
    return _named("json_group_array", element, compiler, options)
