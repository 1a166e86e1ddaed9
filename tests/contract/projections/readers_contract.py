"""Analysts' tools read in the views what SQL reads there, on every database: each row, each value, each type."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isnan
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
import pytest
from sqlalchemy import Connection, text

from projections.data_dictionary import every_view
from tests.contract.projections.views_contract import QUESTIONS

VIEWS = sorted(every_view())
_INSTANT = "%Y-%m-%dT%H:%M:%S.%f+00:00"
Rows = list[tuple[object, ...]]


class ReadersContract(ABC):
    """Inherit beside :class:`ViewsContract`, which has the connection, and say how DuckDB comes to the database."""

    @classmethod
    @abstractmethod
    def attach(cls, reader: duckdb.DuckDBPyConnection, database_url: str) -> None:
        """Have DuckDB read the database as `cairn`."""

    @pytest.fixture(scope="class")
    @classmethod
    def reader(cls, connection: Connection, database_url: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """DuckDB beside the running Cairn, whose connection stays open meanwhile."""
        with duckdb.connect() as reader:
            reader.execute("SET TimeZone = 'UTC'")
            cls.attach(reader, database_url)
            reader.execute("USE cairn")
            yield reader

    @pytest.mark.parametrize("view", VIEWS)
    def test_duckdb(self, connection: Connection, reader: duckdb.DuckDBPyConnection, view: str) -> None:
        assert alike(in_duckdb(reader, f"SELECT * FROM {view}")) == alike(in_sql(connection, f"SELECT * FROM {view}"))  # noqa: S608 - ours

    @pytest.mark.parametrize("question", QUESTIONS, ids=range(len(QUESTIONS)))
    def test_duckdb_answers_the_questions_in_the_document(
        self, connection: Connection, reader: duckdb.DuckDBPyConnection, question: str
    ) -> None:
        assert alike(in_duckdb(reader, question)) == alike(in_sql(connection, question))

    def test_duckdb_finds_what_is_asked_for_by_value(
        self, connection: Connection, reader: duckdb.DuckDBPyConnection
    ) -> None:
        """Also where a value comes out of an event."""
        query = "SELECT position, field FROM v_goal_revisions WHERE reason = 'life_event'"
        found = alike(in_duckdb(reader, query))
        assert found
        assert found == alike(in_sql(connection, query))

    @pytest.mark.parametrize("view", VIEWS)
    def test_polars(self, connection: Connection, view: str) -> None:
        query = f"SELECT * FROM {view}"  # noqa: S608 - ours
        found = polars.read_database(text(query), connection, infer_schema_length=None)
        assert alike(found.rows()) == alike(in_sql(connection, query))

    @pytest.mark.parametrize("view", VIEWS)
    def test_pandas(self, connection: Connection, view: str) -> None:
        query = f"SELECT * FROM {view}"  # noqa: S608 - ours
        found = pandas.read_sql(text(query), connection)
        assert alike(found.itertuples(index=False, name=None)) == alike(in_sql(connection, query))


def in_sql(connection: Connection, query: str) -> Rows:
    """What the database itself says."""
    return [tuple(row) for row in connection.execute(text(query))]


def in_duckdb(reader: duckdb.DuckDBPyConnection, query: str) -> Rows:
    """What DuckDB says; instants as texts, as its client for Python makes objects of them with pytz only."""
    described = reader.execute(f"DESCRIBE ({query})").fetchall()
    columns = [
        f"""strftime("{name}" AT TIME ZONE 'UTC', '{_INSTANT}')"""
        if kind == "TIMESTAMP WITH TIME ZONE"
        else f'"{name}"'
        for name, kind, *_ in described
    ]
    return reader.execute(f"SELECT {', '.join(columns)} FROM ({query})").fetchall()  # noqa: S608 - ours


def alike(rows: Iterable[Sequence[Any]]) -> list[tuple[object, ...]]:  # Any: of whatever type a reader gives
    """Rows in one order, with values as every reader can tell them: SQLite has texts for days and instants."""
    return sorted((tuple(map(_told, row)) for row in rows), key=repr)


def _told(value: Any) -> object:  # Any: as above
    if value is None or value is pandas.NaT or (isinstance(value, float) and isnan(value)):
        return None
    if isinstance(value, bool | int | float | Decimal):
        return round(float(value), 9)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def extension(package: str, name: str) -> str:
    """The file of an extension of DuckDB, as its wheel has it."""
    [folder] = __import__(package).__path__
    [file] = Path(folder).rglob(f"{name}.duckdb_extension")
    return str(file)
