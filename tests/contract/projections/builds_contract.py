"""What holds, on every database, while a projection is built anew beside the one that is read."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, inspect, text, update

from events.event import RecordedEvent
from events.identity import LOG
from projections.catalog import projection_named
from projections.engine.builds import Superseded, build_at, drop, go_live
from projections.engine.checkpoint import CheckpointKey, TablesChanged
from projections.engine.comparing import Difference, compare
from projections.engine.database import reading, writing
from projections.engine.naming import Slot
from projections.engine.projection import Projected
from projections.engine.quarantine_retry import OtherVersion, Released, in_quarantine, release
from projections.engine.status import read_status
from projections.engine.table_locks import LOCK_AGAIN_SECONDS, TablesInUse
from projections.engine.writer import ProjectionWriter
from tests.contract.projections.contract import (
    HALF,
    POISON,
    STORY,
    STREAM,
    AnyProjection,
    DatabaseContract,
    Rows,
    Writer,
    rows,
    started,
    take,
)
from tests.contract.projections.story import WALK

QUARANTINED = [message.position for message in STORY if message.subject == WALK.on(LOG) and message.position >= POISON]


class StoredLog:
    """The log as far as trying again needs it."""

    async def read_stored(self, subject: str, last: int = 0) -> list[Any]:
        return [message for message in STORY if message.subject == subject]


def somebody_waits(engine: Engine) -> bool:
    """Whether anything waits for a lock; on SQLite nobody waits for a reader."""
    if engine.dialect.name == "sqlite":
        return False
    with engine.connect() as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def swapped(writer: Writer) -> bool:
    """Put a build in the place of the live one, as soon as nobody reads that."""
    while True:
        try:
            return writer.go_live([STREAM])
        except TablesInUse:
            time.sleep(LOCK_AGAIN_SECONDS)


def hurry(connection: Connection) -> None:
    """Let a query fail rather than wait for long."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")


def counted(engine: Engine, projection: AnyProjection) -> dict[str, int]:
    """How many rows the database takes the live tables to have, of which it knows that."""
    tables = {table.name: name for name, table in projection.tables().items()}
    with reading(engine) as connection:
        if engine.dialect.name == "postgresql":
            known = "SELECT relname, reltuples FROM pg_class WHERE reltuples > 0 AND relnamespace = '{}'::regnamespace"
            known = known.format(connection.scalar(text("SELECT current_schema")))
        elif inspect(connection).has_table("sqlite_stat1"):
            known = "SELECT tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 GROUP BY tbl"
        else:
            return {}
        found = connection.execute(text(known)).all()
    return {tables[name]: int(rows) for name, rows in found if name in tables}


class BuildsContract(DatabaseContract):
    """Inherit, and say which database."""

    @pytest.fixture
    def projection(self) -> AnyProjection:
        return projection_named("goal_state")

    @pytest.fixture
    def newer(self, projection: AnyProjection) -> AnyProjection:
        return replace(projection, version=projection.version + 1)

    # a new version

    def test_the_first_build_is_not_read_before_it_is_complete(self, engine: Engine, projection: AnyProjection) -> None:
        writer: Writer = ProjectionWriter(engine, projection, STREAM)
        writer.resume()
        writer.take(STORY[:HALF], head=len(STORY))
        assert not writer.go_live([STREAM])
        assert places(engine) == {Slot.BUILDING: projection.version}
        take(writer, STORY[HALF:])
        assert writer.go_live([STREAM])
        assert places(engine) == {Slot.LIVE: projection.version}
        assert all(rows(engine, projection).values())

    def test_a_newer_version_is_built_beside_while_the_old_one_is_read(
        self, engine: Engine, projection: AnyProjection, newer: AnyProjection
    ) -> None:
        take(started(engine, projection), STORY[:HALF])
        before = rows(engine, projection)
        writer: Writer = ProjectionWriter(engine, newer, STREAM)
        assert writer.resume() == 0
        take(writer, STORY[:1])
        assert rows(engine, projection) == before
        assert places(engine) == {Slot.LIVE: projection.version, Slot.BUILDING: newer.version}

    def test_it_goes_live_when_it_is_complete_and_has_come_as_far_as_the_old_one(
        self, engine: Engine, projection: AnyProjection, newer: AnyProjection
    ) -> None:
        old = started(engine, projection)
        take(old, STORY)
        expected = rows(engine, projection)
        writer: Writer = ProjectionWriter(engine, newer, STREAM)
        writer.resume()
        take(writer, STORY[:HALF])
        assert not writer.go_live([STREAM])
        take(writer, STORY[HALF:])
        assert writer.go_live([STREAM])
        assert places(engine) == {Slot.LIVE: newer.version, Slot.PREVIOUS: projection.version}
        assert rows(engine, newer) == expected

    def test_when_it_goes_live_the_database_knows_how_much_is_in_the_tables(
        self, engine: Engine, projection: AnyProjection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("projections.engine.writer.FEWEST_EVENTS", HALF)
        writer: Writer = ProjectionWriter(engine, projection, STREAM)
        writer.resume()
        take(writer, STORY[:HALF])
        assert writer.go_live([STREAM])
        assert {"goals", "plans"} <= counted(engine, projection).keys()

    def test_stopped_as_soon_as_it_is_live_it_is_noted_as_stopped(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        writer: Writer = ProjectionWriter(engine, projection, STREAM)
        writer.resume()
        take(writer, STORY)
        assert writer.go_live([STREAM])
        writer.stopped()
        with reading(engine) as connection:
            status = read_status(connection, projection.name, STREAM)
        assert (status["state"], status["building"]) == ("stopped", None)

    def test_it_goes_live_only_when_every_stream_is_complete(self, engine: Engine, projection: AnyProjection) -> None:
        here: Writer = ProjectionWriter(engine, projection, STREAM)
        here.resume()
        take(here, STORY)
        assert not here.go_live([STREAM, "ANOTHER"])
        there: Writer = ProjectionWriter(engine, projection, "ANOTHER")
        there.resume()
        there.note("live")
        assert there.go_live([STREAM, "ANOTHER"])

    def test_of_two_that_are_complete_at_once_one_puts_it_in_place(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        here: Writer = ProjectionWriter(engine, projection, STREAM)
        there: Writer = ProjectionWriter(engine, projection, "ANOTHER")
        for writer in (here, there):
            writer.resume()
            writer.note("live")
        assert here.go_live([STREAM, "ANOTHER"])
        with pytest.raises(TablesChanged):
            there.go_live([STREAM, "ANOTHER"])
        there.resume()
        assert there.is_live

    def test_what_was_interrupted_goes_on_where_it_was(self, engine: Engine, projection: AnyProjection) -> None:
        first: Writer = ProjectionWriter(engine, projection, STREAM)
        first.resume()
        take(first, STORY[:HALF])
        again: Writer = ProjectionWriter(engine, projection, STREAM)
        assert again.resume() == HALF

    def test_a_half_built_one_of_yet_another_version_is_begun_anew(
        self, engine: Engine, projection: AnyProjection, newer: AnyProjection
    ) -> None:
        first: Writer = ProjectionWriter(engine, projection, STREAM)
        first.resume()
        take(first, STORY[:HALF])
        other: Writer = ProjectionWriter(engine, newer, STREAM)
        assert other.resume() == 0
        assert places(engine) == {Slot.BUILDING: newer.version}
        with pytest.raises(TablesChanged):
            take(first, STORY[HALF:])

    def test_an_older_service_does_not_go_back_behind_a_newer_version_by_itself(
        self, engine: Engine, projection: AnyProjection, newer: AnyProjection
    ) -> None:
        take(started(engine, newer), STORY)
        with pytest.raises(Superseded, match="cairn projections rebuild goal_state"):
            ProjectionWriter(engine, projection, STREAM).resume()

    def test_whoever_wrote_the_old_tables_is_told_that_they_are_others_now(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        old = started(engine, projection)
        take(old, STORY[:HALF])
        built_beside(engine, projection, STORY[:HALF])
        with pytest.raises(TablesChanged):
            take(old, STORY[HALF:])
        assert old.resume() == HALF
        take(old, STORY[HALF:])

    # rebuilding

    def test_a_rebuild_comes_to_the_same(self, engine: Engine, projection: AnyProjection) -> None:
        take(started(engine, projection), STORY)
        begun_beside(engine, projection, STORY)
        with reading(engine) as connection:
            found = compare(connection, projection.tables(), projection.tables(Slot.BUILDING))
        for table in found:
            assert (table.live_rows, table.live_hash) == (table.next_rows, table.next_hash)
            assert not table.different
        assert any(table.live_rows for table in found)

    def test_what_a_rebuild_finds_different_is_listed_without_the_values(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        take(started(engine, projection), STORY)
        goals, entries = projection.tables()["goals"], projection.tables()["entries"]
        with writing(engine) as connection:
            connection.execute(update(goals).where(goals.c.goal == WALK.goal).values(status="contested", setbacks=77))
            connection.execute(delete(entries).where(entries.c.goal == WALK.goal))
        begun_beside(engine, projection, STORY)
        with reading(engine) as connection:
            found = {
                table.table: table
                for table in compare(connection, projection.tables(), projection.tables(Slot.BUILDING))
            }
        assert found["goals"].listed == (Difference("goals", tuple(WALK), ("status", "setbacks")),)
        assert found["goals"].live_hash != found["goals"].next_hash
        assert {(each.key[:3], each.only_in) for each in found["entries"].listed} == {(tuple(WALK), "next")}
        assert found["entries"].next_rows - found["entries"].live_rows == found["entries"].different
        assert not found["plans"].different

    def test_rows_are_compared_whatever_the_database_thinks_of_the_alphabet(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        take(started(engine, projection), STORY)
        begun_beside(engine, projection, STORY)
        plans, theirs = projection.tables()["plans"], projection.tables(Slot.BUILDING)["plans"]
        with writing(engine) as connection:
            for table, patient in ((plans, "a"), (plans, "Z"), (theirs, "a"), (theirs, "Z"), (plans, "-b")):
                row = connection.execute(table.select().limit(1)).mappings().one()
                connection.execute(table.insert().values({**row, "patient": patient}))
        with reading(engine) as connection:
            found = compare(connection, {"plans": plans}, {"plans": theirs})
        assert [each.key[1] for each in found[0].listed] == ["-b"]

    def test_the_last_one_is_kept_until_it_is_dropped(self, engine: Engine, projection: AnyProjection) -> None:
        take(started(engine, projection), STORY)
        built_beside(engine, projection, STORY)
        built_beside(engine, projection, STORY)
        assert "goal_state_goals__previous" in tables(engine)
        with writing(engine) as connection:
            assert drop(connection, projection.name, Slot.PREVIOUS)
            assert not drop(connection, projection.name, Slot.PREVIOUS)
        assert not [name for name in tables(engine) if "__" in name]
        assert places(engine) == {Slot.LIVE: projection.version}

    def test_it_goes_live_in_one_transaction_or_not_at_all(self, engine: Engine, projection: AnyProjection) -> None:
        take(started(engine, projection), STORY)
        begun_beside(engine, projection, STORY)
        before, there = places(engine), tables(engine)

        def break_off() -> None:
            with writing(engine) as connection:
                go_live(connection, projection)
                raise InterruptedError

        with pytest.raises(InterruptedError):
            break_off()
        assert (places(engine), tables(engine)) == (before, there)

    def test_a_reader_sees_one_build_from_beginning_to_end(self, engine: Engine, projection: AnyProjection) -> None:
        if engine.dialect.name == "postgresql":
            pytest.skip("there going live waits for those who read")
        take(started(engine, projection), STORY[:HALF])
        begun_beside(engine, projection, STORY)
        count = text("SELECT max(position) FROM goal_state_goals")
        with reading(engine) as connection:
            before = connection.scalar(count)
            with writing(engine) as writer:
                go_live(writer, projection)
            assert connection.scalar(count) == before
        with reading(engine) as connection:
            assert connection.scalar(count) > before

    def test_a_swap_that_waits_for_a_slow_reader_keeps_no_other_waiting(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        take(started(engine, projection), STORY[:HALF])
        beside = begun_beside(engine, projection, STORY)
        goals, plans = text("SELECT count(*) FROM goal_state_goals"), text("SELECT count(*) FROM goal_state_plans")
        with ThreadPoolExecutor(1) as pool:
            with reading(engine) as slow:
                slow.execute(goals)
                swap = pool.submit(swapped, beside)
                while not (swap.done() or somebody_waits(engine)):
                    pass
                for _ in range(3):
                    with reading(engine) as quick:
                        hurry(quick)
                        assert quick.scalar(goals)
                slow.execute(plans)
            assert swap.result()
        assert places(engine)[Slot.LIVE] == projection.version

    def test_a_slow_reader_holds_the_swap_up_and_not_the_live_tables(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        live = started(engine, projection)
        take(live, STORY[:HALF])
        beside = begun_beside(engine, projection, STORY[:HALF])
        with reading(engine) as slow:
            slow.execute(text("SELECT count(*) FROM goal_state_goals"))
            if engine.dialect.name == "postgresql":  # on SQLite no reader holds up anything
                with pytest.raises(TablesInUse):
                    beside.go_live([STREAM])
                take(live, STORY[HALF:])
                assert not beside.go_live([STREAM])
                take(beside, STORY[HALF:])
        assert beside.go_live([STREAM])
        assert places(engine)[Slot.PREVIOUS] == projection.version

    # quarantine

    async def test_mended_and_tried_again_a_held_goal_comes_to_what_a_rebuild_comes_to(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        writer = started(engine, poisoned(projection))
        take(writer, STORY[:-1])
        released = await try_again(engine, projection)
        assert released == Released(
            WALK.on(LOG), len([position for position in QUARANTINED if position < len(STORY)]), None
        )
        assert await try_again(engine, projection) == Released(WALK.on(LOG), 0, None)
        with pytest.raises(TablesChanged):
            take(writer, STORY[-1:])
        take(started(engine, projection), STORY[-1:])
        assert rows(engine, projection) == expected(engine, projection)

    async def test_what_still_cannot_be_taken_stays_in_quarantine(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        broken = poisoned(projection)
        take(started(engine, broken), STORY)
        before = rows(engine, projection)
        released = await try_again(engine, broken)
        assert released.events == 0
        assert released.still
        assert released.still.position == POISON
        assert rows(engine, projection) == before
        with reading(engine) as connection:
            left = in_quarantine(connection, CheckpointKey(projection.name, Slot.LIVE, STREAM))
        assert [each.position for each in left] == QUARANTINED

    async def test_it_catches_up_to_the_next_event_that_cannot_be_taken(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        take(started(engine, poisoned(projection)), STORY)
        released = await try_again(engine, poisoned(projection, QUARANTINED[2]))
        assert released.events == 2
        assert released.still
        assert released.still.position == QUARANTINED[2]

    async def test_another_version_does_not_mend_tables_that_it_would_not_write(
        self, engine: Engine, projection: AnyProjection, newer: AnyProjection
    ) -> None:
        take(started(engine, poisoned(projection)), STORY)
        with pytest.raises(OtherVersion, match="cairn projections rebuild goal_state"):
            await try_again(engine, newer)

    # views

    def test_views_read_what_is_live(self, engine: Engine, projection: AnyProjection) -> None:
        take(started(engine, projection), STORY[:HALF])
        positions = text("SELECT max(position) FROM v_goal_current")
        with reading(engine) as connection:
            before = connection.scalar(positions)
        built_beside(engine, projection, STORY)
        with reading(engine) as connection:
            assert connection.scalar(positions) > before


def places(engine: Engine, name: str = "goal_state") -> dict[Slot, int]:
    """The version that stands in each place."""
    with reading(engine) as connection:
        found = {place: build_at(connection, name, place) for place in Slot}
    return {place: build.version for place, build in found.items() if build}


def tables(engine: Engine) -> list[str]:
    return sorted(inspect(engine).get_table_names())


def begun_beside(engine: Engine, projection: AnyProjection, messages: Sequence[Any]) -> Writer:
    writer: Writer = ProjectionWriter(engine, projection, STREAM, beside=True)
    writer.resume()
    take(writer, messages)
    return writer


def built_beside(engine: Engine, projection: AnyProjection, messages: Sequence[Any]) -> None:
    assert begun_beside(engine, projection, messages).go_live([STREAM])


def poisoned(projection: AnyProjection, position: int = POISON) -> AnyProjection:
    """The projection with a fault that shows at one event."""

    def project(state: object, events: Sequence[RecordedEvent]) -> Projected[Any]:
        if any(each.position == position for each in events):
            raise ZeroDivisionError
        return projection.project(state, events)

    return replace(projection, project=project)


async def try_again(engine: Engine, projection: AnyProjection) -> Released:
    key = CheckpointKey(projection.name, Slot.LIVE, STREAM)
    return await release(engine, projection, StoredLog(), key, WALK.on(LOG))


def expected(engine: Engine, projection: AnyProjection) -> Rows:
    """The rows of a rebuild from position 0, beside everything else."""
    beside = replace(projection, name="beside")
    take(started(engine, beside), STORY)
    return rows(engine, beside)
