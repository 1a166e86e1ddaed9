"""A log of one test's own, with the goals service at work, into which messages are put that no Cairn can read."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic_core import from_json, to_json

from events.event import Event
from events.identity import LOG, VOID, GoalId
from events.log import Log, connect
from events.log.client.resilient import ResilientClient
from events.log.snapshots import Snapshots
from events.outcome import Outcome, RecordedOutcome, RejectedOutcome
from services.access.records.stream import declare_access
from services.embedded_server import EmbeddedServer
from services.goals import service as goals
from services.settings import Settings
from tests.conftest import Submit, running, submitting_over
from tests.forked import Ran, cairn
from tests.integration.goals.conftest import Core, goals_on


@dataclass
class Spoilt:
    """What the tests see of it."""

    server: EmbeddedServer
    nc: ResilientClient
    log: Log
    snapshots: Snapshots
    settings: Settings
    offer: Submit

    async def submit(self, *events: Event) -> Outcome:
        """Offer events one after another; the outcome of the last."""
        outcome: Outcome = RecordedOutcome(events=())
        for each in events:
            outcome = await self.offer(each)
        return outcome

    async def record(self, *events: Event) -> int:
        """Offer events, each of which must be recorded; the position of the last."""
        position = 0
        for each in events:
            outcome = await self.offer(each)
            assert isinstance(outcome, RecordedOutcome), outcome
            position = outcome.events[-1].position
        return position

    async def refused(self, offered: Event) -> RejectedOutcome:
        """Offer an event that must be rejected."""
        outcome = await self.offer(offered)
        assert isinstance(outcome, RejectedOutcome), outcome
        return outcome

    async def spoil(self, goal_id: GoalId, type_name: str = "") -> int:
        """Put a message on a goal's subject that cannot be read; its position."""
        headers = {"ce-type": type_name} if type_name else {}
        return (await self.nc.jetstream().publish(goal_id.on(LOG), b"no event", headers=headers)).seq

    async def void(self, goal_id: GoalId, position: int) -> dict[str, object]:
        """Void a message as the command does; the outcome."""
        request = {"position": position, "reason": "Not ours", "actor": "op-1"}
        reply = await self.nc.request(goal_id.on(VOID), to_json(request), timeout=20)
        outcome: dict[str, object] = from_json(reply.data)
        return outcome

    async def cairn(self, *arguments: str) -> Ran:
        """Run a command."""
        return await cairn(*arguments, "--nats-url", self.server.url)

    def another_copy(self) -> Core:
        """The core of another goals service, with a memory of its own."""
        return goals_on(self.nc, self.log, self.snapshots, snapshot_every=1)


@pytest.fixture
async def spoilt(own_server: EmbeddedServer, tmp_path: Path) -> AsyncIterator[Spoilt]:
    settings = Settings(nats_url=own_server.url, data_dir=tmp_path)
    async with AsyncExitStack() as stack:
        nc = await connect(own_server.url, name="tests")
        stack.push_async_callback(nc.close)
        await declare_access(nc)
        await stack.enter_async_context(running(lambda ready: goals.serve(settings, ready)))
        log, snapshots = Log(nc), Snapshots(nc)
        stack.push_async_callback(log.close)
        stack.push_async_callback(snapshots.close)
        yield Spoilt(own_server, nc, log, snapshots, settings, submitting_over(nc))
