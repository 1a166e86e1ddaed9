"""What two builds of a projection have in common: row counts, a hash of the content, and where they differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from pydantic_core import to_json
from sqlalchemy import Connection, Table, select

from projections.engine.projection import SUMS, Tables

MOST_ROWS_LISTED = 20
"""How many of the rows that differ a comparison names for each table; it counts all of them."""
_ROWS_PER_FETCH = 5_000
"""How many rows of a table are in memory at a time."""
_Key = tuple[object, ...]


class Difference(NamedTuple):
    """A row that is not the same in both builds.

    Attributes:
        table: As the projector calls it.
        key: The row's primary key.
        columns: Those with other values; none when the row is in one build only.
        only_in: `live` or `next`, when the row is in that build only.
    """

    table: str
    key: _Key
    columns: tuple[str, ...] = ()
    only_in: str | None = None


@dataclass(frozen=True, slots=True)
class TableComparison:
    """One table in both builds.

    Attributes:
        live_rows, next_rows: How many rows each has.
        live_hash, next_hash: SHA-256 of all rows, in the order of their keys.
        different: How many rows are not the same in both.
        listed: The first of these.
    """

    table: str
    live_rows: int
    next_rows: int
    live_hash: str
    next_hash: str
    different: int
    listed: tuple[Difference, ...]


def compare(connection: Connection, live: Tables, following: Tables) -> tuple[TableComparison, ...]:
    """Compare the tables of two builds, row by row, as one transaction sees them.

    No value is told, as rows hold what patients wrote: keys, and the names of columns. Sums are left out: they follow
    from the other tables, and in a build that is not live they are not there yet.
    """
    return tuple(
        _compare(connection, name, table, following[name]) for name, table in live.items() if SUMS not in table.info
    )


def _compare(connection: Connection, name: str, live: Table, following: Table) -> TableComparison:
    ours, theirs = _Hashed(connection, live), _Hashed(connection, following)
    listed: list[Difference] = []
    different = 0
    for difference in _differences(name, iter(ours), iter(theirs), list(live.columns.keys())):
        different += 1
        if different <= MOST_ROWS_LISTED:
            listed.append(difference)
    return TableComparison(
        name, ours.rows, theirs.rows, ours.hash, theirs.hash, different=different, listed=tuple(listed)
    )


class _Hashed:
    """The rows of a table in the order of their keys, counted and hashed on their way."""

    def __init__(self, connection: Connection, table: Table):
        self._connection = connection
        self._table = table
        self._hash = sha256()
        self.rows = 0

    def __iter__(self) -> Iterator[tuple[_Key, _Key]]:
        key = [self._table.c[column.name] for column in self._table.primary_key]
        # The databases sort texts by their own rules; both builds, and Python, by code point.
        bytewise = self._connection.dialect.name == "postgresql"
        order = [column.collate("C") if bytewise and column.type.python_type is str else column for column in key]
        found = self._connection.execution_options(yield_per=_ROWS_PER_FETCH).execute(
            select(*key, *self._table.columns).order_by(*order)
        )
        for row in found:
            values = tuple(row)
            self.rows += 1
            self._hash.update(to_json(values[len(key) :]))
            self._hash.update(b"\n")
            yield values[: len(key)], values[len(key) :]

    @property
    def hash(self) -> str:
        return self._hash.hexdigest()


def _differences(
    name: str, ours: Iterator[tuple[_Key, _Key]], theirs: Iterator[tuple[_Key, _Key]], columns: Sequence[str]
) -> Iterator[Difference]:
    """Go through both in step, as in merging two sorted lists."""
    left, right = next(ours, None), next(theirs, None)
    while left is not None or right is not None:
        if left is None or (right is not None and right[0] < left[0]):
            yield Difference(name, right[0] if right else (), only_in="next")
            right = next(theirs, None)
        elif right is None or left[0] < right[0]:
            yield Difference(name, left[0], only_in="live")
            left = next(ours, None)
        else:
            if left[1] != right[1]:
                pairs = zip(columns, left[1], right[1], strict=True)
                yield Difference(name, left[0], tuple(column for column, mine, theirs in pairs if mine != theirs))
            left, right = next(ours, None), next(theirs, None)
