"""Goals as the service decides them, in as many copies as a test needs, on one log."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from events.event import Event
from events.identity import GoalId
from events.log import Log
from events.log.client.resilient import ResilientClient
from events.log.snapshots import Snapshots
from events.log.stream import STREAM
from events.outcome import Outcome
from services.goals.application import Goals
from services.goals.histories import Histories
from services.goals.remembered_log import RememberedLog
from services.goals.watch import Watch
from tests.outcomes import outcome_of


class Core(Goals):
    """The service's core, whose answers can be waited for."""

    watch: Watch

    async def submit(self, submission: Event) -> Outcome:
        """The outcome of a submission."""
        answered = asyncio.get_running_loop().create_future()
        self.begin(submission, answered.set_result)
        return outcome_of(await answered)


Copies = Callable[[], Core]


def goals_on(nc: ResilientClient, log: Log, snapshots: Snapshots, *, snapshot_every: int = 1000) -> Core:
    """A copy of the service's core that nobody watches the log for, but after a reconnect."""
    histories = Histories(log, snapshots, limit=1000, snapshot_every=snapshot_every)

    async def forget() -> None:
        histories.clear()

    watch = Watch(nc, STREAM, log, RememberedLog(STREAM, log, snapshots), forget)
    core = Core(log, histories, watch)
    core.watch = watch
    return core


@pytest.fixture
async def copies(nc: ResilientClient, log: Log) -> AsyncIterator[Copies]:
    """Makes copies of the service's core, each with a memory of its own, as on machines of their own."""
    snapshots = Snapshots(nc)
    yield lambda: goals_on(nc, log, snapshots)
    await snapshots.close()


@pytest.fixture
def goal_id(org: str) -> GoalId:
    """A goal of a patient that no other test knows."""
    return GoalId(org, "pt-1", "walk")
