"""Days in SQL, where databases reckon with them in words of their own."""

from typing import Any

from sqlalchemy import Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class days_later(GenericFunction[Any]):
    """The day that is a number of days behind another; null where that is. Both are written into the statement.

    Columns keep what it gives, so that views need not reckon: each tool that reads them does that in its own way.
    """

    type = Date()
    inherit_cache = True


@compiles(days_later)
def _later(element: days_later, compiler: SQLCompiler, **options: Any) -> str:  # Any: the compiler's own
    day, days = (compiler.process(each, **options) for each in element.clauses)
    return f"({day} + {days})"


@compiles(days_later, "sqlite")
def _later_on_sqlite(element: days_later, compiler: SQLCompiler, **options: Any) -> str:  # Any: as above
    day, days = (compiler.process(each, **options) for each in element.clauses)
    return f"date({day}, '+' || {days} || ' days')"
