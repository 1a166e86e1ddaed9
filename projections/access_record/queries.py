"""Who read what about a patient."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from events.access_record import EVERY_PATIENT
from projections.access_record.filters import AccessFilter
from projections.access_record.tables import tables
from projections.engine.paging import AnyRow, Json, read_page

_READINGS, _PATIENTS = tables()["readings"], tables()["patients"]
_EVERY_READING = AccessFilter()


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
    place = (_PATIENTS.c.position, _PATIENTS.c.number)
    query = (
        select(_PATIENTS, *(column for column in _READINGS.c if column.name not in ("position", "number")))
        .join(_READINGS, (_READINGS.c.position == place[0]) & (_READINGS.c.number == place[1]))
        .where(_PATIENTS.c.org == org, _PATIENTS.c.patient.in_((patient, EVERY_PATIENT)))
    )
    if filters.since is not None:
        query = query.where(_READINGS.c.at >= filters.since)
    if filters.until is not None:
        query = query.where(_READINGS.c.at < filters.until)
    if filters.reader is not None:
        query = query.where(_READINGS.c.reader == filters.reader)

    def read(rows: Sequence[AnyRow]) -> list[Json]:
        return [_read(row, patient) for row in rows]

    return read_page(
        connection, query, of="accesses", order=place, read=read, limit=limit, cursor=cursor, descending=True
    )


def _read(row: AnyRow, patient: str) -> Json:
    at: datetime = row.at
    return {
        **row._mapping,
        "patient": patient,
        "everyone": row.patient == EVERY_PATIENT,
        "at": at.isoformat(),
        "roles": row.roles.split(",") if row.roles else [],
    }
