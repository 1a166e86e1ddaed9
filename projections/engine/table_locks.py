"""Keeping readers out of tables for a moment, without keeping any of them waiting for another."""

from collections.abc import Iterable

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from events.errors import CairnError

LOCK_AGAIN_SECONDS = 0.3
"""The pause before the tables are tried to be locked again."""
_LOCK_TIMEOUT_MS = 200
"""How long one try waits: less than PostgreSQL's deadlock_timeout of a second, so that no reader is ever cancelled."""
_NOT_AVAILABLE = "55P03"
"""PostgreSQL's lock_not_available."""


class TablesInUse(CairnError):
    """Somebody is reading the tables."""


def keep_readers_out(connection: Connection, names: Iterable[str]) -> None:
    """Let nobody begin to read some tables and views until the transaction ends, if nobody is just reading them.

    Whoever waits for an exclusive lock has everybody who comes later wait behind it, and who holds a checkpoint
    meanwhile keeps the projection from going on. So the wait is short, and for the caller to try again: a slow query
    holds the swap up, and nobody else. On SQLite there is nothing to do: readers see what was there when they began.

    Raises:
        TablesInUse: somebody is reading; the transaction can only be rolled back.
    """
    if connection.dialect.name != "postgresql":
        return
    existing = [name for name in names if connection.scalar(text("SELECT to_regclass(:name)"), {"name": name})]
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT_MS}ms'")
    try:
        for name in existing:
            connection.exec_driver_sql(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _NOT_AVAILABLE:
            raise
        raise TablesInUse("Somebody is reading the live tables.") from None
    connection.exec_driver_sql("SET LOCAL lock_timeout = DEFAULT")
