"""The database's side of keeping up: rows and checkpoint in one transaction, so that every record is in it once."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, delete, insert

from events.access_record import ACCESS_STREAM
from events.envelope import StoredMessage
from events.log.anchor import Anchor
from projections.access_record.projector import project
from projections.access_record.tables import NAME, VERSION, tables
from projections.engine.builds import Superseded, build_at, drop
from projections.engine.checkpoint import (
    Checkpoint,
    CheckpointKey,
    compare_checkpoint,
    find_checkpoint,
    move_checkpoint,
    start_checkpoint,
)
from projections.engine.database import reading, writing
from projections.engine.naming import Slot
from projections.engine.quarantine import quarantine
from projections.engine.rows import collect, write
from projections.engine.status import Working
from projections.engine.status_writer import StatusWriter
from projections.engine.tables import BUILDS, QUARANTINE, declare_own

KEY = CheckpointKey(NAME, Slot.LIVE, ACCESS_STREAM)
"""Whose checkpoint is moved."""
_READINGS, _PATIENTS = tables()["readings"], tables()["patients"]


class AccessWriter:
    """Builds the tables from the stream. Synchronous and used by one thread at a time.

    If another copy wrote in between, the checkpoint has moved, and a transaction is refused.
    """

    def __init__(self, engine: Engine):
        self._engine = engine
        self._at = Checkpoint(position=0, epoch=0)
        self._status = StatusWriter()

    @property
    def anchor(self) -> Anchor:
        """The last position in the tables, and what the stream must hold there for the tables to be of it."""
        return self._at.anchor

    def resume(self) -> int:
        """Find the tables, or make them where there are none, or older ones; the position of their checkpoint.

        Tables of an older version are dropped, and built again from the stream.

        Raises:
            Superseded: the tables are of a newer version.
            sqlalchemy.exc.SQLAlchemyError: the database cannot do it now.
        """
        with writing(self._engine) as connection:
            declare_own(connection)
            _declare(connection)
            self._at = start_checkpoint(connection, KEY)
            self._status.resume(connection, KEY)
        return self._at.position

    def take(self, messages: Sequence[StoredMessage], head: int) -> None:
        """Write what messages come to, and move the checkpoint to the last of them, in one transaction.

        Args:
            head: The last position of the stream, as far as is known.

        Raises:
            CheckpointMoved, CheckpointPutBack, TablesChanged: nothing was written; :meth:`resume` leads on.
            sqlalchemy.exc.SQLAlchemyError: nothing was written.
        """
        projected, refused = project(messages)
        changes = collect(projected)
        self._status.took(messages, head)
        with writing(self._engine) as connection:
            moved = move_checkpoint(connection, KEY, expected=self._at, to=Anchor.at(messages[-1]))
            write(connection, tables(), changes)
            quarantine(connection, KEY, refused)
            self._status.write(connection, KEY, "live" if messages[-1].position >= head else "catching_up")
        self._at = moved

    def look(self) -> None:
        """Compare the checkpoint in the database with the one in mind.

        Raises:
            CheckpointMoved, CheckpointPutBack, TablesChanged: it is another one; :meth:`resume` leads on.
            sqlalchemy.exc.SQLAlchemyError: the database cannot tell now.
        """
        with reading(self._engine) as connection:
            compare_checkpoint(KEY, expected=self._at, found=find_checkpoint(connection, KEY))

    def forget_before(self, position: int) -> None:
        """Take out what the stream does not hold any more, because its age has ended it.

        Args:
            position: The first position that the stream holds.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: nothing was changed.
        """
        with writing(self._engine) as connection:
            for table in (_PATIENTS, _READINGS):
                connection.execute(delete(table).where(table.c.position < position))
            mine = QUARANTINE.c.projection == NAME
            connection.execute(delete(QUARANTINE).where(mine, QUARANTINE.c.position < position))

    def note(self, state: Working, head: int, error: str | None = None) -> None:
        """Write down a state that no message came with.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it was not written.
        """
        self._status.head = max(self._status.head, head)
        if error:
            self._status.failed(error)
        with writing(self._engine) as connection:
            self._status.write(connection, KEY, state)

    def note_replaced(self, head: int, error: str) -> None:
        """Write down that the stream is another one than the tables are of.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it was not written.
        """
        with writing(self._engine) as connection:
            self._status.write_replaced(connection, KEY, head, error)


def begin_anew(connection: Connection) -> bool:
    """Drop the tables, so that the service builds them again from the stream; False when there are none."""
    return drop(connection, NAME, Slot.LIVE)


def _declare(connection: Connection) -> None:
    found = build_at(connection, NAME, Slot.LIVE)
    if found is not None and found.version > VERSION:
        raise Superseded(f"Version {found.version} of {NAME} is live, and this is version {VERSION}.")
    if found is not None and found.version < VERSION:
        begin_anew(connection)
        found = None
    if found is None:
        declared = tables()
        _READINGS.metadata.create_all(connection)
        row = {"version": VERSION, "number": 1, "tables": ",".join(declared), "started_at": datetime.now(UTC)}
        connection.execute(insert(BUILDS).values(projection=NAME, slot=Slot.LIVE, **row))
