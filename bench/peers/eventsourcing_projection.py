"""A projection of the `eventsourcing` library with PostgreSQL, as its documentation shows one.

Its `ProjectionRunner` follows an application whose events were stored beforehand, and hands one after another to a
projection whose view is a `PostgresTrackingRecorder`: a row and the event's position in one transaction. What it does
for an event is comparable to goal_state and less: it folds the goal's state into one row of one table, which the
database does by itself in one statement, and knows neither diary nor reviews nor what is waited for.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import StoredEvent, Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb

from bench.databases import Databases
from bench.failed import BenchFailed
from bench.life import life
from bench.options import Stages
from bench.peers.peer import Unavailable
from bench.result import Run
from events.event import Event
from events.identity import GoalId

_EVENTS_A_TRANSACTION = 500
_CATCH_UP_SECONDS = 600.0
_ENTRY = "cairn.goal.progress_logged.v1"


@dataclass(frozen=True)
class GoalEvent(Aggregate.Event):
    """What happened to a goal or a plan."""

    what: str
    actor: str
    data: dict[str, Any]  # as the event's payload has it


class Goals(Application[UUID]):
    """Where the events are."""


class GoalRows(PostgresTrackingRecorder):
    """The view: one row for each goal or plan."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any):  # Any: the library's own further options
        super().__init__(datastore, **kwargs)
        table = Identifier(datastore.schema, "goal_rows")
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS {} (id uuid PRIMARY KEY, version int, state jsonb)").format(table)
        )
        self._fold = SQL(
            "INSERT INTO {0} AS row VALUES (%s, %s, %s) ON CONFLICT (id) DO UPDATE"
            " SET version = excluded.version, state = row.state || excluded.state"
        ).format(table)

    def fold(self, event: GoalEvent, tracking: Tracking) -> None:
        """Write the goal's new state, and how far this view is, in one transaction."""
        change = {"last_entry": event.data} if event.what == _ENTRY else {"last": event.what, **event.data}
        row = (event.originator_id, event.originator_version, Jsonb(change))
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(self._fold, row, prepare=True)


class GoalStates(Projection[GoalRows]):
    """Every event goes into its goal's row."""

    name = "goal_states"

    def process_event(self, domain_event: GoalEvent, tracking: Tracking) -> None:
        self.view.fold(domain_event, tracking)


@asynccontextmanager
async def opened(
    databases: Databases, goals: Sequence[GoalId], stages: Stages
) -> AsyncIterator[Callable[[], Awaitable[Run]]]:
    """Store the lives of the goals; a run then catches up with them in an empty view.

    Raises:
        Unavailable: there is no PostgreSQL server.
    """
    if databases.port is None:
        raise Unavailable("there is no PostgreSQL server for it.")
    async with databases.new("postgresql") as url:
        events = environment(url)
        with stages("storing the peer's events", 1) as stage:
            last = await asyncio.to_thread(_store, events, goals)
            stage.advance()

        async def run() -> Run:
            async with databases.new("postgresql") as view:
                return await asyncio.to_thread(_caught_up, with_view(events, view), last)

        yield run


def environment(url: str) -> dict[str, str]:
    """What the library is told of the database in which the application's events are."""
    host, database = url.rpartition("@")[2].split("/")
    address, _, port = host.partition(":")
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": database,
        "POSTGRES_HOST": address,
        "POSTGRES_PORT": port,
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD": "trusted",
    }


def with_view(env: Mapping[str, str], url: str) -> dict[str, str]:
    """The same, and the database in which the view is."""
    return {**env, "GOAL_STATES_POSTGRES_DBNAME": environment(url)["POSTGRES_DBNAME"]}


def goal_event(event: Event, version: int) -> GoalEvent:
    """An event of ours as the library has it."""
    return GoalEvent(
        originator_id=uuid5(NAMESPACE_URL, str(event.goal_id)),
        originator_version=version,
        timestamp=event.time,
        what=event.type_name,
        actor=event.actor.id,
        data=event.data.model_dump(mode="json", exclude_none=True),
    )


def runner(env: Mapping[str, str]) -> ProjectionRunner[Goals, GoalRows]:
    """What keeps a view up to date."""
    return ProjectionRunner(application_class=Goals, projection_class=GoalStates, view_class=GoalRows, env=dict(env))


def _store(env: dict[str, str], goals: Sequence[GoalId]) -> int:
    """Everyone's life a step at a time, as in our log; the number of the last event."""
    application = Goals(env)
    try:
        events = _stored(application, goals)
        while some := list(islice(events, _EVENTS_A_TRANSACTION)):
            application.recorder.insert_events(some)
        last = application.recorder.max_notification_id()
    finally:
        application.close()
    return last or 0


def _stored(application: Goals, goals: Sequence[GoalId]) -> Iterator[StoredEvent]:
    versions: dict[GoalId, int] = {}
    for steps in zip(*map(life, goals), strict=True):
        for event in (event for step in steps for event in step):
            versions[event.goal_id] = versions.get(event.goal_id, 0) + 1
            yield application.mapper.to_stored_event(goal_event(event, versions[event.goal_id]))


def _caught_up(env: dict[str, str], last: int) -> Run:
    began = perf_counter()
    with runner(env) as following:
        following.wait(last, timeout=_CATCH_UP_SECONDS)
        seconds = perf_counter() - began
        reached = following.view.max_tracking_id(following.app_name)
    if reached != last:
        raise BenchFailed(f"The projection of eventsourcing reached {reached} of {last}.")
    return Run.of(last, seconds)
