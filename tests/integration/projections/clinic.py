"""A database of projections, as the tests see it while services write to it."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from events.event import Event
from events.identity import GoalId
from events.log import Append, Log
from events.log.stream import STREAM
from projections.catalog import projection_named
from projections.engine.checkpoint import CheckpointKey, read_checkpoint
from projections.engine.database import open_database, reading, writing
from projections.engine.naming import Slot
from projections.engine.paging import Json
from projections.engine.projection import SUMS, Projection
from projections.engine.service import serve
from projections.engine.status import read_status
from projections.engine.tables import declare_own
from projections.engine.writer import ProjectionWriter
from tests.builders import active_goal, entry, event
from tests.waiting import eventually


class Database:
    """One projection in an SQLite file of its own, or in another database.

    Args:
        url: Of the other one; the path is then only where :meth:`rebuilt` has its own beside.
    """

    def __init__(self, name: str, path: Path, nats_url: str, url: str | None = None):
        self.projection: Projection[Any] = projection_named(name)  # Any: each has states of its own type
        self.url = url or f"sqlite:///{path}"
        self.path = path
        self.nats_url = nats_url
        self.key = CheckpointKey(name, Slot.LIVE, STREAM)
        self.engine = open_database(self.url)
        # Any: as `running` takes it
        self.serve: Callable[..., Any] = partial(serve, [self.projection], nats_url, self.url)
        with writing(self.engine) as connection:
            declare_own(connection)

    @property
    def position(self) -> int:
        with reading(self.engine) as connection:
            checkpoint = read_checkpoint(connection, self.key)
        return checkpoint.position if checkpoint else 0

    @property
    def status(self) -> Json:
        with reading(self.engine) as connection:
            return read_status(connection, self.key.projection, STREAM)

    async def reaches(self, position: int) -> None:
        await eventually(lambda: self.position >= position, within=60)

    def rows(self, org: str) -> dict[str, list[tuple[object, ...]]]:
        """Every row of an organisation, in a fixed order; not what rows add up to, written by each database its way."""
        with reading(self.engine) as connection:
            return {
                name: sorted(
                    (tuple(row) for row in connection.execute(select(table).where(table.c.org == org))), key=repr
                )
                for name, table in self.projection.tables().items()
                if SUMS not in table.info
            }

    async def rebuilt(self, log: Log, upto: int) -> "Database":
        """The same projection from position 0, without a service, in another file."""
        beside = Database(self.key.projection, self.path.with_name("rebuilt.db"), "")
        writer = ProjectionWriter(beside.engine, self.projection, STREAM)
        writer.resume()
        async for batch in log.follow():
            if batch.messages:
                writer.take(batch.messages, batch.head)
            if writer.position >= upto:
                break
        assert writer.go_live([STREAM])
        return beside


def diary(goal_id: GoalId, days: int) -> list[Event]:
    """The events of one goal without its plan: it becomes active, then an entry a day."""
    return [*active_goal(goal_id)[1:], *(event(goal_id, entry(f"e{day}")) for day in range(days))]


async def record(log: Log, events: list[Event]) -> int:
    """Append one goal's events one after another; the position of the last."""
    position = 0
    for version, each in enumerate(events):
        (recorded,) = await log.append(Append((each,), version, position))
        position = recorded.position
    return position


async def record_many(log: Log, org: str, goals: int, days: int) -> int:
    """Append the events of many goals at the same time; the position of the last."""
    ids = [GoalId(org, f"pt-{number % 7}", f"g{number}") for number in range(goals)]
    return max(await asyncio.gather(*(record(log, diary(goal_id, days)) for goal_id in ids)))
