"""To whom a patient's data was disclosed: the patient's accounting of disclosures (42 CFR 2.25, 45 CFR 164.528)."""

from collections.abc import Sequence
from datetime import datetime

from pydantic_core import from_json
from sqlalchemy import Connection, exists, select

from events.identity import PLAN, GoalId
from events.plan.types import Disclosed
from projections.audit_trail.events import happened
from projections.audit_trail.tables import tables
from projections.engine.paging import AnyRow, Json, read_page
from projections.engine.quarantine import quarantined_goals, refuse_if_quarantined

_NAME = "audit_trail"
_EVENTS = tables()["events"]


def disclosures(
    connection: Connection,
    org: str,
    patient: str,
    *,
    since: datetime | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Json | None:
    """The disclosures of a patient's data, in the order in which they were recorded: `items`, `next`, `complete`.

    An item has when it was made (`time`) and recorded (`recordedtime`), its `position`, who made it (`actor`,
    `actorrole`, `enteredby`), and all that `events.plan.types.Disclosed` says: `recipient`, `purpose`, `ground`, `what`
    and `description`. `complete` is false while events of the plan are in quarantine, as some may be missing then. None
    when there is no plan.

    Args:
        since: Only those made at or after this instant; all by default.

    Raises:
        BadCursor: when the cursor is not from this list.
        GoalIsQuarantined: there is a plan, and none of its events could be taken in.
    """
    plan_id = GoalId(org, patient, PLAN)
    of_the_plan = [_EVENTS.c[name] == value for name, value in plan_id._asdict().items()]
    if not connection.scalar(select(exists().where(*of_the_plan))):
        refuse_if_quarantined(connection, _NAME, plan_id)
        return None
    query = select(_EVENTS).where(*of_the_plan, _EVENTS.c.type == Disclosed.type_name)
    if since is not None:
        query = query.where(_EVENTS.c.happened_at >= since)
    found = read_page(
        connection, query, of="disclosures", order=(_EVENTS.c.position,), read=_read, limit=limit, cursor=cursor
    )
    return {**found, "complete": plan_id not in quarantined_goals(connection, _NAME, [plan_id])}


def _read(rows: Sequence[AnyRow]) -> list[Json]:
    return [
        {
            "time": happened(row).isoformat(),
            "recordedtime": row.recorded_at.isoformat(),
            "position": row.position,
            "actor": row.actor,
            "actorrole": row.actor_role,
            "enteredby": row.entered_by,
            **from_json(row.data),
        }
        for row in rows
    ]
