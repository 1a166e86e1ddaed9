"""What a projection is: tables, a pure projector, and how it remembers what it has folded so far."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy import Connection, MetaData, Table

from events.event import RecordedEvent
from events.identity import GoalId

State = TypeVar("State")
Row = Mapping[str, object]
"""Values by the name of their column."""
Tables = Mapping[str, Table]
"""A projection's tables by the name its projector knows them by (`goals`), whatever their version is called."""


class Remembered(NamedTuple, Generic[State]):
    """A folded state, and the length of its stored text, by which the memory for states is bounded."""

    state: State
    weight: int


@dataclass(frozen=True, slots=True)
class Projected(Generic[State]):
    """What a run of one goal's (or plan's) events comes to.

    Attributes:
        upserts: Whole rows to write, by table; a row that is there already is replaced.
        deletes: Keys of rows to remove, by table.
        after: The folded state after the events, worth keeping for the next run; None when there is nothing to keep.
    """

    upserts: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    deletes: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    after: Remembered[State] | None = None


@dataclass(frozen=True)
class Projection(Generic[State]):
    """A read model: what the engine needs to build it.

    Every goal, and every plan, is projected by itself: rows belong to one of them, and the projector sees the events
    of one at a time. That is what lets a goal that cannot be projected be held while all others go on.

    Attributes:
        name: As in `cairn serve projection NAME`.
        version: Raised whenever the tables, or what the projector puts into them, change. Each version has tables of
            its own and starts from the log's beginning, so that a new one can be built beside the one being read.
        tables: All in one MetaData; their real names carry the version.
        needs_state: Whether these events of one goal can only be projected with the state before them.
        load: The states of the given goals out of the tables; goals that are not there are left out.
        project: Pure: (state before the events or None, the events of one goal in order) → row changes.
    """

    name: str
    version: int
    tables: Tables
    needs_state: Callable[[Sequence[RecordedEvent]], bool]
    load: Callable[[Connection, Sequence[GoalId]], Mapping[GoalId, Remembered[State]]]
    project: Callable[[State | None, Sequence[RecordedEvent]], Projected[State]]

    @property
    def metadata(self) -> MetaData:
        """Where all its tables are declared."""
        return next(iter(self.tables.values())).metadata


def always(events: Sequence[RecordedEvent]) -> bool:
    """For `needs_state`: the projector is a fold."""
    return True
