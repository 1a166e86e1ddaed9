"""Batches are projected a part at a time, and of their states only so many are kept in mind as there is room for."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select

from events.envelope import StoredMessage
from events.event import Event, RecordedEvent
from events.identity import GoalId
from events.log.stream import STREAM
from projections.catalog import projection_named
from projections.engine import projecting
from projections.engine.database import open_database, reading
from projections.engine.memory import MOST_CHARACTERS_REMEMBERED
from projections.engine.naming import Slot
from projections.engine.projection import Projected, Projection, Remembered
from projections.engine.writer import ProjectionWriter
from tests.builders import active_goal, entry, event, recorded
from tests.stored import stored

GOALS = [GoalId("northside", f"pt-{number}", "walk") for number in range(5)]


def a_step_at_a_time() -> list[StoredMessage]:
    lives = [(*active_goal(goal_id), *_diary(goal_id)) for goal_id in GOALS]
    return stored(each for step in zip(*lives, strict=True) for each in step)


def _diary(goal_id: GoalId) -> list[Event]:
    return [event(goal_id, entry(f"e{number}", mood=4 + number)) for number in range(3)]


@pytest.mark.parametrize("name", ["goal_state", "audit_trail", "review_schedule"])
def test_the_rows_are_the_same_with_little_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    messages = a_step_at_a_time()
    expected = _rows(tmp_path / "much.db", name, [messages])
    monkeypatch.setattr(projecting, "_GOALS_AT_A_TIME", 2)
    size = len(GOALS) + 2
    batches = [messages[start : start + size] for start in range(0, len(messages), size)]
    assert _rows(tmp_path / "little.db", name, batches, remembers=700) == expected


def _rows(
    path: Path, name: str, batches: Sequence[Sequence[StoredMessage]], remembers: int = MOST_CHARACTERS_REMEMBERED
) -> dict[str, list[tuple[object, ...]]]:
    engine = open_database(f"sqlite:///{path}")
    writer = ProjectionWriter(engine, projection_named(name), STREAM, remembers=remembers)
    writer.resume()
    head = batches[-1][-1].position
    for batch in batches:
        writer.take(batch, head)
    with reading(engine) as connection:
        rows = {
            name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for name, table in projection_named(name).tables(Slot.BUILDING).items()
        }
    engine.dispose()
    assert any(rows.values())
    return rows


def test_a_state_that_there_was_no_room_for_leaves_no_older_one_behind() -> None:
    before: list[int | None] = []
    weights = {GOALS[0]: iter((10, 20, 20)), GOALS[1]: iter((10,))}

    def project(state: int | None, events: Sequence[RecordedEvent]) -> Projected[int]:
        before.append(state)
        last = events[-1]
        return Projected(after=Remembered(last.version, next(weights[last.goal_id])))

    fake = Projection[int](
        name="fake",
        version=1,
        declare=lambda naming: {},
        needs_state=lambda events: False,
        load=lambda connection, tables, upcoming: {},
        project=project,
    )
    first, other = (recorded(active_goal(goal_id))[1:] for goal_id in GOALS[:2])
    here = projecting.Projecting(create_engine("sqlite://"), fake, {}, remembers=25)
    for batch in ({GOALS[0]: first[:1]}, {GOALS[1]: other[:1], GOALS[0]: first[1:2]}, {GOALS[0]: first[2:]}):
        here.project(batch.items())
        here.remember()
    assert before == [None, None, 1, None]
