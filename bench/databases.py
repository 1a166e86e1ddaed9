"""Empty databases for projections: a file of SQLite, or one on a PostgreSQL server that the benchmark runs."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Literal

import psycopg
from psycopg.sql import SQL, Identifier

from bench.peers.peer import Unavailable
from bench.peers.postgresql import postgresql
from bench.result import Absent

Kind = Literal["sqlite", "postgresql"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgresql")
_FILES = ("", "-wal", "-shm")


class Databases:
    """Gives out databases, and takes them away again.

    Attributes:
        kinds: Those that there are.
        port: Of the PostgreSQL server; None when there is none.
        absent: Why there is none, when it was asked for.
    """

    def __init__(self, directory: Path, kinds: Sequence[Kind], port: int | None, absent: tuple[Absent, ...]):
        self.kinds = tuple(kind for kind in kinds if kind == "sqlite" or port is not None)
        self.port = port
        self.absent = absent
        self._directory = directory
        self._numbers = count(1)

    @asynccontextmanager
    async def new(self, kind: Kind) -> AsyncIterator[str]:
        """The URL of an empty database, which is gone afterwards."""
        name = f"bench_{next(self._numbers)}"
        if kind == "postgresql":
            await asyncio.to_thread(self._execute, "CREATE DATABASE {}", name)
            try:
                yield f"postgresql://postgres@127.0.0.1:{self.port}/{name}"
            finally:
                await asyncio.to_thread(self._execute, "DROP DATABASE {} WITH (FORCE)", name)
            return
        file = self._directory / f"{name}.db"
        try:
            yield f"sqlite:///{file}"
        finally:
            for suffix in _FILES:
                file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)

    def _execute(self, statement: Literal["CREATE DATABASE {}", "DROP DATABASE {} WITH (FORCE)"], name: str) -> None:
        where = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(SQL(statement).format(Identifier(name)))


@asynccontextmanager
async def databases(directory: Path, kinds: Sequence[Kind]) -> AsyncIterator[Databases]:
    """Databases in a directory; without PostgreSQL where its server does not run."""
    async with AsyncExitStack() as stack:
        port: int | None = None
        absent: tuple[Absent, ...] = ()
        if "postgresql" in kinds:
            try:
                port = await stack.enter_async_context(postgresql(directory))
            except Unavailable as reason:
                absent = (Absent(name="postgresql", unavailable=str(reason)),)
        yield Databases(directory, kinds, port, absent)
