"""The moments of a goal at which something but a diary entry happened, and who wrote which of its words.

A diary grows every day. What else happens to a goal is little, has an index of its own, and is found without it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, Subquery, and_, bindparam, literal_column, select

from events.event import RecordedEvent
from events.goal import GoalState, fold_goal
from events.goal.types import Activated, Imported, Proposed, Revised
from events.identity import GoalId
from events.vocabulary import ActorRole
from projections.audit_trail.events import happened, read_recorded
from projections.audit_trail.sentence import sentence
from projections.audit_trail.tables import DIARY_TYPE, tables
from projections.engine.paging import AnySelect, Json, Place, paged_rows, without_index
from projections.engine.plan_join import of_the_patient
from projections.engine.quarantine import refuse_if_quarantined
from projections.engine.statements import fetch

_NAME = "audit_trail"
_EVENTS, _PLANS = (tables()[name] for name in ("events", "plans"))
_OF_GOAL = [_EVENTS.c[name] == bindparam(name) for name in GoalId._fields]
_WRITING = (Proposed, Imported, Activated, Revised)
"""The events that tell what a goal's words are, and those that must be folded with them."""
LAST_POSITION = 2**63 - 1
# As the index has it: a database takes an index of a condition only for the very same condition.
NOT_OF_DIARY = literal_column(f"{_EVENTS.name}.type") != literal_column(f"'{DIARY_TYPE}'")
"""Whether an event is none that logs an entry."""


class _OfGoal(Protocol):
    """A row that is about an event."""

    @property
    def position(self) -> int: ...


AnyOfGoal = TypeVar("AnyOfGoal", bound=_OfGoal)


class Version(NamedTuple):
    """A goal before and after an event that proposed, brought in or revised it.

    Attributes:
        before: None where it began with this event.
    """

    recorded: RecordedEvent
    before: GoalState | None
    after: GoalState


class Written(NamedTuple):
    """Who wrote a text, and when."""

    text: str
    actor: str
    actorrole: ActorRole
    enteredby: str | None
    time: datetime
    recordedtime: datetime
    version: int
    position: int


class Steps(NamedTuple):
    """The texts of a goal's scale from one event on.

    Attributes:
        levels: By the number of the step, as :class:`events.vocabulary.GasScale` has them.
    """

    version: int
    position: int
    time: datetime
    recordedtime: datetime
    levels: dict[str, str]


class Texts(NamedTuple):
    """A goal's words, each with who wrote it.

    Attributes:
        statement: The words that the goal began with.
        wording: How it is put now; None where it was never put otherwise, or is no longer.
        steps: The texts of its scale, by the number of the step.
        scales: The scale in its former texts and in those of now, the oldest first; only what differs in its texts.
    """

    statement: Written
    wording: Written | None
    steps: dict[str, Written]
    scales: Sequence[Steps]


def moments(
    connection: Connection,
    goal_id: GoalId,
    *,
    newest_first: bool = False,
    limit: int = 100,
    cursor: str | None = None,
) -> Json | None:
    """When something but a diary entry happened to a goal, in the order of the log: `items` and `next`; None where
    nothing was recorded.

    An item has `version`, `position`, `type`, `actor`, `actorrole`, `enteredby`, `causeversion`, `time`,
    `recordedtime` and `sentence`, as a history has them.

    Raises:
        BadCursor: when the cursor is not from this list.
        GoalIsQuarantined: there are events, and none of them could be taken in.
    """

    query = _NEWEST if newest_first else _OLDEST
    found = goal_page(
        connection, goal_id, query, _Row._make, of="moments", newest_first=newest_first, limit=limit, cursor=cursor
    )
    return found and {"items": [_moment(row) for row in found.rows], "next": found.following}


def versions(
    connection: Connection, goal_id: GoalId, counts: Callable[[RecordedEvent], bool] = lambda _: True
) -> list[Version]:
    """The events that gave a goal its words, oldest first, each with the goal before and after it.

    The goals have no more than such events tell: neither diary nor reviews.

    Args:
        counts: Whether an event is looked at, where it is asked how the goal stood.

    Raises:
        GoalIsQuarantined: as :func:`moments`.
    """
    rows = connection.execute(_TELLING_WORDS, goal_id._asdict()).all()
    if not rows:
        refuse_if_quarantined(connection, _NAME, goal_id)
    return versions_of(recorded for recorded in map(read_recorded, rows) if counts(recorded))


def versions_of(events: Iterable[RecordedEvent]) -> list[Version]:
    """The same out of the events of a goal that tell its words; others are passed over."""
    found: list[Version] = []
    state: GoalState | None = None
    for recorded in events:
        if isinstance(recorded.data, _WRITING):
            before, state = state, fold_goal(state, recorded)
            if state is not None and not isinstance(recorded.data, Activated):
                found.append(Version(recorded, before, state))
    return found


def texts(versions: Iterable[Version]) -> Texts | None:
    """Who wrote each of a goal's words as they are after these events; None where there are no words yet."""
    statement: Written | None = None
    wording: Written | None = None
    steps: dict[str, Written] = {}
    scales: list[Steps] = []
    for recorded, before, after in versions:
        if before is None or statement is None:
            statement = _written(after.statement, recorded)
        if after.wording != (before.wording if before else None):
            wording = _written(after.wording, recorded) if after.wording else None
        were, are = _levels(before), _levels(after)
        steps = {
            level: steps[level] if were.get(level) == text and level in steps else _written(text, recorded)
            for level, text in are.items()
        }
        if are and (not scales or scales[-1].levels != are):
            when = (recorded.version, recorded.position, recorded.event.time, recorded.recorded_at)
            scales.append(Steps(*when, are))
    return Texts(statement, wording, steps, scales) if statement else None


class _Row(NamedTuple):
    version: int
    position: int
    type: str
    actor: str
    actor_role: str
    entered_by: str | None
    cause: int | None
    happened_at: datetime
    happened_offset: int
    recorded_at: datetime
    deed: str
    time_zone: str | None


def _moment(row: _Row) -> Json:
    at = happened(row)
    return {
        "version": row.version,
        "position": row.position,
        "type": row.type,
        "actor": row.actor,
        "actorrole": row.actor_role,
        "enteredby": row.entered_by,
        "causeversion": row.cause,
        "time": at,
        "recordedtime": row.recorded_at,
        "sentence": sentence(row.deed, at, row.recorded_at, row.time_zone),
    }


def _levels(goal: GoalState | None) -> dict[str, str]:
    return {str(level): text for level, text in goal.gas.levels.items()} if goal and goal.gas else {}


def _written(text: str, recorded: RecordedEvent) -> Written:
    event = recorded.event
    who = (event.actor.id, event.actor.role, event.entered_by)
    return Written(text, *who, event.time, recorded.recorded_at, recorded.version, recorded.position)


class GoalRows(NamedTuple, Generic[AnyOfGoal]):
    """A page of what happened to a goal; `following` is the cursor of the next one."""

    rows: Sequence[AnyOfGoal]
    following: str | None


def goal_page(
    connection: Connection,
    goal_id: GoalId,
    query: AnySelect,
    row_of: Callable[[Sequence[Any]], AnyOfGoal],
    *,
    of: str,
    newest_first: bool,
    limit: int,
    cursor: str | None,
) -> GoalRows[AnyOfGoal] | None:
    """A page of the events of a goal, by their positions; None where nothing was recorded.

    Args:
        query: On the places of :func:`places_of_goal`, in their order.
        row_of: Makes a row, which has a `position`, of its values.
        of: What the list is called, to which cursors are bound.

    Raises:
        BadCursor: when the cursor is not from this list.
        GoalIsQuarantined: there are events, and none of them could be taken in.
    """

    def fetch_rows(last: Place | None, most: int) -> Sequence[AnyOfGoal]:
        behind = last[0] if last else LAST_POSITION if newest_first else 0
        return [row_of(row) for row in fetch(connection, query, {**goal_id._asdict(), "behind": behind, "most": most})]

    rows, following = paged_rows(
        fetch_rows,
        of=f"{of}_newest_first" if newest_first else of,
        kinds=(int,),
        key=lambda row: (row.position,),
        limit=limit,
        cursor=cursor,
    )
    if not rows and cursor is None:
        refuse_if_quarantined(connection, _NAME, goal_id)
        return None
    return GoalRows(rows, following)


def places_of_goal(*, newest_first: bool, diary: bool) -> Subquery:
    """Where the next events of a goal are: `org` and `position`, as an index tells them.

    They are found in the index alone, and read afterwards: else SQLite goes through the events of all goals, which are
    in order. Parameters are those of a goal's id, `behind`, the position behind which to begin, and `most`.
    """
    position = _EVENTS.c.position
    behind = position < bindparam("behind") if newest_first else position > bindparam("behind")
    return (
        select(_EVENTS.c.org, position)
        .where(*_OF_GOAL, behind, *(() if diary else (NOT_OF_DIARY,)))
        .order_by(position.desc() if newest_first else position)
        .limit(bindparam("most"))
        .subquery("found")
    )


def at_places(found: Subquery) -> ColumnElement[bool]:
    """The condition that a row of events is at one of the places."""
    return and_(_EVENTS.c.org == found.c.org, _EVENTS.c.position == found.c.position)


def _listed(*, newest_first: bool) -> AnySelect:
    found = places_of_goal(newest_first=newest_first, diary=False)
    columns = (_EVENTS.c[name] for name in _Row._fields[:-1])
    rows = select(*columns, _PLANS.c.time_zone).select_from(
        found.join(_EVENTS, at_places(found)).outerjoin(_PLANS, of_the_patient(_PLANS, _EVENTS))
    )
    return rows.order_by(found.c.position.desc() if newest_first else found.c.position)


def _telling_words() -> AnySelect:
    found = select(_EVENTS.c.org, _EVENTS.c.position).where(*_OF_GOAL, NOT_OF_DIARY).subquery("found")
    # A goal has few events, and an organisation has many of a type.
    of_these = without_index(_EVENTS.c.type).in_([kind.type_name for kind in _WRITING])
    return select(_EVENTS).select_from(found.join(_EVENTS, at_places(found))).where(of_these).order_by(found.c.position)


_OLDEST, _NEWEST = _listed(newest_first=False), _listed(newest_first=True)
_TELLING_WORDS = _telling_words()
