"""Who read what about a patient."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Text, cast, func, literal, select, tuple_

from events.access_record import EVERY_PATIENT
from projections.access_record.filters import AccessFilter
from projections.access_record.tables import tables
from projections.engine.paging import AnyRow, AnySelect, Json, read_page

_READINGS, _PATIENTS = tables()["readings"], tables()["patients"]
_ORDER = (_READINGS.c.at, _READINGS.c.position, _READINGS.c.number)
_EVERY_READING = AccessFilter()


class AccessPlace(NamedTuple):
    """Where a reading stands in a list of readings: when it was, and the place of its record in the stream."""

    at: datetime
    position: int
    number: int


def accesses(
    connection: Connection,
    org: str,
    patient: str,
    filters: AccessFilter = _EVERY_READING,
    *,
    limit: int = 100,
    cursor: str | None = None,
) -> Json:
    """The readings that told something about a patient, or were refused, the newest first: `items` and `next`.

    An item has `org`, `patient`, `at`, `reader`, `kind`, `roles`, `client`, `token` (its id), `address`, `channel`,
    `reading`, `operation`, `interaction`, `purpose`, `outcome`, `code`, `request`, `everyone` (whether it was a reading
    of all that the organisation has), and its place in the stream of the records: `position` and `number`.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    query = _filtered(_of_patient(org, patient), filters)
    return read_page(
        connection,
        query,
        of="accesses",
        order=_ORDER,
        read=lambda rows: _read(rows, patient),
        limit=limit,
        cursor=cursor,
        descending=True,
    )


def latest_accesses(
    connection: Connection,
    org: str,
    patient: str,
    filters: AccessFilter = _EVERY_READING,
    *,
    before: AccessPlace | None = None,
    limit: int,
) -> list[Json]:
    """The newest readings of a patient's data, as in :func:`accesses`, before a place in that list."""
    query = _filtered(_of_patient(org, patient), filters)
    if before is not None:
        place = tuple_(*(literal(value, column.type) for value, column in zip(before, _ORDER, strict=True)))
        query = query.where(tuple_(*_ORDER) < place)
    ordered = query.order_by(*(column.desc() for column in _ORDER)).limit(limit)
    return _read(connection.execute(ordered).all(), patient)


def count_accesses(connection: Connection, org: str, patient: str, filters: AccessFilter = _EVERY_READING) -> int:
    """How many readings of a patient's data there are."""
    found = _filtered(_of_patient(org, patient), filters).subquery()
    return connection.scalar(select(func.count()).select_from(found)) or 0


def access_at(connection: Connection, org: str, patient: str, position: int, number: int) -> Json | None:
    """The reading at a place of the stream, as in :func:`accesses`; None when there is none of this patient."""
    of_the_place = (_READINGS.c.position == position, _READINGS.c.number == number)
    rows = connection.execute(_of_patient(org, patient).where(*of_the_place)).all()
    return next(iter(_read(rows, patient)), None)


def _of_patient(org: str, patient: str) -> AnySelect:
    among = literal(",").concat(cast(_READINGS.c.number, Text)).concat(",")
    told_of = (_READINGS.c.position == _PATIENTS.c.position) & _PATIENTS.c.numbers.contains(among)
    return (
        select(_PATIENTS.c.org, _PATIENTS.c.patient, *_READINGS.c)
        .join(_READINGS, told_of)
        .where(_PATIENTS.c.org == org, _PATIENTS.c.patient.in_((patient, EVERY_PATIENT)))
    )


def _filtered(query: AnySelect, filters: AccessFilter) -> AnySelect:
    if filters.since is not None:
        query = query.where(_READINGS.c.at >= filters.since)
    if filters.until is not None:
        query = query.where(_READINGS.c.at < filters.until)
    if filters.reader is not None:
        query = query.where(_READINGS.c.reader == filters.reader)
    return query


def _read(rows: Sequence[AnyRow], patient: str) -> list[Json]:
    return [
        {
            **row._mapping,
            "patient": patient,
            "everyone": row.patient == EVERY_PATIENT,
            "at": row.at.isoformat(),
            "roles": row.roles.split(",") if row.roles else [],
        }
        for row in rows
    ]
