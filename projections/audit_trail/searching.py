"""Where the events are that a search of the audit trail finds, and how many there are."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, literal, select

from projections.audit_trail import positions
from projections.audit_trail.filters import AuditFilter
from projections.audit_trail.tables import tables
from projections.engine.paging import AnySelect, without_index

MOST_COUNTED = 10_000
"""Events are counted up to here: nobody reads more of them, and to count them all would read an organisation whole."""
_EVENTS, _PLANS = (tables()[name] for name in ("events", "plans"))


class Count(NamedTuple):
    """How many events there are.

    Attributes:
        number: How many were counted.
        more: Whether there are more than that.
    """

    number: int
    more: bool


def found_positions(connection: Connection, org: str, filters: AuditFilter) -> AnySelect:
    """The `position` of each event of an organisation that meets a filter, in no order, as an index tells it.

    Positions do not say when something happened: a list in their order would go through all that happened at other
    times. Where few events happened then, they are found by that and put in order; where many did, each stretch of the
    order has some of them.
    """
    by_happening = filters.of_happening and not filters.names_patients and _few_happened(connection, org, filters)
    few = filters.names_patients or by_happening
    position = without_index(_EVENTS.c.position).label("position") if few else _EVENTS.c.position
    query = select(_EVENTS.c.org, position).where(_EVENTS.c.org == org)
    named = {"patient": filters.patient, "goal": filters.goal, "type": filters.type, "actor": filters.actor}
    for name, value in {**named, "actor_role": filters.role}.items():
        if value is not None:
            query = query.where((without_index(_EVENTS.c[name]) if by_happening else _EVENTS.c[name]) == value)
    if filters.clinician is not None:
        of_clinician = select(_PLANS.c.patient).where(_PLANS.c.org == org, _PLANS.c.clinician == filters.clinician)
        query = query.where(_EVENTS.c.patient.in_(of_clinician))
    if filters.of_happening:
        query = query.where(
            *_happened(_EVENTS.c.happened_at if by_happening else without_index(_EVENTS.c.happened_at), filters)
        )
    return query.where(*_recorded(org, filters))


def count(
    connection: Connection, org: str, filters: AuditFilter, *, without: Collection[str] = (), most: int = MOST_COUNTED
) -> Count:
    """How many events meet a filter.

    Args:
        without: The types of events that are not counted.
        most: After so many, no more are counted.
    """
    found = found_positions(connection, org, filters)
    if without:
        found = found.where(_EVENTS.c.type.not_in(without))
    number = _at_most(connection, found, most + 1)
    return Count(min(number, most), more=number > most)


def _few_happened(connection: Connection, org: str, filters: AuditFilter) -> bool:
    then = select(_EVENTS.c.position).where(_EVENTS.c.org == org, *_happened(_EVENTS.c.happened_at, filters))
    return _at_most(connection, then, MOST_COUNTED + 1) <= MOST_COUNTED


def _at_most(connection: Connection, found: AnySelect, most: int) -> int:
    some = found.with_only_columns(literal(1).label("one")).limit(most).subquery()
    return connection.scalar(select(func.count()).select_from(some)) or 0


def _happened(at: ColumnElement[datetime], filters: AuditFilter) -> list[ColumnElement[bool]]:
    since = [] if filters.happened_since is None else [at >= filters.happened_since]
    return since if filters.happened_until is None else [*since, at < filters.happened_until]


def _recorded(org: str, filters: AuditFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.since is not None:
        wanted += [_EVENTS.c.recorded_at >= filters.since, _EVENTS.c.position >= positions.since(org, filters.since)]
    if filters.until is not None:
        wanted += [_EVENTS.c.recorded_at < filters.until, _EVENTS.c.position <= positions.until(org, filters.until)]
    return wanted
