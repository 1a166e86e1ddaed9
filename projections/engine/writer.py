"""The database's side of the loop: a batch becomes rows, and rows and checkpoint become one transaction."""

import gc
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Generic

from sqlalchemy import Connection, Engine

from events.envelope import StoredMessage
from events.event import RecordedEvent
from events.identity import GoalId
from projections.engine.arrival import project_goal, read_messages
from projections.engine.checkpoint import CheckpointKey, move_checkpoint, read_checkpoint, start_checkpoint
from projections.engine.database import reading, writing
from projections.engine.memory import Memory
from projections.engine.pace import Pace
from projections.engine.projection import Projected, Projection, State
from projections.engine.quarantine import Quarantined, held_subjects, quarantine
from projections.engine.rows import collect, write
from projections.engine.status import Working, write_status
from projections.engine.tables import declare

_LOADED_AT_ONCE = 500


class ProjectionWriter(Generic[State]):
    """Builds one projection. Synchronous and used by one thread at a time.

    What is read before the transaction needs no lock: if anyone else wrote in between, the checkpoint has moved, and
    the transaction is refused.
    """

    def __init__(self, engine: Engine, projection: Projection[State], stream: str):
        self.key = CheckpointKey(projection.name, projection.version, stream)
        self.position = 0
        """The last position in the tables, as far as this copy knows."""
        self.head = 0
        self._engine = engine
        self._projection = projection
        self._memory: Memory[State] = Memory()
        self._held: dict[str, int] = {}
        self._pace = Pace(time.monotonic)
        self._recorded_at: datetime | None = None
        self._error: tuple[str, datetime] | None = None

    def resume(self) -> int:
        """Make the tables where they are missing, and go on from the checkpoint, which is returned.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database cannot do it now.
        """
        self._memory.forget()
        declare(self._engine, self._projection)
        with writing(self._engine) as connection:
            start_checkpoint(connection, self.key)
            self.position = read_checkpoint(connection, self.key) or 0
            self._held = held_subjects(connection, self.key)
        return self.position

    def take(self, messages: Sequence[StoredMessage], head: int) -> None:
        """Write what a batch comes to, and move the checkpoint to its last position, in one transaction.

        Raises:
            CheckpointMoved: another copy was faster; nothing was written.
            sqlalchemy.exc.SQLAlchemyError: nothing was written.

        After an error only :meth:`resume` leads on.
        """
        with _collector_paused():
            self._take(messages, head)

    def _take(self, messages: Sequence[StoredMessage], head: int) -> None:
        arrival = read_messages(messages, self._held)
        projected, refused = self._project(arrival.by_goal)
        refused += arrival.quarantined
        position = messages[-1].position
        self._pace.worked(len(messages))
        self._recorded_at = messages[-1].recorded_at
        self.head = max(self.head, head, position)
        with writing(self._engine) as connection:
            move_checkpoint(connection, self.key, expected=self.position, position=position)
            write(connection, self._projection.tables, collect(list(projected.values())))
            quarantine(connection, self.key, refused)
            state: Working = "live" if position >= self.head else "catching_up"
            self._write_status(connection, state)
        self.position = position
        for event in refused:
            self._held.setdefault(event.subject, event.position)
        for goal_id, each in projected.items():
            if each.after is not None:
                self._memory.keep(goal_id, each.after)

    def note(self, state: Working, head: int = 0, error: str | None = None) -> None:
        """Write down a state that no batch came with.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it was not written.
        """
        self.head = max(self.head, head)
        if error:
            self._error = (error, datetime.now(UTC))
        with writing(self._engine) as connection:
            self._write_status(connection, state)

    def _project(
        self, by_goal: Mapping[GoalId, Sequence[RecordedEvent]]
    ) -> tuple[dict[GoalId, Projected[State]], list[Quarantined]]:
        states = self._states(by_goal)
        projected: dict[GoalId, Projected[State]] = {}
        refused: list[Quarantined] = []
        for goal_id, events in by_goal.items():
            taken, rest = project_goal(self._projection, states.get(goal_id), events)
            refused += rest
            if taken is not None:
                projected[goal_id] = taken
        return projected, refused

    def _states(self, by_goal: Mapping[GoalId, Sequence[RecordedEvent]]) -> dict[GoalId, State]:
        """What is known of the goals before these events, as far as the projector needs it."""
        states: dict[GoalId, State] = {}
        unknown: list[GoalId] = []
        for goal_id, events in by_goal.items():
            state = self._memory.recall(goal_id)
            if state is not None:
                states[goal_id] = state
            elif events[0].version > 1 and self._projection.needs_state(events):
                unknown.append(goal_id)
        for start in range(0, len(unknown), _LOADED_AT_ONCE):
            with reading(self._engine) as connection:
                loaded = self._projection.load(connection, unknown[start : start + _LOADED_AT_ONCE])
            states.update((goal_id, remembered.state) for goal_id, remembered in loaded.items())
        return states

    def _write_status(self, connection: Connection, state: Working) -> None:
        write_status(
            connection,
            self.key,
            state=state,
            head=self.head,
            rate=self._pace.rate,
            recorded_at=self._recorded_at,
            error=self._error,
            now=datetime.now(UTC),
        )


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Put off Python's search for cycles until a batch is done: it has none, and by then most of it is gone again.

    In the middle of a rebuild the search costs a quarter of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
