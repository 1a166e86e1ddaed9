"""The database's side of the loop: a batch becomes rows, and rows and checkpoint become one transaction."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Generic

from sqlalchemy import Engine

from events.envelope import StoredMessage
from events.log.anchor import Anchor
from events.tracing import tracing
from projections.engine.builds import build_at, drop, go_live, is_complete, slot_to_write
from projections.engine.checkpoint import (
    Checkpoint,
    CheckpointKey,
    CheckpointPutBack,
    TablesChanged,
    compare_checkpoint,
    find_checkpoint,
    move_checkpoint,
    read_checkpoint,
    start_checkpoint,
)
from projections.engine.collector import collector_paused
from projections.engine.database import reading, writing
from projections.engine.decoding import Arrival, anchor_at
from projections.engine.memory import MOST_CHARACTERS_REMEMBERED
from projections.engine.naming import Slot
from projections.engine.projecting import Projecting
from projections.engine.projection import Projection, State
from projections.engine.quarantine import leave_quarantine, quarantine, quarantined_subjects
from projections.engine.rows import write
from projections.engine.statistics import FEWEST_EVENTS, count_rows
from projections.engine.status import Working
from projections.engine.status_writer import StatusWriter
from projections.engine.sums import add_up_build, add_up_changes
from projections.engine.tables import declare_own, one_at_a_time

_NOTHING_AGAIN: Mapping[str, Sequence[StoredMessage]] = {}


class ProjectionWriter(Generic[State]):
    """Builds one projection from one stream. Synchronous and used by one thread at a time.

    It reads before the transaction without a lock. If another copy wrote in between, the checkpoint has moved, and the
    transaction is refused.

    Args:
        stream: The one that it is built from.
        beside: Whether to build beside the live tables whatever their version is. Otherwise that is done only when
            there are none, or older ones.
        remembers: As :class:`projections.engine.projecting.Projecting` takes it.

    Attributes:
        key: Whose checkpoint it moves, known once it has resumed.
    """

    def __init__(
        self,
        engine: Engine,
        projection: Projection[State],
        stream: str,
        *,
        beside: bool = False,
        remembers: int = MOST_CHARACTERS_REMEMBERED,
    ):
        self.key = CheckpointKey(projection.name, Slot.BUILDING if beside else Slot.LIVE, stream)
        self._engine = engine
        self._projection = projection
        self._beside = beside
        self._at = Checkpoint(position=0, epoch=0)
        self._resumed = False
        self._remembers = remembers
        self._projecting = self._new_projecting()
        self._quarantined: dict[str, int] = {}
        self._status = StatusWriter()
        self._counted_beside = False
        self._count_at = 0
        """From which position on the rows of the live tables are counted again."""

    @property
    def head(self) -> int:
        """The last position of the stream, as far as is known here."""
        return self._status.head

    @property
    def position(self) -> int:
        """The last position in the tables, as far as this copy knows."""
        return self._at.position

    @property
    def anchor(self) -> Anchor:
        """That position, and what the log must hold there for the tables to be of it."""
        return self._at.anchor

    @property
    def version(self) -> int:
        """Of the projection."""
        return self._projection.version

    @property
    def most_together(self) -> int:
        """Of the projection."""
        return self._projection.most_together

    @property
    def restored_in_steps(self) -> bool:
        """Whether a backup comes back table by table; an SQLite file is put in place as a whole."""
        return not self._is_on_sqlite

    @property
    def is_live(self) -> bool:
        """Whether it writes the tables that are read."""
        return self.key.slot is Slot.LIVE

    def resume(self) -> int:
        """Find the tables, or make them where there are none, and go on from the checkpoint, which is returned.

        Raises:
            Superseded: the live tables are of a newer version.
            sqlalchemy.exc.SQLAlchemyError: the database cannot do it now.
        """
        with writing(self._engine) as connection:
            declare_own(connection)
            slot = slot_to_write(connection, self._projection, beside=self._beside)
            self.key = self.key._replace(slot=slot)
            before, self._at = self._at, start_checkpoint(connection, self.key)
            self._quarantined = quarantined_subjects(connection, self.key)
            self._status.resume(connection, self.key)
        if self._resumed and self._at.epoch == before.epoch and self._at.position < before.position:
            self._status.failed(str(CheckpointPutBack(self.key.projection, was=before.position, now=self._at.position)))
        self._resumed = True
        self._count_at = max(FEWEST_EVENTS, self._at.position)
        self._projecting = self._new_projecting()
        return self.position

    def take(
        self,
        messages: Sequence[StoredMessage],
        head: int,
        *,
        begins: Callable[[], None] | None = None,
        again: Mapping[str, Sequence[StoredMessage]] = _NOTHING_AGAIN,
        held: Callable[[], None] | None = None,
    ) -> None:
        """Write what a batch comes to, and move the checkpoint to its last position, in one transaction.

        Args:
            head: The last position of the stream, as far as is known.
            begins: Called when all rows are computed and the transaction begins: from then on the process mostly waits.
            again: What :func:`projections.engine.healing.read_again` gives for the messages.
            held: Called as soon as nobody else needs to hold the messages: each is dropped once its rows are computed.

        Raises:
            CheckpointMoved: another copy was faster; nothing was written.
            CheckpointPutBack: the database was put back to an earlier state; nothing was written.
            TablesChanged: the tables have been rebuilt or mended; nothing was written.
            sqlalchemy.exc.SQLAlchemyError: nothing was written.

        After an error only :meth:`resume` leads on.
        """
        with collector_paused():
            self._take(messages, head, begins, again, held)

    def _take(
        self,
        messages: Sequence[StoredMessage],
        head: int,
        begins: Callable[[], None] | None,
        again: Mapping[str, Sequence[StoredMessage]],
        held: Callable[[], None] | None,
    ) -> None:
        began = time.time_ns()
        arrival = Arrival(messages, self._quarantined, again)
        anchor = anchor_at(messages[-1])
        self._status.took(messages, head)
        # What is built beside was projected, and traced, when it was new.
        traced = [*messages] if tracing.tracer is not None and self.is_live else []
        if held:
            held()
        changes, patients, refused = self._projecting.project(arrival.goals())
        refused += arrival.quarantined
        if begins:
            begins()
        with writing(self._engine) as connection:
            moved = move_checkpoint(connection, self.key, expected=self._at, to=anchor)
            write(connection, self._projection.tables(self.key.slot), changes)
            add_up_changes(connection, self._projection, self.key.slot, patients)
            leave_quarantine(connection, self.key, arrival.again & self._quarantined.keys())
            quarantine(connection, self.key, refused)
            state: Working = "live" if anchor.position >= self.head else "catching_up"
            self._status.write(connection, self.key, state)
        self._at = moved
        for subject in arrival.again:
            self._quarantined.pop(subject, None)
        for event in refused:
            self._quarantined.setdefault(event.subject, event.position)
        self._projecting.remember()
        if tracing.tracer is not None and traced:
            quarantined = {event.position for event in refused}
            tracing.tracer.projected(self.key.projection, self.key.stream, traced, quarantined, began)
        self._count_as_it_grows()

    def note(self, state: Working, head: int = 0, error: str | None = None) -> None:
        """Write down a state that no batch came with.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it was not written.
        """
        self._status.head = max(self.head, head)
        if error:
            self._status.failed(error)
        with writing(self._engine) as connection:
            self._status.write(connection, self.key, state)

    def stopped(self) -> None:
        """Write down that the tables are not kept up any longer; by now those that were built beside may be live.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it was not written.
        """
        with writing(self._engine) as connection:
            if build_at(connection, self._projection.name, self.key.slot) is None:
                self.key = self.key._replace(slot=Slot.LIVE)
            self._status.write(connection, self.key, "stopped")

    def note_replaced(self, head: int, error: str) -> None:
        """Write down, where the live tables have their state, that the log is another one than they are of.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it was not written.
        """
        with writing(self._engine) as connection:
            self._status.write_replaced(connection, self._live_key, head, error)

    def look(self) -> Checkpoint | None:
        """Compare the checkpoint in the database with the one in mind.

        Returns:
            The checkpoint of the live tables, when others are being built beside them.

        Raises:
            CheckpointMoved, CheckpointPutBack, TablesChanged: it is another one; :meth:`resume` leads on.
            sqlalchemy.exc.SQLAlchemyError: the database cannot tell now.
        """
        with reading(self._engine) as connection:
            compare_checkpoint(self.key, expected=self._at, found=find_checkpoint(connection, self.key))
            return None if self.is_live else read_checkpoint(connection, self._live_key)

    def has_lost_tables(self) -> bool:
        """Whether the tables that were live are gone, perhaps because a backup is just being restored.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database cannot tell now.
        """
        if not (self._resumed and self.is_live):
            return False
        with reading(self._engine) as connection:
            return find_checkpoint(connection, self.key) is None

    def drop_outdated(self) -> bool:
        """Drop what was built beside for a log that is not there any more; False for the live tables, which stay.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: nothing was changed.
        """
        if self.is_live:
            return False
        with writing(self._engine) as connection:
            one_at_a_time(connection)
            if read_checkpoint(connection, self.key) == self._at:  # or somebody else has begun it anew already
                drop(connection, self.key.projection, self.key.slot)
        return True

    def name_event(self, anchor: Anchor) -> None:
        """Add to the checkpoint which event is at its position, where an older Cairn has not written that down.

        Raises:
            CheckpointMoved, CheckpointPutBack, TablesChanged: as :meth:`look`.
            sqlalchemy.exc.SQLAlchemyError: nothing was changed.
        """
        if anchor.position != self.position:
            return
        with writing(self._engine) as connection:
            moved = move_checkpoint(connection, self.key, expected=self._at, to=anchor)
        self._at = moved

    def go_live(self, streams: Collection[str], of_another_log: Mapping[str, Checkpoint] | None = None) -> bool:
        """Put what was built beside in the place of the live tables, if it is complete; :meth:`resume` leads on.

        Args:
            streams: All that the projection is built from; each must have come to its end, and as far as in the live
                tables.
            of_another_log: The live checkpoints that the log does not bear out, by stream: they do not count.

        Returns:
            Whether it was done.

        Raises:
            TablesChanged: somebody else has done it.
            TablesInUse: somebody is reading the live tables, so that it is to be tried again in a moment.
        """
        self._count_beside()
        with writing(self._engine) as connection:
            one_at_a_time(connection)
            if build_at(connection, self._projection.name, Slot.BUILDING) is None:
                raise TablesChanged(f"The tables of {self._projection.name} have been changed.")
            other = of_another_log or {}
            keys = {stream: self.key._replace(stream=stream) for stream in streams}
            if not all(is_complete(connection, key, other.get(stream)) for stream, key in keys.items()):
                return False
            add_up_build(connection, self._projection)
            go_live(connection, self._projection)
            if self._is_on_sqlite and self.position >= FEWEST_EVENTS:
                # Only now, because what SQLite knows of tables does not follow them to another name.
                count_rows(connection, self._projection.tables().values())
        self.key = self._live_key  # what is noted before it resumes belongs there
        return True

    def _count_beside(self) -> None:
        """Count what was built beside, once, before the swap: on PostgreSQL that takes too long to keep readers out."""
        if self._is_on_sqlite or self._counted_beside or self.position < FEWEST_EVENTS:
            return
        with writing(self._engine) as connection:
            if build_at(connection, self._projection.name, Slot.BUILDING) is not None:
                count_rows(connection, self._projection.tables(Slot.BUILDING).values())
        self._counted_beside = True

    def _count_as_it_grows(self) -> None:
        """Count the live tables whenever they have twice as many events, which SQLite does not do by itself."""
        if not (self._is_on_sqlite and self.is_live) or self.position < self._count_at:
            return
        with writing(self._engine) as connection:
            count_rows(connection, self._projection.tables().values())
        self._count_at = 2 * self.position

    def _new_projecting(self) -> Projecting[State]:
        tables = self._projection.tables(self.key.slot)
        return Projecting(self._engine, self._projection, tables, self._remembers)

    @property
    def _is_on_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @property
    def _live_key(self) -> CheckpointKey:
        return self.key._replace(slot=Slot.LIVE)
