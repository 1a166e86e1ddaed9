"""A gateway over a log and a database that are one test's own, with the projections built as far as the test says."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from nats.aio.msg import Msg
from pydantic_core import to_json
from sqlalchemy import Engine

from events.envelope import StoredMessage
from events.event import Event
from events.identity import LOG, GoalId
from events.log import Append, Log, connect, declare_log
from events.log.client.resilient import ResilientClient
from events.log.stream import STREAM
from projections.catalog import NAMES, projection_named
from projections.engine.database import open_database
from projections.engine.writer import ProjectionWriter
from services.access.records.recorder import Needed
from services.access.records.stream import declare_access
from services.embedded_server import EmbeddedServer
from services.gateway.app import create_app
from services.gateway.gateway import open_gateway
from services.gateway.reads_over_nats import ReadsOverNats
from services.goals.health import HEALTH
from tests.builders import active_goal
from tests.tokens import EVERYONE, WrittenOut, asking

ORG = "alone"


@dataclass
class Alone:
    """What such a gateway stands on; nobody else writes there."""

    nc: ResilientClient
    log: Log
    engine: Engine

    async def record(self, *goals: str) -> int:
        """Record the first events of some goals, each of a patient of its name; the last position."""
        position = 0
        for goal in goals:
            goal_id = GoalId(ORG, f"p-{goal}", goal)
            plan, *its = active_goal(goal_id)
            position = await self._append([plan])
            position = await self._append(its)
        return position

    async def open_plan(self, goal: str) -> None:
        """Record no more than the plan of the patient of a goal."""
        plan, *_ = active_goal(GoalId(ORG, f"p-{goal}", goal))
        await self._append([plan])

    async def spoil(self, goal: str) -> int:
        """Put something in the log that no projection can take as an event of a goal; its position."""
        goal_id = GoalId(ORG, f"p-{goal}", goal)
        stored = await self.nc.jetstream().publish(goal_id.on(LOG), b"no event")
        return stored.seq

    async def messages(self) -> Sequence[StoredMessage]:
        """All that is in the log."""
        head = await self.log.head()
        found: list[StoredMessage] = []
        async for batch in self.log.follow():
            found += batch.messages
            if len(found) >= head:
                break
        return found

    async def build(self, *names: str, events: int | None = None, newer: int = 0) -> None:
        """Build projections (all, without names) from the whole log, or from so many events; whole ones go live.

        Args:
            newer: By how much their version is higher than it is.
        """
        messages = await self.messages()
        for name in names or NAMES:
            its = projection_named(name)
            built = replace(its, version=its.version + newer)
            writer: ProjectionWriter[Any] = ProjectionWriter(self.engine, built, STREAM)
            position = writer.resume()
            if new := [each for each in messages[:events] if each.position > position]:
                writer.take(new, head=len(messages))
            else:
                writer.note("live", len(messages))
            if not writer.is_live:
                writer.go_live([STREAM])

    @asynccontextmanager
    async def gateway(
        self,
        *,
        wait_seconds: float = 5,
        ready_lag_seconds: float = 30,
        goals: str | None = "recording",
        access_records: Needed = "required",
    ) -> AsyncIterator[httpx.AsyncClient]:
        """A client of a gateway over this.

        Args:
            goals: What is answered in the place of a goals service that is asked how it is; None for no answer.
            access_records: Whether a reading that cannot be recorded is refused.
        """
        opened = open_gateway(
            self.nc,
            self.engine,
            wait_seconds=wait_seconds,
            ready_lag_seconds=ready_lag_seconds,
            access_records=access_records,
        )
        async with (
            opened as gateway,
            self._goals_service(goals),
            asking(create_app(gateway, WrittenOut())) as client,
        ):
            yield client

    @asynccontextmanager
    async def reads_over_nats(self) -> AsyncIterator[None]:
        """A gateway over this answers on `cairn.read` meanwhile."""
        async with (
            open_gateway(self.nc, self.engine) as gateway,
            ReadsOverNats(create_app(gateway, WrittenOut()), self.nc, EVERYONE).answering(),
        ):
            yield

    @asynccontextmanager
    async def _goals_service(self, state: str | None) -> AsyncIterator[None]:
        async def answer(message: Msg) -> None:
            await message.respond(to_json({"stream": STREAM, "state": state, "detail": "It says why."}))

        subscription = await self.nc.subscribe(f"{HEALTH}.{STREAM}" if state else "nobody", cb=answer)
        try:
            yield
        finally:
            if self.nc.is_connected:
                await subscription.unsubscribe()

    async def _append(self, events: Sequence[Event]) -> int:
        recorded = await self.log.append(Append(tuple(events), 0, 0))
        return recorded[-1].position


@asynccontextmanager
async def alone(server: EmbeddedServer, folder: Path) -> AsyncIterator[Alone]:
    """An empty log on a server, and an empty database."""
    nc = await connect(server.url, name="test")
    await declare_log(nc)
    await declare_access(nc)
    log = Log(nc)
    engine = open_database(f"sqlite:///{folder / 'cairn.db'}")
    yield Alone(nc, log, engine)
    engine.dispose()
    await log.close()
    await nc.close()
