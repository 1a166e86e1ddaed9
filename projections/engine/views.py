"""Views with stable names for SQL dashboards. They read the live tables, whichever build those are."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Table,
    and_,
    case,
    func,
    literal,
    select,
    text,
    type_coerce,
)
from sqlalchemy.exc import ProgrammingError

from events.identity import LOG
from projections.engine.naming import Slot
from projections.engine.projection import Views
from projections.engine.tables import QUARANTINE

READERS = "cairn_readers"
"""The PostgreSQL role that may read the views, when there is one (deploy/postgresql/readers.sql)."""
_OTHER_COLUMNS = "42P16"
"""PostgreSQL's invalid_table_definition: a view's column is gone, or has become another."""


def declare_views(connection: Connection, views: Views) -> None:
    """Make the views anew on the tables that are live now.

    What others have built on a view, and their rights on it, stay as long as its columns do; new ones come last.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: when a column goes, or becomes another, on which somebody else's view depends.
    """
    postgresql = connection.dialect.name == "postgresql"
    readers = postgresql and connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": READERS})
    for name, view in views.items():
        if postgresql and "quarantined" in view.meanings:
            _rename_held_to_quarantined(connection, name)
        query = str(view.query.compile(connection, compile_kwargs={"literal_binds": True}))
        if not (postgresql and _replaced(connection, name, query)):
            connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
            connection.exec_driver_sql(f"CREATE VIEW {name} AS {query}")
        if readers:
            connection.exec_driver_sql(f"GRANT SELECT ON {name} TO {READERS}")


def _rename_held_to_quarantined(connection: Connection, name: str) -> None:
    """Take over a view of a Cairn that called this column `held`: what others have built on it goes on as it is."""
    columns = "SELECT column_name FROM information_schema.columns"
    of_the_view = text(f"{columns} WHERE table_schema = current_schema() AND table_name = :view")
    if "held" in connection.scalars(of_the_view, {"view": name}).all():
        connection.exec_driver_sql(f"ALTER VIEW {name} RENAME COLUMN held TO quarantined")


def _replaced(connection: Connection, name: str, query: str) -> bool:
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"CREATE OR REPLACE VIEW {name} AS {query}")
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != _OTHER_COLUMNS:
            raise
        return False
    return True


def today(plans: Table, dialect: str) -> ColumnElement[Any]:  # Any: a date on PostgreSQL, its text on SQLite
    """Today's date: in the time zone of the plan on PostgreSQL, in UTC on SQLite, which knows no time zones.

    DuckDB reads the texts of SQLite's views as its own: `date('now')` is an error there, CURRENT_DATE is the same.
    """
    if dialect == "postgresql":
        zone = func.coalesce(plans.c.time_zone, "UTC")
        return type_coerce(func.date(func.timezone(zone, func.now())), Date)
    return func.current_date()


def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """1 where a condition is met, for adding up; 0 where it is not, or cannot be told."""
    return case((condition, 1), else_=0)


def is_quarantined(projection: str, rows: Table) -> ColumnElement[bool]:
    """Whether events of a row's goal are in quarantine."""
    subject = literal(f"{LOG}.") + rows.c.org + "." + rows.c.patient + "." + rows.c.goal
    live = and_(QUARANTINE.c.projection == projection, QUARANTINE.c.slot == Slot.LIVE)
    return select(QUARANTINE.c.position).where(live, QUARANTINE.c.subject == subject).correlate(rows).exists()
