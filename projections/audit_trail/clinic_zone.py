"""In which time zone an organisation lives: days and times that are about many of its patients are told in it."""

from sqlalchemy import Connection, bindparam, select

from events.time_zones import UTC_ZONE
from projections.audit_trail.tables import tables

_PLANS = tables()["plans"]
_OF_PATIENT = select(_PLANS.c.time_zone).where(
    _PLANS.c.org == bindparam("org"), _PLANS.c.patient == bindparam("patient")
)
_OF_ANYONE = (
    select(_PLANS.c.time_zone)
    .where(_PLANS.c.org == bindparam("org"), _PLANS.c.patient >= bindparam("patient"))
    .order_by(_PLANS.c.patient)
    .limit(1)
)


def clinic_zone(connection: Connection, org: str, patient: str | None = None) -> str:
    """The time zone of a patient's plan; without a patient, of one of the organisation's, as they mostly are alike.

    Where there is no plan it is UTC.
    """
    query = _OF_ANYONE if patient is None else _OF_PATIENT
    zone: str | None = connection.scalar(query, {"org": org, "patient": patient or ""})
    return zone or UTC_ZONE
