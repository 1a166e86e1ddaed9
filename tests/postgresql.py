"""A real PostgreSQL server for tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

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


@asynccontextmanager
async def running_postgresql() -> AsyncIterator[PostgresqlServer]:
    """A server while the block lasts; its folder is one that an account without rights can reach."""
    with TemporaryDirectory() as folder:
        async with postgresql(Path(folder)) as port:
            server = PostgresqlServer(port)
            await eventually(server.is_up, within=30)
            yield server
