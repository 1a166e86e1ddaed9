"""Keeping readers out of tables for a moment, without keeping any of them waiting for another."""

import time
from collections.abc import Iterable

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

_WAITED_AT_ONCE = "200ms"
"""Less than PostgreSQL's deadlock_timeout of a second, so that it is never a reader who is told to give way."""
_PAUSE_SECONDS = 0.3
_TRIES = 100
_NOT_AVAILABLE = "55P03"
"""PostgreSQL's lock_not_available."""


def keep_readers_out(connection: Connection, names: Iterable[str]) -> None:
    """Wait until nobody reads some tables and views, and let nobody begin until the transaction ends.

    Whoever waits for an exclusive lock has everybody who comes later wait behind it, and two of which each has what the
    other waits for would wait for ever. So it is asked for again and again, a short while at a time: a slow query
    holds the swap up, and nobody else. On SQLite there is nothing to do: readers see what was there when they began.

    Raises:
        sqlalchemy.exc.OperationalError: somebody was reading each time; nothing is locked.
    """
    if connection.dialect.name != "postgresql":
        return
    here = [name for name in names if connection.scalar(text("SELECT to_regclass(:name)"), {"name": name})]
    for left in reversed(range(_TRIES)):
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WAITED_AT_ONCE}'")
                for name in here:
                    connection.exec_driver_sql(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
        except OperationalError as error:
            if not left or getattr(error.orig, "sqlstate", None) != _NOT_AVAILABLE:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            connection.exec_driver_sql("SET LOCAL lock_timeout = DEFAULT")
            return
