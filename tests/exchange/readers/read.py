"""What readers say is in each view, as JSON: `read.py DATABASE READER…`, with the names of the views as input.

The database is the path of a file of SQLite, or the address of a PostgreSQL. Each reader is used as docs/views.md says.
"""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import adbc_driver_postgresql.dbapi
import adbc_driver_sqlite.dbapi
import connectorx
import datasette.app
import polars

Rows = Iterable[Iterable[Any]]  # Any: of whatever type a reader gives
_MORE_THAN_THERE_ARE = 100_000


def on_postgresql(database: str) -> bool:
    return database.startswith("postgresql://")


def address(database: str) -> str:
    return database if on_postgresql(database) else f"sqlite:///{database}"


def adbc(database: str, query: str) -> Rows:
    driver = adbc_driver_postgresql if on_postgresql(database) else adbc_driver_sqlite
    with driver.dbapi.connect(database) as connection, connection.cursor() as cursor:
        if not on_postgresql(database):
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(_MORE_THAN_THERE_ARE)})
        cursor.execute(query)
        rows: Rows = cursor.fetchall()
        return rows


def polars_with_adbc(database: str, query: str) -> Rows:
    return polars.read_database_uri(query, address(database), engine="adbc").rows()


def connectorx_as_pandas(database: str, query: str) -> Rows:
    frame = connectorx.read_sql(address(database), query)
    rows: Rows = frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)
    return rows


def polars_with_connectorx(database: str, query: str) -> Rows:
    return polars.read_database_uri(query, address(database), engine="connectorx").rows()


def with_datasette(database: str, query: str) -> Rows:
    return asyncio.run(_asked(database, f"/copy.json?{urlencode({'sql': query, '_shape': 'arrays'})}"))


async def _asked(database: str, address: str) -> Rows:
    """What Datasette answers about a copy, which nobody writes: `datasette -i COPY`."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as live, sqlite3.connect(copy) as copied:
            live.backup(copied)
        serving = datasette.app.Datasette(immutables=[str(copy)], settings={"max_returned_rows": _MORE_THAN_THERE_ARE})
        answer = (await serving.client.get(address)).json()
    assert not answer["truncated"]
    rows: Rows = answer["rows"]
    return rows


READERS: dict[str, Callable[[str, str], Rows]] = {
    "adbc": adbc,
    "polars-adbc": polars_with_adbc,
    "connectorx": connectorx_as_pandas,
    "polars-connectorx": polars_with_connectorx,
    "datasette": with_datasette,
}


def as_json(value: Any) -> Any:  # Any: as above
    return value.isoformat() if isinstance(value, date) else value


if __name__ == "__main__":
    _, where, *readers = sys.argv
    views = json.load(sys.stdin)
    read = {
        name: {view: [list(row) for row in READERS[name](where, f"SELECT * FROM {view}")] for view in views}  # noqa: S608 - ours
        for name in readers
    }
    json.dump(read, sys.stdout, default=as_json)
