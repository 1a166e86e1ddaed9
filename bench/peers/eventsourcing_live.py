"""An application of the `eventsourcing` library with PostgreSQL, with three projections that follow it live.

Writers save events by the application, which maps and records them in this process, and nothing is decided. The
recorder is as the library comes: five connections, and a transaction with a table lock for each event
(:mod:`bench.peers.eventsourcing_tuned` has it at its best). Beside it three processes each run the library's
ProjectionRunner with the view of :mod:`bench.peers.eventsourcing_projection`, in a database of its own. The clock stops
when the last event is saved; then the views have to come to the end as well.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from eventsourcing.persistence import InfrastructureFactory, IntegrityError
from eventsourcing.utils import Environment

from bench.builds import HOUSE
from bench.databases import Databases
from bench.entry import entry
from bench.ground import Ground
from bench.peers.eventsourcing_projection import GoalRows, Goals, GoalStates, environment, goal_event, runner, with_view
from bench.peers.postgresql import postgresql
from bench.peers.store import BlockingStore, Refused, Store
from bench.ready_process import ready_process
from events.identity import GoalId

_VIEWS = 3
_CONNECTIONS = 5
"""As many as the library opens unless it is told otherwise."""
_VISIBLE_SECONDS = 600.0
_FOLLOW = "from bench.peers.eventsourcing_live import follow; follow()"
_AS_IT_COMES: Mapping[str, str] = {}


@asynccontextmanager
async def opened(
    ground: Ground, writers: int, connections: int = _CONNECTIONS, settings: Mapping[str, str] = _AS_IT_COMES
) -> AsyncIterator[Store]:
    """An empty application, followed by processes of their own, which are at its end afterwards.

    Args:
        connections: How many connections it opens, and how many threads the writers share.
        settings: What the library is told beside where its database is.
    """
    async with postgresql(ground.directory) as port, AsyncExitStack() as stack:
        there = Databases(ground.directory, ("postgresql",), port, ())
        events = environment(await stack.enter_async_context(there.new("postgresql")))
        application = Goals({**events, "POSTGRES_POOL_SIZE": str(connections), **settings})
        stack.callback(application.close)
        views = [with_view(events, await stack.enter_async_context(there.new("postgresql"))) for _ in range(_VIEWS)]
        for number, view in enumerate(views):
            command = (sys.executable, "-P", "-c", _FOLLOW)
            child = {**os.environ, **view, "PYTHONPATH": str(HOUSE)}
            log_file = ground.directory / "logs" / f"view-{number}.log"
            await stack.enter_async_context(ready_process(command, child, log_file))
        yield _store(application, writers, connections)
        last = application.recorder.max_notification_id()
        for view in views:
            await asyncio.to_thread(_visible, view, last)


def follow() -> None:
    """Be one of the processes that follow: say that it is ready, and go on until the signal that ends it."""
    with runner(os.environ) as following:
        signal.signal(signal.SIGTERM, lambda *_: following.stop())
        print("ready", flush=True)
        following.run_forever()


def _visible(view: Mapping[str, str], last: int | None) -> None:
    factory = InfrastructureFactory[GoalRows].construct(Environment(GoalStates.name, dict(view)))
    try:
        factory.tracking_recorder(GoalRows).wait(Goals.name, last, timeout=_VISIBLE_SECONDS)
    finally:
        factory.close()


def _store(application: Goals, writers: int, connections: int) -> BlockingStore:
    goals = [GoalId("bench", f"p{writer}", "walk") for writer in range(writers)]

    def append(writer: int, expected: int) -> int:
        version = expected + 1
        try:
            application.save(goal_event(entry(goals[writer], version, datetime.now(UTC)), version))
        except IntegrityError as error:
            raise Refused(f"There is an event with version {version} already.") from error
        return version

    return BlockingStore(append, connections)
