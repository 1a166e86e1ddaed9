"""Where events are in the log, and of whom: what a proof needs to know, and no word of what they say."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from events.identity import GoalId, goal_id_of
from projections.audit_trail.queries import with_version
from projections.audit_trail.tables import tables
from projections.engine.naming import Slot
from projections.engine.paging import Json, paged_rows
from projections.engine.quarantine import quarantined_goals, refuse_if_quarantined
from projections.engine.statements import fetch
from projections.engine.tables import QUARANTINE

_NAME = "audit_trail"
_EVENTS = tables()["events"]


class EventPlace(NamedTuple):
    """Where an event is.

    Attributes:
        version: Its place among those of its goal.
        type: Its type.
    """

    position: int
    version: int
    type: str


class PlacesPage(NamedTuple):
    """A page of the places of a goal's events.

    Attributes:
        following: The cursor of the next page; None at the end.
        quarantined: Where the later events are missing, and why; None where none are.
    """

    places: Sequence[EventPlace]
    following: str | None
    quarantined: Json | None


def goal_at(connection: Connection, org: str, position: int, *, without: Collection[str] = ()) -> GoalId | None:
    """The goal or plan of the event of an organisation at a position of its log; None when there is none.

    Args:
        without: The types of events that are as if they were not there.
    """
    rows = fetch(connection, _AT, {"org": org, "position": position})
    return next((GoalId(org, patient, goal) for patient, goal, type_name in rows if type_name not in without), None)


def places_of(
    connection: Connection, goal_id: GoalId, *, limit: int, cursor: str | None = None, without: Collection[str] = ()
) -> PlacesPage | None:
    """The places of the events of a goal or plan, in its order; None when there is no such goal.

    Args:
        without: The types of events that are left out.

    Raises:
        BadCursor: when the cursor is not from this list.
        GoalIsQuarantined: there are events, and none of them could be taken in.
    """
    rows, following = paged_rows(
        lambda last, most: [
            EventPlace._make(row)
            for row in fetch(
                connection, _OF_GOAL, {**goal_id._asdict(), "behind": last[0] if last else 0, "most": most}
            )
        ],
        of="places",
        kinds=(int,),
        key=lambda row: (row.position,),
        limit=limit,
        cursor=cursor,
    )
    if not rows and cursor is None:
        refuse_if_quarantined(connection, _NAME, goal_id)
        return None
    quarantined = with_version(connection, quarantined_goals(connection, _NAME, [goal_id])).get(goal_id)
    return PlacesPage([row for row in rows if row.type not in without], following, quarantined)


def organisations(connection: Connection) -> set[str]:
    """Every organisation of which there are events, also of those that could not be taken in."""
    found: set[str] = set()
    last = ""
    while rows := fetch(connection, _NEXT_ORG, {"last": last}):
        ((last,),) = rows
        found.add(last)
    of_the_trail = (QUARANTINE.c.projection == _NAME, QUARANTINE.c.slot == Slot.LIVE)
    subjects = connection.scalars(select(QUARANTINE.c.subject).where(*of_the_trail).distinct())
    return found | {goal_id_of(subject).org for subject in subjects}


_AT = select(_EVENTS.c.patient, _EVENTS.c.goal, _EVENTS.c.type).where(
    _EVENTS.c.org == bindparam("org"), _EVENTS.c.position == bindparam("position")
)
_OF_GOAL = (
    select(*(_EVENTS.c[name] for name in EventPlace._fields))
    .where(*(_EVENTS.c[name] == bindparam(name) for name in GoalId._fields), _EVENTS.c.position > bindparam("behind"))
    .order_by(_EVENTS.c.position)
    .limit(bindparam("most"))
)
_NEXT_ORG = select(_EVENTS.c.org).where(_EVENTS.c.org > bindparam("last")).order_by(_EVENTS.c.org).limit(1)
"""Each organisation is found by the index at once; to look at all of their events would take seconds."""
