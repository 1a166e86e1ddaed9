"""The history of a goal, the audit of an organisation, and what lies between two versions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pydantic_core import from_json
from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, func, select

from events.errors import CairnError
from events.identity import GoalId
from projections.audit_trail import positions
from projections.audit_trail.differences import State, as_tree, differences
from projections.audit_trail.events import happened, recorded_events
from projections.audit_trail.filters import AuditFilter
from projections.audit_trail.projector import fold
from projections.audit_trail.sentence import sentence
from projections.audit_trail.tables import tables
from projections.engine.paging import AnyRow, AnySelect, Json, read_page, without_index
from projections.engine.plan_join import of_the_patient
from projections.engine.quarantine import GoalQuarantine, quarantined_goals, quarantined_in_org, refuse_if_quarantined

_NAME = "audit_trail"
_EVERY_EVENT = AuditFilter()
_EVENTS, _CHANGES, _PLANS = (tables()[name] for name in ("events", "changes", "plans"))
_EVERY_ROW = select(_EVENTS, _PLANS.c.time_zone).select_from(_EVENTS.outerjoin(_PLANS, of_the_patient(_PLANS, _EVENTS)))
_POSITIONS: BindParameter[int] = bindparam("positions", expanding=True)
_AT_POSITIONS = _EVERY_ROW.where(_EVENTS.c.org == bindparam("org"), _EVENTS.c.position.in_(_POSITIONS)).order_by(
    _EVENTS.c.position
)
_CHANGES_AT_POSITIONS = (
    select(_CHANGES)
    .where(_CHANGES.c.org == bindparam("org"), _CHANGES.c.position.in_(_POSITIONS))
    .order_by(_CHANGES.c.position, _CHANGES.c.field)
)
_TOLD_BY_THE_EVENTS = frozenset({"version", "position", "updated_at", "revisions"})


class NoSuchVersion(CairnError):
    """A version that the goal has not reached."""


def history(connection: Connection, goal_id: GoalId, *, limit: int = 100, cursor: str | None = None) -> Json | None:
    """Everything that happened to one goal or plan, oldest first, or None: `items`, `next` and `quarantined`.

    An item has the attributes of the CloudEvent (`type`, `actor`, `actorrole`, `enteredby`, `submittedby`,
    `submitterrole`, `time`, `recordedtime`, `source`, `id`, `version`, `position`, `causeversion` when it followed by
    itself), `data`, `sentence` (who did what, when it happened, on the sender's clock, and when it was recorded, on the
    clinic's), and `changes`: for a revision, an amendment or a correction each changed `field` by its dotted path, with
    `before` and `after`. `quarantined` is
    None unless events are missing at the end: then it has the last `version` that is here, and the `position` of the
    next event and the `reason` for which it could not be taken in.

    Raises:
        BadCursor: when the cursor is not from this list.
        GoalIsQuarantined: there are events, and none of them could be taken in.
    """
    of_goal = select(_EVENTS.c.org, _EVENTS.c.position).where(*_is(goal_id))
    found = _page(connection, of_goal, of="history", limit=limit, cursor=cursor)
    if not found["items"] and cursor is None:
        refuse_if_quarantined(connection, _NAME, goal_id)
        return None
    return {
        **found,
        "quarantined": _with_version(connection, quarantined_goals(connection, _NAME, [goal_id])).get(goal_id),
    }


def audit(
    connection: Connection,
    org: str,
    filters: AuditFilter = _EVERY_EVENT,
    *,
    limit: int = 100,
    cursor: str | None = None,
) -> Json:
    """Everything that was recorded in an organisation, newest last: `items`, `next` and `quarantined`.

    An item is as in :func:`history`. `quarantined` lists the goals whose later events are missing: `org`, `patient`
    and `goal`, and what :func:`history` says of one; the first hundred.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    found = _page(connection, _positions(org, filters), of="audit", limit=limit, cursor=cursor)
    quarantined = _with_version(connection, quarantined_in_org(connection, _NAME, org, filters.patient))
    patients = _patients_of(connection, org, filters.clinician) if filters.clinician and quarantined else None
    of_these = [
        {**goal_id._asdict(), **where}
        for goal_id, where in quarantined.items()
        if filters.goal in (None, goal_id.goal) and (patients is None or goal_id.patient in patients)
    ]
    return {**found, "quarantined": of_these}


def diff(connection: Connection, goal_id: GoalId, from_version: int, to_version: int) -> Json | None:
    """What differs between two versions of a goal or plan: `changes` (each `field` with `before` and `after`), and in
    `events` what happened in between, and `quarantined` as in :func:`history`. None when there is no such goal.

    Args:
        from_version: The earlier version; 0 for before the first event.
        to_version: The later version, or an earlier one to look back.

    Raises:
        NoSuchVersion: when the goal has not come that far.
        GoalIsQuarantined: as :func:`history`.
    """
    events = list(recorded_events(connection, tables(), [goal_id]))
    if not events:
        refuse_if_quarantined(connection, _NAME, goal_id)
        return None
    reached = events[-1].version
    states: dict[int, State | None] = {0: None}
    state: State | None = None
    for recorded in events:
        state = states[recorded.version] = fold(state, recorded)
    for version in (from_version, to_version):
        if version not in states:
            raise NoSuchVersion(f"{goal_id} has no version {version}; it has come to {reached}.")
    earlier, later = sorted((from_version, to_version))
    between = _EVERY_ROW.where(*_is(goal_id)).where(_EVENTS.c.version > earlier, _EVENTS.c.version <= later)
    before, after = (as_tree(states[version], leave_out=_TOLD_BY_THE_EVENTS) for version in (from_version, to_version))
    return {
        **goal_id._asdict(),
        "from": from_version,
        "to": to_version,
        "changes": [change._asdict() for change in differences(before, after)],
        "events": _read(connection, connection.execute(between.order_by(_EVENTS.c.position)).all()),
        "quarantined": _with_version(connection, quarantined_goals(connection, _NAME, [goal_id])).get(goal_id),
    }


def _with_version(connection: Connection, quarantined: Mapping[GoalId, GoalQuarantine]) -> dict[GoalId, Json]:
    """GoalQuarantine goals with the version that the trail has of each."""
    latest_version = select(func.max(_EVENTS.c.version))
    return {
        goal_id: at.at(connection.scalar(latest_version.where(*_is(goal_id))) or 0)
        for goal_id, at in quarantined.items()
    }


def _patients_of(connection: Connection, org: str, clinician: str) -> set[str]:
    of_the_clinician = select(_PLANS.c.patient).where(_PLANS.c.org == org, _PLANS.c.clinician == clinician)
    return set(connection.scalars(of_the_clinician))


def _positions(org: str, filters: AuditFilter) -> AnySelect:
    """Where the events of an organisation are that meet a filter, as an index tells it."""
    few = filters.patient is not None or filters.clinician is not None
    position = without_index(_EVENTS.c.position).label("position") if few else _EVENTS.c.position
    query = select(_EVENTS.c.org, position).where(_EVENTS.c.org == org)
    equal = filters.model_dump(include={"patient", "goal", "type", "actor"}, exclude_none=True)
    query = query.where(*(_EVENTS.c[name] == value for name, value in equal.items()))
    if filters.clinician is not None:
        of_clinician = select(_PLANS.c.patient).where(_PLANS.c.org == org, _PLANS.c.clinician == filters.clinician)
        query = query.where(_EVENTS.c.patient.in_(of_clinician))
    if filters.since is not None:
        first = positions.since(org, filters.since)
        query = query.where(_EVENTS.c.recorded_at >= filters.since, _EVENTS.c.position >= first)
    if filters.until is not None:
        last = positions.until(org, filters.until)
        query = query.where(_EVENTS.c.recorded_at < filters.until, _EVENTS.c.position <= last)
    return query


def _is(goal_id: GoalId) -> list[ColumnElement[bool]]:
    return [_EVENTS.c[name] == value for name, value in goal_id._asdict().items()]


def _page(connection: Connection, where: AnySelect, *, of: str, limit: int, cursor: str | None) -> Json:
    """A page of events out of `org` and `position` of all of them, which are found without reading a row of any."""
    return read_page(
        connection,
        where,
        of=of,
        order=(where.selected_columns.position,),
        read=lambda rows: _read(connection, _rows(connection, rows)),
        limit=limit,
        cursor=cursor,
    )


def _rows(connection: Connection, found: Sequence[AnyRow]) -> Sequence[AnyRow]:
    """The events at some positions of one organisation, in their order."""
    if not found:
        return ()
    places = {"org": found[0].org, "positions": [row.position for row in found]}
    return connection.execute(_AT_POSITIONS, places).all()


def _read(connection: Connection, rows: Sequence[AnyRow]) -> list[Json]:
    changes = _changes(connection, rows)
    return [
        {
            "org": row.org,
            "patient": row.patient,
            "goal": row.goal,
            "version": row.version,
            "position": row.position,
            "type": row.type,
            "actor": row.actor,
            "actorrole": row.actor_role,
            "enteredby": row.entered_by,
            "submittedby": row.submitted_by,
            "submitterrole": row.submitter_role,
            "time": happened(row).isoformat(),
            "recordedtime": row.recorded_at.isoformat(),
            "source": row.source,
            "id": row.event_id,
            "causeversion": row.cause,
            "data": from_json(row.data),
            "sentence": sentence(row.deed, happened(row), row.recorded_at, row.time_zone),
            "changes": changes.get(row.position, []),
        }
        for row in rows
    ]


def _changes(connection: Connection, rows: Sequence[AnyRow]) -> dict[int, list[Json]]:
    """The changed fields of the given events of one organisation, by position."""
    found: dict[int, list[Json]] = defaultdict(list)
    if not rows:
        return found
    places = {"org": rows[0].org, "positions": [row.position for row in rows]}
    for change in connection.execute(_CHANGES_AT_POSITIONS, places):
        read = {"field": change.field, "before": from_json(change.before), "after": from_json(change.after)}
        found[change.position].append(read)
    return found
