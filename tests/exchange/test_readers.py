"""Tools that read the views without Cairn's dependencies: each value of each view is what SQL says it is.

DuckDB, polars and pandas, which come with the development lock, are in tests/contract/projections/readers_contract.py.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic_core import from_json, to_json
from sqlalchemy import Connection, make_url

from projections.data_dictionary import every_view, type_name
from tests.contract.projections.readers_contract import VIEWS, alike, in_sql
from tests.contract.projections.views_contract import everything_written
from tests.exchange.javascript import JavaScript
from tests.exchange.python_environment import environment
from tests.postgresql import PostgresqlServer

READERS = Path(__file__).parent / "readers"
_READING_SECONDS = 200
ON_BOTH = ("adbc", "polars-adbc", "connectorx", "polars-connectorx")
Found = dict[str, list[list[Any]]]  # Any: what JSON holds


@pytest.fixture(scope="module")
def python(pytestconfig: pytest.Config) -> Path:
    """The interpreter that has the readers."""
    cache = pytestconfig.cache.mkdir("readers")
    return environment(cache, READERS / "requirements.txt", Path(sys.executable)) / "bin" / "python"


class Written(NamedTuple):
    """A database with the views, and what the readers in Python found there."""

    connection: Connection
    where: str
    """The path of an SQLite file, or the address of a PostgreSQL."""
    found: dict[str, Found]


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory, python: Path) -> Iterator[Written]:
    url = f"sqlite:///{tmp_path_factory.mktemp('views') / 'cairn.db'}"
    path = str(make_url(url).database)
    with everything_written(url) as connection:
        yield Written(connection, path, read(python, path, (*ON_BOTH, "datasette")))


@pytest.fixture(scope="module")
def postgresql(postgresql_server: PostgresqlServer, python: Path) -> Iterator[Written]:
    url = postgresql_server.new_database()
    with everything_written(url) as connection:
        yield Written(connection, url, read(python, url, ON_BOTH))


def read(python: Path, where: str, readers: Sequence[str]) -> dict[str, Found]:
    """Every view, by each of the readers."""
    ended = subprocess.run(
        (str(python), str(READERS / "read.py"), where, *readers),
        input=to_json(VIEWS),
        check=False,
        capture_output=True,
        timeout=_READING_SECONDS,
    )
    assert ended.returncode == 0, ended.stderr.decode(errors="replace")[-4000:]
    found: dict[str, Found] = from_json(ended.stdout)
    return found


def same(written: Written, found: Found) -> None:
    """Each value is that of SQL."""
    assert list(found) == VIEWS
    for view in VIEWS:
        in_the_database = in_sql(written.connection, f"SELECT * FROM {view}")  # noqa: S608 - ours
        assert in_the_database
        columns = every_view()[view].query.selected_columns
        types = [type_name(column.type) for column in columns]
        read_back = [
            [_AS.get(kind, _as_it_is)(value) for kind, value in zip(types, row, strict=True)] for row in found[view]
        ]
        assert alike(read_back) == alike(in_the_database), view


@pytest.mark.parametrize("reader", [*ON_BOTH, "datasette"])
def test_on_sqlite(sqlite: Written, reader: str) -> None:
    same(sqlite, sqlite.found[reader])


@pytest.mark.parametrize("reader", ON_BOTH)
def test_on_postgresql(postgresql: Written, reader: str) -> None:
    same(postgresql, postgresql.found[reader])


def test_node_on_sqlite(sqlite: Written, javascript: JavaScript) -> None:
    same(sqlite, javascript.told("views_sqlite.mjs", VIEWS, sqlite.where)["read"])


def test_node_on_postgresql(postgresql: Written, javascript: JavaScript, monkeypatch: pytest.MonkeyPatch) -> None:
    """Days stay days east of Greenwich, where pg by itself makes of them midnights of the day before."""
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    told = javascript.told("views_postgresql.mjs", VIEWS, postgresql.where)
    assert told["types"]["position"] == ["string"]
    same(postgresql, told["read"])


def _as_it_is(value: object) -> object:
    return value


def _day(value: str | None) -> str | None:
    """A day that a reader may have given as its midnight."""
    return value and value.removesuffix("T00:00:00")


def _instant(value: str | None) -> datetime | None:
    """An instant that a reader may have given without a zone, which is UTC."""
    if value is None:
        return None
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _position(value: str | int) -> int:
    """A bigint, which JavaScript has as a text."""
    return int(value)


_AS: dict[str, Callable[[Any], object]] = {
    "date": _day,
    "instant": _instant,
    "bigint": _position,
}  # Any: what JSON holds
