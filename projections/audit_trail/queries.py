"""The history of a goal, the audit of an organisation, and what lies between two versions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, bindparam, func, select

from events.errors import CairnError
from events.identity import GoalId
from projections.audit_trail.differences import State, as_tree, differences
from projections.audit_trail.events import recorded_events
from projections.audit_trail.filters import AuditFilter
from projections.audit_trail.moments import LAST_POSITION, at_places, places_of_goal
from projections.audit_trail.projector import fold
from projections.audit_trail.searching import Count, count, found_positions
from projections.audit_trail.tables import tables
from projections.audit_trail.written_events import EventRow, events_at, every_event, written_events
from projections.engine.paging import AnySelect, Json, Place, page_rows, paged_rows
from projections.engine.quarantine import GoalQuarantine, quarantined_goals, quarantined_in_org, refuse_if_quarantined
from projections.engine.statements import fetch

_NAME = "audit_trail"
_EVERY_EVENT = AuditFilter()
_EVENTS, _PLANS = (tables()[name] for name in ("events", "plans"))
_OF_GOAL = [_EVENTS.c[name] == bindparam(name) for name in GoalId._fields]
_LATEST_VERSION = select(func.max(_EVENTS.c.version)).where(*_OF_GOAL)
_TOLD_BY_THE_EVENTS = frozenset({"version", "position", "updated_at", "revisions"})


class NoSuchVersion(CairnError):
    """A version that the goal has not reached."""


class EventsPage(NamedTuple):
    """A page of events.

    Attributes:
        json: `items`, `next` and `quarantined`, as they are served.
        patients: Whose events are on it, or are missing.
    """

    json: bytes
    patients: frozenset[str]


class OneEvent(NamedTuple):
    """An event.

    Attributes:
        json: The event, as it is served.
    """

    goal_id: GoalId
    json: str


def history(
    connection: Connection,
    goal_id: GoalId,
    *,
    limit: int = 100,
    cursor: str | None = None,
    without: Collection[str] = (),
    newest_first: bool = False,
    diary: bool = True,
) -> EventsPage | None:
    """Everything that happened to one goal or plan, in its order, or None: `items`, `next` and `quarantined`.

    An item has the attributes of the CloudEvent (`type`, `actor`, `actorrole`, `enteredby`, `submittedby`,
    `submitterrole`, `time`, `recordedtime`, `source`, `id`, `version`, `position`, `causeversion` when it followed by
    itself), `data`, `sentence` (who did what, when it happened, on the sender's clock, and when it was recorded, on the
    clinic's), and `changes`: for a revision, an amendment or a correction each changed `field` by its dotted path, with
    `before` and `after`. `quarantined` is
    None unless events are missing at the end: then it has the last `version` that is here, and the `position` of the
    next event and the `reason` for which it could not be taken in.

    Args:
        without: The types of events that are left out.
        newest_first: Whether the last event comes first.
        diary: Whether the entries of the diary are among them.

    Raises:
        BadCursor: when the cursor is not from this list.
        GoalIsQuarantined: there are events, and none of them could be taken in.
    """
    query = _history(newest_first, diary)

    def fetch_rows(last: Place | None, most: int) -> Sequence[EventRow]:
        behind = {"behind": last[0] if last else LAST_POSITION if newest_first else 0, "most": most}
        return [EventRow._make(row) for row in fetch(connection, query, {**goal_id._asdict(), **behind})]

    rows, following = paged_rows(
        fetch_rows,
        of="history_newest_first" if newest_first else "history",
        kinds=(int,),
        key=lambda row: (row.position,),
        limit=limit,
        cursor=cursor,
    )
    if not rows and cursor is None:
        refuse_if_quarantined(connection, _NAME, goal_id)
        return None
    quarantined = with_version(connection, quarantined_goals(connection, _NAME, [goal_id])).get(goal_id)
    items = written_events(connection, [row for row in rows if row.type not in without])
    return _page(items, following, quarantined, {goal_id.patient})


def audit(
    connection: Connection,
    org: str,
    filters: AuditFilter = _EVERY_EVENT,
    *,
    limit: int = 100,
    cursor: str | None = None,
    newest_first: bool = False,
    counted: bool = False,
    without: Collection[str] = (),
) -> EventsPage:
    """Everything that was recorded in an organisation, in the order of the log: `items`, `next`, `quarantined` and
    `count`.

    An item is as in :func:`history`. `quarantined` lists the goals whose later events are missing: `org`, `patient`
    and `goal`, and what :func:`history` says of one; the first hundred. `count` is how many events there are on all
    pages, as :class:`projections.audit_trail.searching.Count` says it; None unless it is asked for.

    Args:
        newest_first: Whether the event that was recorded last comes first.
        counted: Whether they are counted.
        without: The types of events that are left out.

    Raises:
        BadCursor: when the cursor is not from this list.
    """
    where = found_positions(connection, org, filters)
    found, following = page_rows(
        connection,
        where,
        of="audit_newest_first" if newest_first else "audit",
        order=(where.selected_columns.position,),
        limit=limit,
        cursor=cursor,
        descending=newest_first,
    )
    quarantined = with_version(connection, quarantined_in_org(connection, _NAME, org, filters.patient))
    theirs = _patients_of(connection, org, filters.clinician) if filters.clinician and quarantined else None
    of_these = [
        {**goal_id._asdict(), **where}
        for goal_id, where in quarantined.items()
        if filters.goal in (None, goal_id.goal) and (theirs is None or goal_id.patient in theirs)
    ]
    rows = events_at(connection, org, [row.position for row in found])
    if newest_first:
        rows.reverse()
    patients = {row.patient for row in rows} | {each["patient"] for each in of_these}
    items = written_events(connection, [row for row in rows if row.type not in without])
    number = count(connection, org, filters, without=without) if counted else None
    return _page(items, following, of_these, patients, count=number)


def event(connection: Connection, org: str, position: int, *, without: Collection[str] = ()) -> OneEvent | None:
    """The event of an organisation at a position of its log, as in :func:`history`; None when there is none.

    Args:
        without: The types of events that are as if they were not there.
    """
    rows = [row for row in events_at(connection, org, [position]) if row.type not in without]
    for row, json in zip(rows, written_events(connection, rows), strict=True):
        return OneEvent(GoalId(org, row.patient, row.goal), json)
    return None


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
    between = fetch(connection, _BETWEEN_VERSIONS, {**goal_id._asdict(), "earlier": earlier, "later": later})
    before, after = (as_tree(states[version], leave_out=_TOLD_BY_THE_EVENTS) for version in (from_version, to_version))
    return {
        **goal_id._asdict(),
        "from": from_version,
        "to": to_version,
        "changes": [change._asdict() for change in differences(before, after)],
        "events": [from_json(each) for each in written_events(connection, [*map(EventRow._make, between)])],
        "quarantined": with_version(connection, quarantined_goals(connection, _NAME, [goal_id])).get(goal_id),
    }


def with_version(connection: Connection, quarantined: Mapping[GoalId, GoalQuarantine]) -> dict[GoalId, Json]:
    """Quarantined goals with the version that the trail has of each."""
    return {
        goal_id: at.at(connection.scalar(_LATEST_VERSION, goal_id._asdict()) or 0)
        for goal_id, at in quarantined.items()
    }


def _patients_of(connection: Connection, org: str, clinician: str) -> set[str]:
    of_the_clinician = select(_PLANS.c.patient).where(_PLANS.c.org == org, _PLANS.c.clinician == clinician)
    return set(connection.scalars(of_the_clinician))


def _page(
    items: Iterable[str],
    following: str | None,
    quarantined: object,
    patients: Iterable[str],
    **more: Count | None,
) -> EventsPage:
    told = {name: each and each._asdict() for name, each in more.items()}
    rest = to_json({"next": following, "quarantined": quarantined, **told}).decode()
    return EventsPage(f'{{"items":[{",".join(items)}],{rest[1:]}'.encode(), frozenset(patients))


@cache
def _history(newest_first: bool, diary: bool) -> AnySelect:
    found = places_of_goal(newest_first=newest_first, diary=diary)
    order = found.c.position.desc() if newest_first else found.c.position
    return every_event(found.join(_EVENTS, at_places(found))).order_by(order)


_BETWEEN_VERSIONS = (
    every_event()
    .where(*_OF_GOAL, _EVENTS.c.version > bindparam("earlier"), _EVENTS.c.version <= bindparam("later"))
    .order_by(_EVENTS.c.position)
)
