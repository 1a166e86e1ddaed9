"""A real PostgreSQL server for tests."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import psycopg

from bench.peers.permissions import closed_folder
from bench.peers.postgresql import postgresql
from tests.waiting import eventually


@dataclass(frozen=True, slots=True)
class PostgresqlServer:
    """A server on which tests make what they need; `postgres` owns everything and is trusted."""

    port: int
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def url(self, database: str = "postgres") -> str:
        """Where a database is."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def new_schema(self) -> str:
        """The URL of an empty schema; to whoever connects, it is all there is. Quicker than a database."""
        name = f"cairn_{next(self._numbers)}"
        self.execute(f"CREATE SCHEMA {name}")
        return f"{self.url()}?options=-csearch_path%3D{name}"

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"cairn_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def execute(self, statement: str) -> None:
        """Run a statement as `postgres`."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def is_up(self) -> bool:
        """Whether it lets anyone in; it listens a little before that."""
        try:
            psycopg.connect(self.url()).close()
        except psycopg.OperationalError:
            return False
        return True


def temporary_folder() -> Path:
    """Where temporary folders are made that an account without rights can come to.

    The usual place of root's may be closed to others, as libpam-tmpdir makes it.
    """
    usual = Path(gettempdir())
    if os.geteuid() != 0:
        return usual
    known = (usual, Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - what is made there has a name of its own
    return next((each for each in known if each.is_dir() and closed_folder(each) is None), usual)


@asynccontextmanager
async def running_postgresql() -> AsyncIterator[PostgresqlServer]:
    """A server while the block lasts."""
    with TemporaryDirectory(dir=temporary_folder()) as folder:
        async with postgresql(Path(folder), durable=False) as port:
            server = PostgresqlServer(port)
            await eventually(server.is_up)
            yield server
