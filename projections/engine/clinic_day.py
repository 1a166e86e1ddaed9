"""Which day it is in the clinics: reviews are due on days, and each plan has its own time zone."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache

from sqlalchemy import ColumnElement, Connection, Date, FromClause, Table, bindparam, case, func, literal, select

from events.time_zones import UTC_ZONE, time_zone
from projections.engine.paging import AnySelect
from projections.engine.statements import fetch


def clinic_day(connection: Connection, plans: Table, org: str, now: datetime) -> ColumnElement[date]:
    """Today, for a query that joins a plan to each of its rows.

    Args:
        plans: The table of plans in that query, with the columns `org` and `time_zone`. Where it joins none: UTC.
        now: The instant to tell the day of.
    """
    return day_of_plan(plans, clinic_days(connection, plans, org, now))


def day_of_plan(plans: Table, days: Mapping[str, date]) -> ColumnElement[date]:
    """The same out of the days in some time zones; in any other zone, and without a plan, it is that of UTC."""
    in_utc = literal(days[UTC_ZONE], Date)
    elsewhere = {zone: literal(day, Date) for zone, day in days.items() if zone != UTC_ZONE}
    return case(elsewhere, value=plans.c.time_zone, else_=in_utc) if elsewhere else in_utc


def day_parameters(days: Mapping[str, date]) -> dict[str, date]:
    """The values of the parameters of :func:`parameter_of_day`."""
    return {name: days[zone] for zone, name in _names_of_days(days)}


def parameter_of_day(plans: FromClause, zones: Iterable[str], kind: str = "") -> ColumnElement[date]:
    """As :func:`day_of_plan`, for a query that is kept: the days are parameters.

    Args:
        plans: What has the column `time_zone` in that query.
        zones: Those whose days are told apart.
        kind: Before the names of the parameters, where they are not today.
    """
    (_, utc), *others = ((zone, bindparam(f"{kind}{name}", type_=Date)) for zone, name in _names_of_days(zones))
    return case(dict(others), value=plans.c.time_zone, else_=utc) if others else utc


def _names_of_days(zones: Iterable[str]) -> list[tuple[str, str]]:
    """Zones, UTC first, with the names of the parameters that have their days."""
    return [
        (UTC_ZONE, "today"),
        *((zone, f"today_{number}") for number, zone in enumerate(sorted({*zones} - {UTC_ZONE}))),
    ]


def clinic_days(connection: Connection, plans: Table, org: str, now: datetime) -> Mapping[str, date]:
    """Today in each time zone of an organisation's plans, and in UTC, which is that of patients without a plan."""
    zones = fetch(connection, _zones(plans), {"org": org})
    return {UTC_ZONE: now.astimezone(UTC).date(), **{zone: now.astimezone(time_zone(zone)).date() for (zone,) in zones}}


@cache
def _zones(plans: Table) -> AnySelect:
    """One zone after the other by the index of zones: a DISTINCT would read every plan."""
    zone, of_the_org = plans.c.time_zone, plans.c.org == bindparam("org")
    found = select(func.min(zone).label("zone")).where(of_the_org).cte("zones", recursive=True)
    following = select(func.min(zone)).where(of_the_org, zone > found.c.zone).correlate(found).scalar_subquery()
    found = found.union_all(select(following).where(found.c.zone.is_not(None)))
    return select(found.c.zone).where(found.c.zone.is_not(None))
