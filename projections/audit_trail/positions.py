"""Where in the log events of some time are, so that a list in the order of positions need not look at all before them.

Positions count in the order in which events were recorded, and so do instants, but for the moments in which a server's
clock was put back. An index of instants leads to the position; the instants of what is found there are compared too.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import ScalarSelect, select

from projections.audit_trail.tables import tables

CLOCK_PUT_BACK = timedelta(days=1)
"""The furthest by which a server's clock may have been put back while nothing is missed by that."""
_EVENTS = tables()["events"].alias("by_time")
_EARLIEST, _LATEST = (each.replace(tzinfo=UTC) for each in (datetime.min, datetime.max))  # noqa: DTZ901 - it has one


def since(org: str, instant: datetime) -> ScalarSelect[int]:
    """A position before which no event of an organisation was recorded at this instant or later; null without any."""
    earlier = max(instant, _EARLIEST + CLOCK_PUT_BACK) - CLOCK_PUT_BACK
    query = select(_EVENTS.c.position).where(_EVENTS.c.org == org, _EVENTS.c.recorded_at >= earlier)
    return query.order_by(_EVENTS.c.recorded_at, _EVENTS.c.position).limit(1).scalar_subquery()


def until(org: str, instant: datetime) -> ScalarSelect[int]:
    """A position behind which no event of an organisation was recorded at this instant or before; null without any."""
    later = min(instant, _LATEST - CLOCK_PUT_BACK) + CLOCK_PUT_BACK
    query = select(_EVENTS.c.position).where(_EVENTS.c.org == org, _EVENTS.c.recorded_at <= later)
    return query.order_by(_EVENTS.c.recorded_at.desc(), _EVENTS.c.position.desc()).limit(1).scalar_subquery()
