"""Which day it is in the clinics: reviews are due on days, and each plan has its own time zone."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Date, Table, case, func, literal, select

from events.time_zones import time_zone


def clinic_day(
    connection: Connection, plans: Table, org: str, now: datetime, *, before: timedelta = timedelta()
) -> ColumnElement[date]:
    """Today, for a query that joins a plan to each of its rows.

    Args:
        plans: The table of plans in that query, with the columns `org` and `time_zone`. Where it joins none: UTC.
        now: The instant to tell the day of.
        before: The day so long before today, in whole days.
    """
    zones = connection.scalars(select(plans.c.time_zone).where(plans.c.org == org).distinct()).all()
    days = {zone: literal(now.astimezone(time_zone(zone)).date() - before, Date) for zone in zones}
    today = literal(now.astimezone(UTC).date() - before, Date)
    return case(days, value=func.coalesce(plans.c.time_zone, "UTC"), else_=today) if days else today
