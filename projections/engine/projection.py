"""What a projection is: tables, a pure projector, and how it remembers what it has folded so far."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Connection, Select, Table

from events.event import RecordedEvent
from events.identity import GoalId
from projections.engine.naming import Naming, Slot

State = TypeVar("State")
Row = Mapping[str, object]
"""Values by the name of their column."""
Upcoming = Mapping[GoalId, Sequence[RecordedEvent]]
"""The next events of some goals, each goal's in order."""
Tables = Mapping[str, Table]
"""A projection's tables by the name its projector knows them by (`goals`), wherever they stand."""


@dataclass(frozen=True)
class View:
    """A view for SQL dashboards.

    Attributes:
        about: What a row of it is.
        meanings: What each column tells, by its name and in its order.
        query: Its rows out of the live tables.
    """

    about: str
    meanings: Mapping[str, str]
    query: Select[*tuple[Any, ...]]  # Any: columns of many types


SUMS = "sums"
"""In the `info` of a table: it holds nothing but what the rows of others add up to."""
Views = Mapping[str, View]
"""By name."""


def no_views(tables: Tables, dialect: str) -> Views:
    """For `views`: there are none."""
    return {}


class Remembered(NamedTuple, Generic[State]):
    """A folded state, and the length of its stored text, by which the memory for states is bounded."""

    state: State
    weight: int


_NONE: Mapping[str, Sequence[Row]] = {}


class Projected(NamedTuple, Generic[State]):
    """What a run of one goal's (or plan's) events comes to.

    Attributes:
        upserts: Whole rows to write, by table; a row that is there already is replaced.
        deletes: Keys of rows to remove, by table.
        updates: Some columns, the same for all, of rows that are there, with their keys, by table.
        after: The folded state after the events, worth keeping for the next run; None when there is nothing to keep.
        adds_up_anew: Whether what the rows of a patient add up to may be something else now (`Projection.add_up`).
    """

    upserts: Mapping[str, Sequence[Row]] = _NONE
    deletes: Mapping[str, Sequence[Row]] = _NONE
    updates: Mapping[str, Sequence[Row]] = _NONE
    after: Remembered[State] | None = None
    adds_up_anew: bool = True


def _all_of_it(after: Remembered[State]) -> Remembered[State]:
    return after


def _for_all(state: State, events: Sequence[RecordedEvent]) -> bool:
    return True


@dataclass(frozen=True)
class Projection(Generic[State]):
    """A read model: what the engine needs to build it.

    Every goal, and every plan, is projected by itself: rows belong to one of them, and the projector sees the events
    of one at a time. That is what lets a goal that cannot be projected be quarantined while all others go on.

    Attributes:
        name: As in `cairn serve projection NAME`.
        version: Raised whenever the tables, what the projector puts into them, or the views change. A service that
            finds an older one live builds its own beside it from the log's beginning, and puts it in its place once it
            is complete.
        declare: The tables under the names of one build, all in one MetaData; the same names give the same tables.
        needs_state: Whether these events of one goal can only be projected with the state before them.
        load: The states of the given goals out of these tables, as far as their next events need them; goals that are
            not there are left out.
        project: Pure: (state before the events or None, the events of one goal in order) → row changes.
        kept: What of the state after some events is kept in mind for the next ones.
        suffices: Whether what was kept in mind is all that the projector needs for the next events; where it is not,
            the state is loaded.
        views: What SQL dashboards read: (the live tables, `sqlite` or `postgresql`) → views.
        most_together: How many events one transaction takes in while others catch up too. Many are worth it where a
            goal's state is loaded, and its row written, once for all of its events in a batch.
        add_up: Writes what the rows of patients, of whatever goals and plans, add up to, into a table that is named by
            :data:`SUMS`: of these patients, or of everyone. It is called for those whose rows have changed, in the
            same transaction; and for everyone before a build goes live, because until then nobody reads it.
    """

    name: str
    version: int
    declare: Callable[[Naming], Tables]
    needs_state: Callable[[Sequence[RecordedEvent]], bool]
    load: Callable[[Connection, Tables, Upcoming], Mapping[GoalId, Remembered[State]]]
    project: Callable[[State | None, Sequence[RecordedEvent]], Projected[State]]
    views: Callable[[Tables, str], Views] = no_views
    kept: Callable[[Remembered[State]], Remembered[State]] = _all_of_it
    suffices: Callable[[State, Sequence[RecordedEvent]], bool] = _for_all
    most_together: int = 8_000
    add_up: Callable[[Connection, Tables, Collection[GoalId] | None], None] | None = None

    def tables(self, slot: Slot = Slot.LIVE) -> Tables:
        """Its tables in one slot."""
        return self.declare(Naming(self.name, slot))


def always(events: Sequence[RecordedEvent]) -> bool:
    """For `needs_state`: the projector is a fold."""
    return True
