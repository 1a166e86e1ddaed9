"""How long SQL takes to count the rows of a view, as a dashboard does."""

import asyncio
import sqlite3
from contextlib import closing, suppress
from time import perf_counter

import psycopg
from psycopg.sql import SQL, Identifier

from bench.result import Run

LONGEST_SECONDS = 60.0
"""A query that takes longer is ended, and this is its figure."""
_STEPS_A_LOOK = 100_000  # of SQLite's machine: some milliseconds
_SQLITE = "sqlite:///"


async def counted(url: str, view: str) -> Run:
    """Count the rows of a view once, in a connection of its own; the rate is the milliseconds, the operations the rows.

    Args:
        url: Of the projections' database.
    """
    return await asyncio.to_thread(_in_sqlite if url.startswith(_SQLITE) else _in_postgresql, url, view)


def _in_sqlite(url: str, view: str) -> Run:
    with closing(sqlite3.connect(url.removeprefix(_SQLITE))) as connection:
        began = perf_counter()
        connection.set_progress_handler(lambda: perf_counter() - began > LONGEST_SECONDS, _STEPS_A_LOOK)
        rows = 0
        with suppress(sqlite3.OperationalError):  # interrupted
            ((rows,),) = connection.execute(f"SELECT count(*) FROM {view}")  # noqa: S608 - one of our views
        return _run(rows, perf_counter() - began)


def _in_postgresql(url: str, view: str) -> Run:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"SET statement_timeout = {LONGEST_SECONDS * 1000:.0f}")
        began = perf_counter()
        rows = 0
        with suppress(psycopg.errors.QueryCanceled):
            ((rows,),) = connection.execute(SQL("SELECT count(*) FROM {}").format(Identifier(view)))
        return _run(rows, perf_counter() - began)


def _run(rows: int, seconds: float) -> Run:
    return Run(operations=rows, seconds=round(seconds, 4), rate=round(seconds * 1000, 3))
