"""How much patients take part, week by week (S47). What nobody told is unknown; none of it is a failure (S43)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Date, Select, and_, func, select

from engagement_by_week.tables import tables
from projections.engine.paging import AnyRow, Json, read_page
from projections.engine.projection import Tables
from projections.engine.views import number


def engagement_by_week(
    connection: Connection,
    org: str,
    *,
    patient: str | None = None,
    since: date | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Json:
    """The weeks in which something was entered, by patient and week: `items` and `next`.

    An item has `org`, `patient`, `week` (its Monday), `entries`, `days_with_entry`, `setbacks` (entries that tell of
    one), `quiet_weeks_before` (without an entry since the last week that has one; null for the first), and
    `attendance`: of the entries about goals in that life area that say either way (`told`), how many say `done`.

    Args:
        since: Only weeks that begin on this day or later.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    by_week = weeks(tables()).where(tables()["entries"].c.org == org)
    if patient is not None:
        by_week = by_week.where(tables()["entries"].c.patient == patient)
    rows = by_week.subquery("weeks")
    query = select(rows)
    if since is not None:
        query = query.where(rows.c.week >= since)
    order = (rows.c.patient, rows.c.week)
    return read_page(connection, query, of="engagement", order=order, read=_read, limit=limit, cursor=cursor)


def weeks(build: Tables) -> Select[*tuple[Any, ...]]:  # Any: columns of several types
    """A row for each week and patient with an entry, out of the tables of any build."""
    goals, entries = build["goals"], build["entries"]
    of_the_goal = and_(*(goals.c[name] == entries.c[name] for name in ("org", "patient", "goal")))
    of_the_patient = (entries.c.org, entries.c.patient)
    about_attendance = goals.c.life_area == "attendance"
    return (
        select(
            *of_the_patient,
            entries.c.week,
            func.count().label("entries"),
            func.count(entries.c.day.distinct()).label("days_with_entry"),
            func.sum(number(entries.c.setback)).label("setbacks"),
            func.lag(entries.c.week, type_=Date)
            .over(partition_by=of_the_patient, order_by=entries.c.week)
            .label("week_before"),
            func.sum(number(and_(about_attendance, entries.c.done.is_not(None)))).label("attendance_told"),
            func.sum(number(and_(about_attendance, entries.c.done))).label("attendance_done"),
        )
        .select_from(entries.join(goals, of_the_goal))
        .group_by(*of_the_patient, entries.c.week)
    )


def _read(rows: Sequence[AnyRow]) -> list[Json]:
    return [
        {
            "org": row.org,
            "patient": row.patient,
            "week": row.week.isoformat(),
            "entries": row.entries,
            "days_with_entry": row.days_with_entry,
            "setbacks": row.setbacks,
            "quiet_weeks_before": (row.week - row.week_before).days // 7 - 1 if row.week_before else None,
            "attendance": {"told": row.attendance_told, "done": row.attendance_done},
        }
        for row in rows
    ]
