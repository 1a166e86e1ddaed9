"""Writing row changes: one statement for each table and batch."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import Executable

from projections.engine.projection import Projected, Row, Tables

Changes = tuple[Mapping[str, Sequence[Row]], Mapping[str, Sequence[Row]]]
"""Rows to upsert, and keys to delete, by table."""


def collect(projected: Sequence[Projected[Any]]) -> Changes:  # Any: rows do not depend on the state's type
    """The changes of many goals, table by table."""
    upserts: dict[str, list[Row]] = defaultdict(list)
    deletes: dict[str, list[Row]] = defaultdict(list)
    for each in projected:
        for table, rows in each.upserts.items():
            upserts[table] += rows
        for table, keys in each.deletes.items():
            deletes[table] += keys
    return upserts, deletes


def write(connection: Connection, tables: Tables, changes: Changes) -> None:
    """Apply changes in the caller's transaction."""
    upserts, deletes = changes
    for name, keys in deletes.items():
        if keys:
            connection.execute(_delete(tables[name]), [{f"key_{k}": v for k, v in key.items()} for key in keys])
    for name, rows in upserts.items():
        if rows:
            connection.execute(upsert(connection, tables[name]), rows)


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, in the words of the database at hand."""
    return _insert(connection.dialect.name, table)


def upsert(connection: Connection, table: Table) -> Executable:
    """`INSERT … ON CONFLICT (primary key) DO UPDATE` of every other column."""
    return _upsert(connection.dialect.name, table)


@cache
def _upsert(dialect: str, table: Table) -> Executable:
    """Put together once: doing so takes longer than running it."""
    insert = _insert(dialect, table)
    others = {column.name: insert.excluded[column.name] for column in table.columns if not column.primary_key}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=others)


def _insert(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _delete(table: Table) -> Executable:
    keys = table.primary_key.columns
    return delete(table).where(*(column == bindparam(f"key_{column.name}") for column in keys))
