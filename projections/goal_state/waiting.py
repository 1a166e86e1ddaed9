"""What waits for whom: agreements, answers to contests, answers to change requests."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, select

from events.identity import GoalId
from projections.engine.paging import AnyRow, Json, read_page, without_index
from projections.engine.plan_join import of_the_patient
from projections.goal_state.filters import WaitingFilter
from projections.goal_state.quarantined import IS_QUARANTINED, quarantined_of_rows
from projections.goal_state.tables import tables

_GOALS, _PLANS, _WAITING = (tables()[name] for name in ("goals", "plans", "waiting"))
_THEIR_PLANS = _PLANS.alias("their_plans")
_OF_THE_GOAL = and_(*(_GOALS.c[name] == _WAITING.c[name] for name in ("org", "patient", "goal")))
_OF_A_GOAL = ("status", "version", "statement", "wording")
_EVERYTHING = WaitingFilter()


def waiting(
    connection: Connection,
    org: str,
    filters: WaitingFilter = _EVERYTHING,
    *,
    limit: int = 100,
    cursor: str | None = None,
) -> Json:
    """What waits in an organisation, the longest awaited first: `items` and `next`.

    An item has `org`, `patient`, `goal`, `role` (whose word is awaited), `for` (agreement, answer_to_contest or
    answer_to_change_request), `request` (its id, else null), `since`, `text` (what was asked for, or why it was
    contested), and of the goal `goal_status`, `statement`, `wording`, `version`, its `clinician`, and `quarantined`
    as in :func:`events.goal.reading.read_goal`.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    since = _WAITING.c.since
    few = filters.patient is not None or filters.clinician is not None
    place = without_index(since).label(since.name) if few else since
    told = [place if column is since else column for column in _WAITING.c]
    query = (
        select(*told, *(_GOALS.c[name] for name in _OF_A_GOAL), _PLANS.c.clinician, IS_QUARANTINED)
        .select_from(_WAITING.join(_GOALS, _OF_THE_GOAL).outerjoin(_PLANS, of_the_patient(_PLANS, _WAITING)))
        .where(_WAITING.c.org == org)
    )
    if filters.role is not None:
        query = query.where(_WAITING.c.role == filters.role)
    if filters.patient is not None:
        query = query.where(_WAITING.c.patient == filters.patient)
    if filters.clinician is not None:
        of_clinician = select(_THEIR_PLANS.c.patient).where(
            _THEIR_PLANS.c.org == org, _THEIR_PLANS.c.clinician == filters.clinician
        )
        query = query.where(_WAITING.c.patient.in_(of_clinician))

    def read(rows: Sequence[AnyRow]) -> list[Json]:
        quarantined = quarantined_of_rows(connection, rows)
        return [{**_read(row), "quarantined": quarantined.get(GoalId(row.org, row.patient, row.goal))} for row in rows]

    order = (place, *(_WAITING.c[name] for name in ("patient", "goal", "role", "awaited", "request")))
    return read_page(connection, query, of="waiting", order=order, read=read, limit=limit, cursor=cursor)


def _read(row: AnyRow) -> Json:
    return {
        "org": row.org,
        "patient": row.patient,
        "goal": row.goal,
        "role": row.role,
        "for": row.awaited,
        "request": row.request or None,
        "since": row.since.isoformat(),
        "text": row.text,
        "goal_status": row.status,
        "statement": row.statement,
        "wording": row.wording,
        "clinician": row.clinician,
        "version": row.version,
    }
