"""What the database knows of how much is in a projection's tables, by which it chooses how to answer a query."""

from collections.abc import Iterable

from sqlalchemy import Connection, Table

FEWEST_EVENTS = 1_000
"""Below it, nothing is counted: what is true of almost empty tables misleads as they grow."""
_ROWS_LOOKED_AT = 1_000
"""Of each index, on SQLite: milliseconds, however large it is."""


def count_rows(connection: Connection, tables: Iterable[Table]) -> None:
    """Let the database count. PostgreSQL does so by itself as well, SQLite only when it is told."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA analysis_limit = {_ROWS_LOOKED_AT}")
    for table in tables:
        connection.exec_driver_sql(f"ANALYZE {table.name}")
