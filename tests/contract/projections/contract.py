"""What holds for every projection on every database: the suite that each combination inherits."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.exc import DatabaseError

from events.envelope import StoredMessage
from events.event import Event, RecordedEvent
from events.goal import types as g
from events.identity import LOG, GoalId
from events.voiding import readable
from projections.engine.checkpoint import CheckpointMoved, read_checkpoint
from projections.engine.database import open_database, reading
from projections.engine.decoding import voiding
from projections.engine.projection import Projected, Projection
from projections.engine.quarantine_retry import Released, release
from projections.engine.status import read_status
from projections.engine.tables import QUARANTINE
from projections.engine.writer import ProjectionWriter
from tests.builders import event as event_of
from tests.builders import recorded
from tests.contract.projections.statements import keep_statements
from tests.contract.projections.story import COOK, WALK, story
from tests.stored import as_message

# Any: the suite runs for projections that remember states of all kinds.
AnyProjection = Projection[Any]
Writer = ProjectionWriter[Any]
Rows = dict[str, list[tuple[object, ...]]]
STREAM = "CAIRN_LOG"
STORY = story()
HALF = len(STORY) // 2
POISON = [message.position for message in STORY if message.subject == WALK.on(LOG)][3]
"""The position of the fourth event of a goal that goes on long after it."""
_REBUILT: dict[tuple[str, str, str], Rows] = {}


class DiskFull(Exception):
    """Stands for anything that stops a transaction half way."""


class DatabaseContract(ABC):
    """Inherit, and say which database."""

    @pytest.fixture
    @abstractmethod
    def database_url(self) -> str:
        """An empty database."""

    @pytest.fixture
    def engine(self, database_url: str) -> Iterator[Engine]:
        engine = open_database(database_url)
        keep_statements(engine)
        yield engine
        engine.dispose()


class ProjectionContract(DatabaseContract):
    """Inherit, and say which projection and which database."""

    @pytest.fixture
    @abstractmethod
    def projection(self) -> AnyProjection:
        """The projection under test."""

    @pytest.fixture
    def expected(self, engine: Engine, projection: AnyProjection) -> Rows:
        """The rows of a rebuild from position 0, in one go, beside everything else."""
        return rebuilt(engine, projection, "the story", STORY)

    def test_the_whole_story_comes_to_rows_and_a_checkpoint(self, engine: Engine, projection: AnyProjection) -> None:
        writer = started(engine, projection)
        take(writer, STORY)
        assert all(rows(engine, projection).values())
        assert checkpoint(engine, writer) == writer.position == len(STORY)

    @pytest.mark.parametrize("size", [1, 3, 10])
    def test_the_rows_do_not_depend_on_how_events_are_batched(
        self, engine: Engine, projection: AnyProjection, expected: Rows, size: int
    ) -> None:
        writer = started(engine, projection)
        for start in range(0, len(STORY), size):
            take(writer, STORY[start : start + size])
        assert rows(engine, projection) == expected

    def test_a_service_that_is_restarted_after_every_event_goes_on_from_its_checkpoint(
        self, engine: Engine, projection: AnyProjection, expected: Rows
    ) -> None:
        for number, message in enumerate(STORY):
            writer = started(engine, projection)
            assert writer.position == number
            take(writer, [message])
        assert rows(engine, projection) == expected

    @pytest.mark.parametrize("where", ["cairn_checkpoints", "the first row", "cairn_projection_status", "commit"])
    def test_rows_and_checkpoint_are_written_together_or_not_at_all(
        self, engine: Engine, projection: AnyProjection, expected: Rows, where: str
    ) -> None:
        writer = started(engine, projection)
        take(writer, STORY[:HALF])
        before = rows(engine, projection)
        table = next(iter(projection.tables().values())).name if where == "the first row" else where
        with stopped_at(engine, table):
            take(writer, STORY[HALF:])
        assert rows(engine, projection) == before
        assert checkpoint(engine, writer) == HALF
        assert writer.resume() == HALF
        take(writer, STORY[HALF:])
        assert rows(engine, projection) == expected

    def test_a_second_copy_that_is_behind_writes_nothing_and_can_take_over(
        self, engine: Engine, projection: AnyProjection, expected: Rows
    ) -> None:
        first, second = started(engine, projection), started(engine, projection)
        take(first, STORY[:HALF])
        before = rows(engine, projection)
        with pytest.raises(CheckpointMoved):
            take(second, STORY[: HALF + 5])
        assert rows(engine, projection) == before
        assert second.resume() == HALF
        take(second, STORY[HALF:])
        with pytest.raises(CheckpointMoved):
            take(first, STORY[HALF : HALF + 1])
        assert rows(engine, projection) == expected

    def test_what_a_refused_batch_made_of_a_goal_is_forgotten(
        self, engine: Engine, projection: AnyProjection, expected: Rows
    ) -> None:
        first, second = started(engine, projection), started(engine, projection)
        for start in range(0, len(STORY), 2):
            ahead, behind = (first, second) if start % 4 else (second, first)
            ahead.resume()
            take(ahead, STORY[start : start + 2])
            with pytest.raises(CheckpointMoved):
                take(behind, STORY[start : start + 1])
        assert rows(engine, projection) == expected

    def test_an_unreadable_event_holds_its_goal_and_lets_all_others_flow(
        self, engine: Engine, projection: AnyProjection, expected: Rows
    ) -> None:
        poisoned = [message._replace(data=b"\x00") if message.position == POISON else message for message in STORY]
        writer = started(engine, projection)
        take(writer, poisoned[:HALF])
        writer.resume()
        take(writer, poisoned[HALF:])
        expected_positions = [m.position for m in STORY if m.subject == WALK.on(LOG) and m.position >= POISON]
        assert quarantined(engine) == expected_positions
        assert others(rows(engine, projection)) == others(expected)
        assert checkpoint(engine, writer) == len(STORY)
        with reading(engine) as connection:
            status = read_status(connection, projection.name, STREAM)
        assert status["quarantined"] == len(expected_positions)

    @pytest.mark.parametrize("size", [1, 7, 100])
    def test_once_the_message_is_void_the_goal_is_what_its_readable_events_come_to(
        self, engine: Engine, projection: AnyProjection, size: int
    ) -> None:
        """Whether the goal was in quarantine for long, or all of it comes in one batch; later events follow on that."""
        spoilt = voided_story()
        writer = started(engine, projection)
        for start in range(0, len(spoilt), size):
            batch = spoilt[start : start + size]
            writer.take(batch, batch[-1].position, again={subject: on(subject, spoilt) for subject in voiding(batch)})
        assert rows(engine, projection) == of_what_is_readable(engine, projection)
        assert quarantined(engine) == []

    async def test_a_goal_that_missed_it_can_be_tried_again(self, engine: Engine, projection: AnyProjection) -> None:
        """As when a service of an older version took in the event that it does not know."""
        spoilt = voided_story()
        writer = started(engine, projection)
        take(writer, spoilt)
        subject = WALK.on(LOG)
        before = quarantined(engine)
        released = await release(engine, projection, _Stored(spoilt), writer.key, subject)
        assert released == Released(subject, len(before), None)
        assert rows(engine, projection) == of_what_is_readable(engine, projection)
        assert quarantined(engine) == []

    def test_an_event_that_the_projector_cannot_take_holds_its_goal_at_the_version_before(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        def project(state: object, events: Sequence[RecordedEvent]) -> Projected[Any]:
            if any(each.position == POISON for each in events):
                raise ZeroDivisionError
            return projection.project(state, events)

        take(started(engine, replace(projection, project=project)), STORY)
        before = replace(projection, name="beside")
        without = [m for m in STORY if m.subject != WALK.on(LOG) or m.position < POISON]
        take(started(engine, before), without)
        assert rows(engine, projection) == rows(engine, before)
        assert quarantined(engine)[0] == POISON

    def test_it_says_how_it_is_doing(self, engine: Engine, projection: AnyProjection) -> None:
        writer = started(engine, projection)
        writer.take(STORY[:HALF], head=len(STORY))
        with reading(engine) as connection:
            status = read_status(connection, projection.name, STREAM)
        assert (status["state"], status["position"], status["head"]) == ("catching_up", HALF, len(STORY))
        assert status["lag"] == len(STORY) - HALF
        writer.take(STORY[HALF:], head=len(STORY))
        with reading(engine) as connection:
            status = read_status(connection, projection.name, STREAM)
        assert (status["state"], status["lag"], status["quarantined"]) == ("live", 0, 0)
        assert status["recorded_at"] == STORY[-1].recorded_at.isoformat()

    def test_started_again_it_says_when_its_last_event_was_recorded(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        take(started(engine, projection), STORY)
        started(engine, projection).note("live")
        with reading(engine) as connection:
            status = read_status(connection, projection.name, STREAM)
        assert status["recorded_at"] == STORY[-1].recorded_at.isoformat()


def started(engine: Engine, projection: AnyProjection) -> Writer:
    """A writer at work on the live tables."""
    writer: Writer = ProjectionWriter(engine, projection, STREAM)
    writer.resume()
    if not writer.is_live:
        writer.note("live")
        assert writer.go_live([STREAM])
        writer.resume()
    return writer


def voided_story() -> list[StoredMessage]:
    """The story with a message that cannot be read, and at its end, with an event behind it, that it is void.

    A newer version could read it, so that the versions of what is behind it are too high by one.
    """
    spoilt = [message._replace(data=b"\x00") if message.position == POISON else message for message in STORY]
    version = len(on(WALK.on(LOG), STORY))
    void = by_operator(WALK, g.Voided(position=POISON, reason="Not ours"))
    later = by_operator(WALK, g.ChangeRequested(request="r9", text="Evenings"))
    return [
        *spoilt,
        *(
            as_message(replace(each, version=version + number))
            for number, each in enumerate(recorded([void, later], first_position=len(STORY) + 1))
        ),
    ]


def by_operator(goal_id: GoalId, data: g.GoalPayload) -> Event:
    return event_of(goal_id, data, role="system", actor="op-1", id=data.type_name)


def on(subject: str, messages: Sequence[StoredMessage]) -> list[StoredMessage]:
    return [message for message in messages if message.subject == subject]


def of_what_is_readable(engine: Engine, projection: AnyProjection) -> Rows:
    """The rows of a log that never had the message."""
    return rebuilt(engine, projection, "what is readable", [as_message(each) for each in readable(voided_story())])


def rebuilt(engine: Engine, projection: AnyProjection, what: str, messages: Sequence[StoredMessage]) -> Rows:
    """The rows that come of messages in one go, beside everything else; made once on each kind of database."""
    of = (projection.name, engine.dialect.name, what)
    if of not in _REBUILT:
        beside = replace(projection, name="beside")
        take(started(engine, beside), messages)
        _REBUILT[of] = rows(engine, beside)
    return _REBUILT[of]


class _Stored:
    def __init__(self, messages: Sequence[StoredMessage]):
        self._messages = messages

    async def read_stored(self, subject: str, last: int = 0) -> list[StoredMessage]:
        return on(subject, self._messages)


def take(writer: Writer, messages: Sequence[StoredMessage]) -> None:
    writer.take(messages, head=messages[-1].position)


def rows(engine: Engine, projection: AnyProjection) -> Rows:
    """Every row of every table, in a fixed order."""
    with reading(engine) as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in projection.tables().items()
        }


def others(found: Rows) -> Rows:
    """The rows of the patient whom the poisoned goal is not of."""
    return {name: [row for row in table if COOK.patient in row] for name, table in found.items()}


def checkpoint(engine: Engine, writer: Writer) -> int | None:
    with reading(engine) as connection:
        found = read_checkpoint(connection, writer.key)
    return found.position if found else None


def quarantined(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        return list(connection.scalars(select(QUARANTINE.c.position).order_by(QUARANTINE.c.position)))


@contextmanager
def stopped_at(engine: Engine, where: str) -> Iterator[None]:
    """Everything ends at the first statement that changes a table, or at the commit."""

    def on_statement(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if where in statement and not statement.startswith(("SELECT", "WITH")):
            raise DiskFull

    def on_commit(_connection: Connection) -> None:
        raise DiskFull

    listener: Callable[..., None] = on_statement
    if where == "commit":
        name, listener = "commit", on_commit
    elif engine.dialect.name == "sqlite":
        # Not every statement comes by SQLAlchemy.
        name, listener = "begin", refusing_changes(where)
    else:
        name = "before_cursor_execute"
    event.listen(engine, name, listener)
    try:
        with pytest.raises((DiskFull, DatabaseError), match=r"^$|not authorized"):
            yield
    finally:
        event.remove(engine, name, listener)
        engine.dispose()


def refusing_changes(table: str) -> Callable[..., None]:
    """A listener after which an SQLite database takes no change of a table."""

    def authorize(action: int, subject: str | None, *_: object) -> int:
        changes = action in {sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE}
        return sqlite3.SQLITE_DENY if changes and subject == table else sqlite3.SQLITE_OK

    def listener(connection: Connection) -> None:
        cast(sqlite3.Connection, connection.connection.dbapi_connection).set_authorizer(authorize)

    return listener
