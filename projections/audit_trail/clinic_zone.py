"""In which time zone an organisation lives: days and times that are about many of its patients are told in it."""

from sqlalchemy import Connection, bindparam, func, select

from events.time_zones import UTC_ZONE
from projections.audit_trail.tables import tables

_PLANS = tables()["plans"]
_OF_PATIENT = select(_PLANS.c.time_zone).where(
    _PLANS.c.org == bindparam("org"), _PLANS.c.patient == bindparam("patient")
)
_OF_MOST = (
    select(_PLANS.c.time_zone)
    .where(_PLANS.c.org == bindparam("org"))
    .group_by(_PLANS.c.time_zone)
    .order_by(func.count().desc(), _PLANS.c.time_zone)
    .limit(1)
)


def clinic_zone(connection: Connection, org: str, patient: str | None = None) -> str:
    """The time zone of a patient's plan; without a patient, the one that most plans of the organisation have.

    Where there is no plan it is UTC.
    """
    if patient is None:
        zone: str | None = connection.scalar(_OF_MOST, {"org": org})
    else:
        zone = connection.scalar(_OF_PATIENT, {"org": org, "patient": patient})
    return zone or UTC_ZONE
