"""A goal that is kept up entry by entry, from the little that its row tells, is the goal that the fold gives."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random

import pytest

from events.envelope import read_recorded
from events.event import Event, RecordedEvent
from events.goal import GoalState, fold_goals
from events.goal import types as g
from events.goal.facts_of_goals import diary_facts
from events.vocabulary import ActorRole
from projections.engine.database import open_database, reading
from projections.goal_state.diary import Diary, asks_for_all, diary_of, read_diary
from projections.goal_state.goals_before_events import GoalBeforeEvents
from projections.goal_state.projection import PROJECTION
from projections.goal_state.projector import NotAllKnown, project
from projections.goal_state.queries import record
from tests.builders import GOAL, active_goal, entry, event, recorded
from tests.contract.projections.contract import rows, started, take
from tests.stored import stored


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("together", [1, 3])
def test_however_its_events_come_a_goal_is_what_the_fold_gives(tmp_path: Path, seed: int, together: int) -> None:
    messages = stored(_life(Random(seed)))
    kept_up, at_once = (open_database(f"sqlite:///{tmp_path}/{name}.db") for name in ("kept_up", "at_once"))
    writer = started(kept_up, PROJECTION)
    for start in range(0, len(messages), together):
        take(writer, messages[start : start + together])
    take(started(at_once, PROJECTION), messages)

    assert rows(kept_up, PROJECTION) == rows(at_once, PROJECTION)
    with reading(kept_up) as connection:
        (read,) = record(connection, GOAL.org, GOAL.patient, with_diaries=True).goals
    assert read == fold_goals(read_recorded(message) for message in messages)
    for engine in (kept_up, at_once):
        engine.dispose()


@pytest.mark.parametrize("seed", range(12))
def test_the_columns_tell_what_the_fold_tells(seed: int) -> None:
    events = recorded(_life(Random(seed)))
    goal = _folded(events)
    (row,) = project(None, events).upserts["goals"]
    assert row["raise_at_next_session"] is goal.raise_at_next_session
    assert row["last_entry_on"] == max(each.on for each in goal.progress)
    assert row["setbacks"] == len(goal.unreviewed_setbacks)
    assert row["level"] == goal.latest_level


def test_a_review_with_the_patient_settles_what_a_goal_was_closed_over() -> None:
    before = [
        *_active(),
        event(GOAL, entry("e1", _day(3), setback=True)),
        event(GOAL, entry("e2", _day(8), setback=True)),
    ]
    closed = event(GOAL, g.Closed(outcome="not_achieved", reason="moved"), role="clinician")

    def closed_over(*later: Event) -> date | None:
        (row,) = project(None, recorded([*before, closed, *later])).upserts["goals"]
        diary: Diary = read_diary(str(row["diary"]))
        assert diary.facts == diary_facts(_folded(recorded([*before, closed, *later])))
        return diary.closed_after_setback_on

    def review(day: int, *participants: ActorRole) -> Event:
        return event(GOAL, g.Reviewed(on=_day(day), participants=participants, decision="keep"), role="clinician")

    assert closed_over() == _day(8)
    assert closed_over(event(GOAL, entry("e9", _day(9), setback=True))) == _day(8), "told after the closing"
    assert closed_over(review(9, "clinician")) == closed_over(review(4, "patient")) == _day(8)
    assert closed_over(review(9, "patient")) is None
    assert closed_over(event(GOAL, g.Reopened(reason="by mistake"), role="clinician")) is None


def test_it_comes_out_of_its_column_as_it_went_in() -> None:
    for diary in (Diary(), diary_of(_folded(recorded(_life(Random(7)))))):
        assert read_diary(str(diary.columns["diary"])) == diary


def test_a_motivation_told_late_is_seen_against_the_days_before_it() -> None:
    told = [event(GOAL, entry("e1", _day(1), motivation=9)), event(GOAL, entry("e2", _day(5), motivation=5))]
    diary = diary_of(_folded(recorded([*_active(), *told])))
    assert asks_for_all(diary, recorded([event(GOAL, entry("e3", _day(3), motivation=6))]))
    assert not asks_for_all(diary, recorded([event(GOAL, entry("e3", _day(5), motivation=6))]))
    assert not asks_for_all(diary, recorded([event(GOAL, entry("e3", _day(3), mood=6))]))


def test_a_correction_is_seen_against_the_whole_diary() -> None:
    corrected = recorded([event(GOAL, g.ProgressCorrected(entry="e1", mood=6, reason="typed 3"))])
    assert asks_for_all(Diary(), corrected)
    with pytest.raises(NotAllKnown):
        project(GoalBeforeEvents(0, Diary(), None, None), corrected)


def _life(life: Random) -> list[Event]:
    """Thirty entries, corrections, reviews and more of an active goal, late ones and setbacks among them."""
    return [
        Event(each.goal_id, each.source, f"v{number}", each.time, each.actor, each.data)
        for number, each in enumerate([*_active(), *(event(GOAL, _anything(life, number)) for number in range(30))])
    ]


def _anything(life: Random, number: int) -> g.GoalPayload:
    day = _day(life.randint(1, 28))
    match life.randint(0, 9):
        case 0:
            level = life.choice([None, -1, 2])
            return g.Reviewed(on=day, participants=("patient",), decision="keep", level=level)
        case 1 if number:
            corrected: list[dict[str, object]] = [{"motivation": 2}, {"motivation": 9}, {"setback": True}, {"on": day}]
            said = {"entry": f"e{number - 1}", "reason": "typed wrong", **life.choice(corrected)}
            return g.ProgressCorrected.model_validate(said)
        case 4 if number > 3:
            return g.ProgressWithdrawn(entry=f"e{number - 3}", reason="another goal's")
        case 2:
            return g.Held(reason="away")
        case 3 if number > 20:
            return g.Closed(outcome="achieved", level=life.choice([None, 1]), reason="done")
        case _:
            told = {"motivation": life.randint(0, 10), "level": life.randint(-2, 2), "setback": True}
            some = life.sample(sorted(told), life.randint(0, 3))
            return entry(f"e{number}", day, mood=5, **{name: told[name] for name in some})


def _active() -> list[Event]:
    return [each for each in active_goal() if not each.goal_id.is_plan]


def _folded(events: Sequence[RecordedEvent]) -> GoalState:
    goal = fold_goals(events)
    assert goal is not None
    return goal


def _day(number: int) -> date:
    return date(2026, 3, number)
