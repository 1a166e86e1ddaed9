"""The projections of one database, as a test sees them while services write to them."""

from collections.abc import Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import func, select

from events.envelope import StoredMessage
from events.log import Log
from events.log.stream import STREAM
from projections.catalog import projection_named
from projections.engine.builds import Build, build_at
from projections.engine.database import open_database, reading, writing
from projections.engine.naming import Slot
from projections.engine.projection import Projection
from projections.engine.tables import CHECKPOINTS, QUARANTINE, declare_own
from projections.engine.writer import ProjectionWriter
from tests.waiting import eventually

Rows = dict[str, list[tuple[object, ...]]]
_BATCH = 2_000
_COMING_SECONDS = 120


class Tables:
    """A database, which may be at any point of the work."""

    def __init__(self, url: str):
        self.url = url
        self._engine = open_database(url)
        with writing(self._engine) as connection:
            declare_own(connection)

    def close(self) -> None:
        """Let go of its connections."""
        self._engine.dispose()

    def position(self, name: str, *places: Slot) -> int:
        """How far a projection has come, in the furthest of these places; of all places when none is named."""
        its = (CHECKPOINTS.c.projection == name, CHECKPOINTS.c.slot.in_(places or tuple(Slot)))
        with reading(self._engine) as connection:
            return connection.scalar(select(func.max(CHECKPOINTS.c.position)).where(*its)) or 0

    def build(self, name: str, slot: Slot) -> Build | None:
        """What stands in a place."""
        with reading(self._engine) as connection:
            return build_at(connection, name, slot)

    async def comes_to(self, name: str, position: int) -> None:
        """Wait until everything up to a position can be read."""
        await eventually(lambda: self.position(name, Slot.LIVE) >= position, within=_COMING_SECONDS)

    def rows(self, name: str, slot: Slot = Slot.LIVE) -> Rows:
        """Every row of a projection, in the order of its keys, and what is in quarantine."""
        quarantined = select(QUARANTINE.c.position).where(QUARANTINE.c.projection == name)
        with reading(self._engine) as connection:
            found = {
                table: [tuple(row) for row in connection.execute(select(each).order_by(*each.primary_key))]
                for table, each in projection_named(name).tables(slot).items()
            }
            return {**found, "quarantine": [tuple(row) for row in connection.execute(quarantined)]}


async def whole(log: Log) -> list[StoredMessage]:
    """Everything that the log holds."""
    head = await log.head()
    kept: list[StoredMessage] = []
    async for batch in log.follow(batch=_BATCH):
        kept += batch.messages
        if kept and kept[-1].position >= head:
            break
    return kept


def rebuilt(name: str, messages: Sequence[StoredMessage], url: str) -> Rows:
    """The rows that a projection comes to from the first event on, undisturbed, in an empty database."""
    projection: Projection[Any] = projection_named(name)  # Any: of whatever state
    engine = open_database(url)
    writer = ProjectionWriter(engine, projection, STREAM)
    writer.resume()
    for start in range(0, len(messages), _BATCH):
        writer.take(messages[start : start + _BATCH], len(messages))
    assert writer.go_live([STREAM])
    engine.dispose()
    with closing(Tables(url)) as tables:
        return tables.rows(name)
