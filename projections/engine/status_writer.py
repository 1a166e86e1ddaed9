"""What a writer notes of how its projection is doing: how far the log goes, how fast it is, and its last trouble."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from events.envelope import StoredMessage
from projections.engine.checkpoint import CheckpointKey
from projections.engine.pace import Pace
from projections.engine.status import Working, last_recorded_at, write_replaced, write_status


class StatusWriter:
    """Keeps in mind what the writer has seen, and writes it down in the writer's transactions.

    Attributes:
        head: The last position of the stream, as far as is known here.
    """

    def __init__(self) -> None:
        self.head = 0
        self._pace = Pace(time.monotonic)
        self._recorded_at: datetime | None = None
        self._error: tuple[str, datetime] | None = None

    def resume(self, connection: Connection, key: CheckpointKey) -> None:
        """Go on from what was written down last."""
        self._recorded_at = last_recorded_at(connection, key)

    def took(self, messages: Sequence[StoredMessage], head: int) -> None:
        """Remember that a batch was worked on.

        Args:
            head: The last position of the stream, as far as is known.
        """
        self._pace.worked(len(messages))
        self._recorded_at = messages[-1].recorded_at
        self.head = max(self.head, head, messages[-1].position)

    def failed(self, error: str) -> None:
        """Remember a trouble, which stays written down until there is another one; once `live`, it is over."""
        self._error = (error, datetime.now(UTC))

    def write(self, connection: Connection, key: CheckpointKey, state: Working) -> None:
        """Write all of it down."""
        write_status(
            connection,
            key,
            state=state,
            head=self.head,
            rate=self._pace.rate,
            recorded_at=self._recorded_at,
            error=self._error,
            now=datetime.now(UTC),
        )

    def write_replaced(self, connection: Connection, key: CheckpointKey, head: int, error: str) -> None:
        """Write down that the log is another one than the tables are of, and where it ends."""
        self.head = head
        self._error = (error, datetime.now(UTC))
        write_replaced(connection, key, head=head, error=self._error)
