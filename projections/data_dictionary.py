"""The columns of the views for SQL dashboards, as docs/views.md lists them: `make views` writes them there."""

import re
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, SmallInteger
from sqlalchemy.types import TypeEngine

from projections.catalog import NAMES, projection_named
from projections.engine.projection import View

_LISTED = re.compile(r"<!-- columns of (\w+) -->\n.*?<!-- end -->", re.DOTALL)
_TYPES: dict[type[object], str] = {
    str: "text",
    int: "integer",
    bool: "boolean",
    date: "date",
    datetime: "instant",
}


def type_name(column: TypeEngine[Any]) -> str:  # Any: of whatever values
    """What a column of a view is, as docs/views.md calls it: on PostgreSQL it is that, an instant a timestamptz."""
    if isinstance(column, SmallInteger):
        return "smallint"
    return "bigint" if isinstance(column, BigInteger) else _TYPES[column.python_type]


def every_view() -> dict[str, View]:
    """The views of Cairn's own projections, by name."""
    found: dict[str, View] = {}
    for projection in map(projection_named, NAMES):
        found.update(projection.views(projection.tables(), "postgresql"))
    return found


def with_columns(page: str) -> str:
    """A page in which each list between `<!-- columns of VIEW -->` and `<!-- end -->` is what the view has."""
    views = every_view()
    return _LISTED.sub(lambda found: "".join(_lines(found[1], views[found[1]])), page)


def _lines(name: str, view: View) -> Iterator[str]:
    yield f"<!-- columns of {name} -->\n\n{view.about}\n\n| column | type | meaning |\n|---|---|---|\n"
    for (column, meaning), selected in zip(view.meanings.items(), view.query.selected_columns, strict=True):
        yield f"| `{column}` | {type_name(selected.type)} | {meaning} |\n"
    yield "\n<!-- end -->"


if __name__ == "__main__":
    document = Path(sys.argv[1])
    document.write_text(with_columns(document.read_text(encoding="utf-8")), encoding="utf-8")
