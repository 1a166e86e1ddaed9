"""Lists in pages: each page ends with a cursor that says where the next begins.

A cursor holds the key of the last row, so pages stay right while rows come and go. It is opaque to clients; what they
send back is checked, and it is bound to the list that it was made for.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple, TypeVar

from pydantic_core import from_json, to_json
from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal, tuple_

from events.errors import CairnError

Json = dict[str, Any]  # a JSON object of mixed values
# The columns of these are put together at run time, so their types are not known before.
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
Place = Sequence[Any]  # the values of the columns that a list is ordered by
Key = ColumnElement[Any]  # a column that a list is ordered by: a text, a whole number, a date or an instant
Found = TypeVar("Found")


class WrittenPage(NamedTuple):
    """A page of a list of what is about patients.

    Attributes:
        json: `items` and `next`, as they are served.
        patients: Whom its items are about.
    """

    json: bytes
    patients: frozenset[str]

    @classmethod
    def of(cls, items: Sequence[str], following: str | None, patients: Iterable[str]) -> "WrittenPage":
        """A page of items that are JSON already."""
        text = f'{{"items":[{",".join(items)}],"next":{to_json(following).decode()}}}'
        return cls(text.encode(), frozenset(patients))


class BadCursor(CairnError):
    """The cursor is none that this list gave out."""


def read_page(
    connection: Connection,
    query: AnySelect,
    *,
    of: str,
    order: Sequence[Key],
    read: Callable[[Sequence[AnyRow]], list[Json]],
    limit: int,
    cursor: str | None,
    descending: bool = False,
) -> Json:
    """One page of a list, as clients see it: `items`, and `next`, a cursor or null at the end.

    Args:
        read: From rows to as many items.

    The others are those of :func:`page_rows`, and so is what is raised.
    """
    rows, following = page_rows(
        connection, query, of=of, order=order, limit=limit, cursor=cursor, descending=descending
    )
    return {"items": read(rows), "next": following}


def page_rows(
    connection: Connection,
    query: AnySelect,
    *,
    of: str,
    order: Sequence[Key],
    limit: int,
    cursor: str | None,
    descending: bool = False,
) -> tuple[Sequence[AnyRow], str | None]:
    """The rows of one page of a list, and the cursor of the next one; None at the end.

    Args:
        query: All rows of the list; the columns of `order` are among those it selects.
        of: The list's name, which its cursors carry.
        order: Columns that together tell all rows apart, and by which they are ordered.
        limit: The most rows on the page.
        cursor: `next` of the page before.
        descending: Whether the last row in that order comes first.

    Raises:
        BadCursor: when the cursor is damaged or belongs to another list.
    """

    def fetch(last: Place | None, most: int) -> Sequence[AnyRow]:
        found = query
        if last is not None:
            place, before = tuple_(*order), tuple_(*map(_as_in, order, last))
            found = query.where(place < before if descending else place > before)
        ordered = (column.desc() for column in order) if descending else order
        return connection.execute(found.order_by(*ordered).limit(most)).all()

    def key(row: AnyRow) -> Place:
        return [row._mapping[column] for column in order]

    kinds = [column.type.python_type for column in order]
    return paged_rows(fetch, of=of, kinds=kinds, key=key, limit=limit, cursor=cursor)


def paged(
    fetch: Callable[[Place | None, int], Sequence[Found]],
    *,
    of: str,
    kinds: Sequence[type[object]],
    key: Callable[[Found], Place],
    read: Callable[[Sequence[Found]], list[Json]],
    limit: int,
    cursor: str | None,
) -> Json:
    """As :func:`read_page` gives it, one page of a list that is not one query put together for it.

    Args:
        fetch: From the place of the last row that was told, and a number, to at most so many more rows of any kind.
        kinds: Of the values that are a place.
        key: From a row to its place.
    """
    rows, following = paged_rows(fetch, of=of, kinds=kinds, key=key, limit=limit, cursor=cursor)
    return {"items": read(rows), "next": following}


def paged_rows(
    fetch: Callable[[Place | None, int], Sequence[Found]],
    *,
    of: str,
    kinds: Sequence[type[object]],
    key: Callable[[Found], Place],
    limit: int,
    cursor: str | None,
) -> tuple[Sequence[Found], str | None]:
    """The rows of such a page, and the cursor of the next one; None at the end. The arguments are those of
    :func:`paged`.
    """
    rows = fetch(None if cursor is None else _decode(of, cursor, kinds), limit + 1)
    if len(rows) <= limit:
        return rows, None
    rows = rows[:limit]
    return rows, _encode(of, key(rows[-1]))


def without_index(column: Key) -> Key:
    """A column as what no index is of: for a few rows, which another index finds, and which are then sorted.

    A database that knows of no statistics takes the rows of an organisation for few, and goes through all of them in
    the order that an index has, to be spared the sorting.
    """
    return func.coalesce(column, column)


def _encode(of: str, key: Sequence[object]) -> str:
    return base64.urlsafe_b64encode(to_json([of, *key])).rstrip(b"=").decode()


def _decode(of: str, cursor: str, kinds: Sequence[type[object]]) -> list[object]:
    try:
        parts = from_json(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise BadCursor("The cursor is damaged; take it as it came in “next”.") from error
    if not isinstance(parts, list) or len(parts) != len(kinds) + 1 or parts[0] != of:
        raise BadCursor("The cursor belongs to another list; begin without one.")
    return [_value(part, wanted) for part, wanted in zip(parts[1:], kinds, strict=True)]


def _as_in(column: Key, value: object) -> ColumnElement[Any]:
    return literal(value, column.type)


def _value(part: object, wanted: type[object]) -> object:
    value = part
    try:
        if wanted is date and isinstance(part, str):
            value = date.fromisoformat(part)
        elif wanted is datetime and isinstance(part, str):
            value = datetime.fromisoformat(part).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadCursor("The cursor is damaged; take it as it came in “next”.") from error
    if type(value) is not wanted or (isinstance(value, int) and abs(value) >= 2**63):
        raise BadCursor("The cursor belongs to another list; begin without one.")
    return value
