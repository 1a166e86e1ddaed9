"""What holds, on every database, for the checkpoint: what it names, and what is seen when others have touched it."""

import pytest
from sqlalchemy import Engine, inspect, update

from events.log.anchor import Anchor
from projections.catalog import projection_named
from projections.engine.builds import build_at
from projections.engine.checkpoint import (
    Checkpoint,
    CheckpointMoved,
    CheckpointPutBack,
    TablesChanged,
    belongs_to,
    read_checkpoint,
)
from projections.engine.database import reading, writing
from projections.engine.naming import Slot
from projections.engine.status import read_status
from projections.engine.tables import CHECKPOINTS, OF_A_BUILD
from projections.engine.writer import ProjectionWriter
from tests.contract.projections.contract import (
    HALF,
    STORY,
    STREAM,
    AnyProjection,
    DatabaseContract,
    Writer,
    rows,
    started,
    stopped_at,
    take,
)

THERE, END = Anchor.at(STORY[HALF - 1]), Anchor.at(STORY[-1])


class CheckpointsContract(DatabaseContract):
    """Inherit, and say which database."""

    @pytest.fixture
    def projection(self) -> AnyProjection:
        return projection_named("goal_state")

    @pytest.fixture
    def writer(self, engine: Engine, projection: AnyProjection) -> Writer:
        """One that has taken in the first half."""
        writer = started(engine, projection)
        take(writer, STORY[:HALF])
        return writer

    # what it names

    def test_it_names_the_event_at_its_position(self, engine: Engine, writer: Writer) -> None:
        assert writer.anchor == found(engine, writer).anchor == THERE
        take(writer, STORY[HALF:])
        assert found(engine, writer).anchor == END

    def test_position_and_event_move_together_or_not_at_all(self, engine: Engine, writer: Writer) -> None:
        with stopped_at(engine, "commit"):
            take(writer, STORY[HALF:])
        assert found(engine, writer).anchor == THERE

    def test_started_again_it_knows_the_event(self, engine: Engine, projection: AnyProjection, writer: Writer) -> None:
        assert started(engine, projection).anchor == writer.anchor == THERE

    def test_a_database_in_which_slots_were_places_is_taken_over(
        self, engine: Engine, projection: AnyProjection, writer: Writer
    ) -> None:
        with writing(engine) as connection:
            for table in OF_A_BUILD:
                connection.exec_driver_sql(f"ALTER TABLE {table.name} RENAME COLUMN slot TO place")
        assert started(engine, projection).anchor == writer.anchor

    def test_a_database_of_an_older_cairn_gets_what_it_lacks(
        self, engine: Engine, projection: AnyProjection, writer: Writer
    ) -> None:
        with writing(engine) as connection:
            for column in ("fingerprint", "fingerprint_of"):
                connection.exec_driver_sql(f"ALTER TABLE {CHECKPOINTS.name} DROP COLUMN {column}")
        again = started(engine, projection)
        assert again.anchor == Anchor(HALF)
        take(again, STORY[HALF:])
        assert found(engine, writer).anchor == END
        assert {"fingerprint", "fingerprint_of"} <= {
            column["name"] for column in inspect(engine).get_columns(CHECKPOINTS.name)
        }

    def test_an_older_cairn_that_moves_the_position_leaves_no_wrong_event_behind(
        self, engine: Engine, projection: AnyProjection, writer: Writer
    ) -> None:
        set_checkpoint(engine, writer, position=HALF + 1)
        again = started(engine, projection)
        assert again.anchor == Anchor(HALF + 1)
        take(again, STORY[HALF + 1 :])
        assert found(engine, writer).anchor == END

    def test_an_event_that_is_not_named_can_be_named_without_a_batch(
        self, engine: Engine, projection: AnyProjection, writer: Writer
    ) -> None:
        set_checkpoint(engine, writer, fingerprint=None, fingerprint_of=None)
        again = started(engine, projection)
        again.name_event(THERE)
        assert found(engine, again).anchor == again.anchor == THERE
        take(again, STORY[HALF:])

    def test_a_checkpoint_at_the_same_position_of_another_log_is_not_moved(
        self, engine: Engine, projection: AnyProjection, writer: Writer
    ) -> None:
        before = rows(engine, projection)
        set_checkpoint(engine, writer, fingerprint="0" * 64)
        with pytest.raises(TablesChanged):
            writer.look()
        with pytest.raises(TablesChanged):
            take(writer, STORY[HALF:])
        assert rows(engine, projection) == before

    # what others did to it

    def test_untouched_there_is_nothing_to_see(self, writer: Writer) -> None:
        assert writer.look() is None
        assert not writer.has_lost_tables()

    def test_behind_the_database_was_put_back(self, engine: Engine, writer: Writer) -> None:
        take(writer, STORY[HALF:])
        set_checkpoint(engine, writer, position=HALF, fingerprint=THERE.fingerprint, fingerprint_of=HALF)
        with pytest.raises(CheckpointPutBack, match=f"were at position {len(STORY)} and are at {HALF}"):
            writer.look()
        with pytest.raises(CheckpointPutBack):
            take(writer, STORY[-1:])
        assert writer.resume() == HALF

    def test_beyond_another_copy_is_at_work(self, engine: Engine, projection: AnyProjection, writer: Writer) -> None:
        take(started(engine, projection), STORY[HALF:])
        with pytest.raises(CheckpointMoved):
            writer.look()

    def test_tables_that_others_put_in_place_are_seen(
        self, engine: Engine, projection: AnyProjection, writer: Writer
    ) -> None:
        beside = beside_with(engine, projection, HALF)
        assert beside.go_live([STREAM])
        with pytest.raises(TablesChanged):
            writer.look()

    def test_tables_that_are_gone_are_seen(self, engine: Engine, writer: Writer) -> None:
        with writing(engine) as connection:
            connection.exec_driver_sql(f"DROP TABLE {CHECKPOINTS.name}")
        assert writer.has_lost_tables()
        with pytest.raises(TablesChanged):
            writer.look()

    # of another log

    def test_live_tables_of_another_log_hold_no_build_up(
        self, engine: Engine, projection: AnyProjection, writer: Writer
    ) -> None:
        beside = beside_with(engine, projection, HALF - 1)
        live = beside.look()
        assert live == found(engine, writer)
        assert not beside.go_live([STREAM])
        assert beside.go_live([STREAM], {STREAM: live})
        assert started(engine, projection).position == HALF - 1

    def test_live_tables_that_have_moved_since_they_were_compared_hold_it_up(
        self, engine: Engine, projection: AnyProjection, writer: Writer
    ) -> None:
        live = found(engine, writer)
        beside = beside_with(engine, projection, HALF)
        take(writer, STORY[HALF:])
        assert not beside.go_live([STREAM], {STREAM: live})

    def test_what_was_built_beside_for_another_log_is_dropped_and_live_tables_are_not(
        self, engine: Engine, projection: AnyProjection, writer: Writer
    ) -> None:
        beside = beside_with(engine, projection, HALF)
        assert beside.drop_outdated()
        assert not writer.drop_outdated()
        with reading(engine) as connection:
            assert build_at(connection, projection.name, Slot.BUILDING) is None
        assert found(engine, writer).anchor == THERE
        assert beside.resume() == 0

    def test_the_status_tells_the_position_and_where_the_other_log_ends(
        self, engine: Engine, projection: AnyProjection, writer: Writer
    ) -> None:
        writer.note_replaced(3, "The log is another one.")
        with reading(engine) as connection:
            noted = read_status(connection, projection.name, STREAM)
            asked = read_status(connection, projection.name, STREAM, head=5)
        assert (noted["state"], noted["last_error"]) == ("log_replaced", "The log is another one.")
        assert (noted["position"], noted["head"], noted["lag"]) == (HALF, 3, 3)
        assert (asked["position"], asked["head"], asked["lag"]) == (HALF, 5, 5)
        assert noted["recorded_at"] == STORY[HALF - 1].recorded_at.isoformat()

    def test_of_tables_whose_service_never_ran_the_status_tells_it_too(
        self, engine: Engine, projection: AnyProjection
    ) -> None:
        writer: Writer = ProjectionWriter(engine, projection, STREAM)
        writer.resume()
        writer.note_replaced(3, "The log is another one.")
        with reading(engine) as connection:
            assert read_status(connection, projection.name, STREAM)["last_error"] == "The log is another one."


def found(engine: Engine, writer: Writer) -> Checkpoint:
    """What is in the database."""
    with reading(engine) as connection:
        checkpoint = read_checkpoint(connection, writer.key)
    assert checkpoint
    return checkpoint


def set_checkpoint(engine: Engine, writer: Writer, **values: object) -> None:
    """Change it behind the back of whoever has it in mind."""
    with writing(engine) as connection:
        connection.execute(update(CHECKPOINTS).where(belongs_to(CHECKPOINTS, writer.key)).values(**values))


def beside_with(engine: Engine, projection: AnyProjection, events: int) -> Writer:
    """A build beside the live one, complete with so many events."""
    writer: Writer = ProjectionWriter(engine, projection, STREAM, beside=True)
    writer.resume()
    take(writer, STORY[:events])
    return writer
