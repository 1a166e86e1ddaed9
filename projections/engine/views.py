"""Views with stable names for SQL dashboards. They read the live tables, whichever build those are."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Table, case, func, inspect, literal_column, text, type_coerce

from projections.engine.projection import Views

READERS = "cairn_readers"
"""The PostgreSQL role that may read the views, when there is one (deploy/postgresql/readers.sql)."""


def declare_views(connection: Connection, views: Views) -> None:
    """Make the views anew on the tables that are live now.

    What others have built on a view, and their rights on it, stay as long as its columns are the same.
    """
    postgresql = connection.dialect.name == "postgresql"
    there = set(inspect(connection).get_view_names()) if views else set()
    readers = postgresql and connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": READERS})
    for name, view in views.items():
        defined = f"VIEW {name} AS {view.query.compile(connection, compile_kwargs={'literal_binds': True})}"
        if postgresql and name in there and _columns(connection, name) == list(view.meanings):
            connection.exec_driver_sql(f"CREATE OR REPLACE {defined}")
        else:
            connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
            connection.exec_driver_sql(f"CREATE {defined}")
        if readers:
            connection.exec_driver_sql(f"GRANT SELECT ON {name} TO {READERS}")


def in_json(column: ColumnElement[Any], name: str, dialect: str) -> ColumnElement[str]:  # Any: JSON kept as text
    """A text out of a JSON object; null where it is not there."""
    if dialect == "postgresql":
        return func.jsonb_extract_path_text(func.to_jsonb(column.op("::")(literal_column("jsonb"))), name)
    return func.json_extract(column, f"$.{name}")


def today(plans: Table, dialect: str) -> ColumnElement[Any]:  # Any: a date on PostgreSQL, its text on SQLite
    """Today's date: in the time zone of the plan on PostgreSQL, in UTC on SQLite, which knows no time zones."""
    if dialect == "postgresql":
        zone = func.coalesce(plans.c.time_zone, "UTC")
        return type_coerce(func.date(func.timezone(zone, func.now())), Date)
    return type_coerce(func.date("now"), Date)


def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """1 where a condition is met, for adding up; 0 where it is not, or cannot be told."""
    return case((condition, 1), else_=0)


def _columns(connection: Connection, name: str) -> list[str]:
    return [column["name"] for column in inspect(connection).get_columns(name)]
