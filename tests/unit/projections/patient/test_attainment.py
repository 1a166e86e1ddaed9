"""The T-score over time: at every day of which a level was told it is the T-score that the plan had that day."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.event import Event
from events.goal import types as g
from events.goal.gas import t_scores
from projections.engine.paging import Json
from projections.goal_state.patient.attainment import attainment
from projections.goal_state.patient.record import PatientRecord, fold_patient
from projections.goal_state.patient.span import Span
from services.gateway.as_of import Moment, up_to
from tests.builders import NOON, PLAN, entry, event, gas, opened, proposed, recorded
from tests.unit.projections.patient.records import day, diary, goal_id, put_forward, record

ALL = Span()
ZONE = NOON.tzinfo


def told(goal: str, number: int, level: int) -> Event:
    """A level of a day, told on that very day."""
    data = entry(f"d{number}", day(number), level=level)
    return event(goal_id(goal), data, time=NOON + timedelta(days=number))


def reviewed(goal: str, number: int, level: int) -> Event:
    data = g.Reviewed(on=day(number), participants=("patient",), decision="keep", level=level)
    return event(goal_id(goal), data, time=NOON + timedelta(days=number))


def closed(goal: str, number: int, level: int | None) -> Event:
    data = g.Closed(outcome="achieved", reason="done", level=level)
    return event(goal_id(goal), data, role="clinician", time=NOON + timedelta(days=number))


def scores(its: PatientRecord, span: Span = ALL) -> list[tuple[int, float]]:
    return [((each["on"] - NOON.date()).days, each["t_score"]) for each in attainment(its, span)["points"]]


def test_each_day_has_the_score_of_the_levels_told_until_then() -> None:
    its = record(
        put_forward("walk", gas=gas(baseline=-1)), told("walk", 1, -1), told("walk", 4, 0), reviewed("walk", 6, 1)
    )

    assert scores(its) == [(1, 40), (4, 50), (6, 60)]


def test_what_was_not_told_that_day_stands_as_it_was_told_last() -> None:
    its = record(*(put_forward(goal, gas=gas()) for goal in ("call", "walk")), told("walk", 1, 1), told("call", 3, -1))

    last = attainment(its, ALL)["points"][-1]

    assert last["t_score"] == 50
    assert last["goals"] == [{"goal": "call", "level": -1}, {"goal": "walk", "level": 1}]
    assert last["told"] == [{"goal": "call", "level": -1, "told_by": "entry"}]


def test_it_tells_where_the_goals_began() -> None:
    its = record(put_forward("walk", gas=gas(baseline=-2)), put_forward("call", gas=gas()), told("walk", 2, 0))

    assert attainment(its, ALL)["began"] == {"on": day(0), "t_score": 30, "weighted": False, "goals": ["walk"]}


def test_nobody_knows_where_goals_without_a_baseline_began() -> None:
    assert attainment(record(put_forward("walk", gas=gas()), told("walk", 2, 0)), ALL)["began"] is None


def test_a_late_entry_counts_on_the_day_that_it_is_about() -> None:
    its = record(put_forward("walk", gas=gas()), *diary("walk", d5={"level": 1}, d2={"level": -1}))

    assert scores(its) == [(2, 40), (5, 60)]


def test_the_level_of_the_closing_is_the_last_word() -> None:
    late = event(goal_id("walk"), entry("late", day(9), level=-2), time=NOON)
    its = record(put_forward("walk", gas=gas()), late, closed("walk", 4, 2))

    assert scores(its) == [(4, 70), (9, 70)]


def test_a_goal_entered_in_error_and_one_without_a_scale_have_no_part() -> None:
    wrong = event(goal_id("call"), g.EnteredInError(reason="of somebody else"), role="clinician")
    its = record(*(put_forward("call", gas=gas()), put_forward("walk")), told("call", 1, 1), told("walk", 2, 1), wrong)

    assert attainment(its, ALL) == {"expected": 50, "began": None, "points": []}


def test_weights_count_from_the_day_on_which_a_goal_without_one_was_put_forward() -> None:
    weighed = gas(importance=3, difficulty=2)
    unweighed = event(goal_id("call"), proposed(gas=gas(baseline=-1)), time=NOON + timedelta(days=3))
    its = record(put_forward("walk", gas=weighed), unweighed, told("walk", 1, 1), told("walk", 5, 1))

    assert [each["weighted"] for each in attainment(its, ALL)["points"]] == [True, False]


def test_days_can_be_cut_without_forgetting_what_was_told_before() -> None:
    its = record(*(put_forward(goal, gas=gas()) for goal in ("call", "walk")), told("walk", 1, 1), told("call", 3, 1))

    ((on, score),) = scores(its, Span(day(2)))

    assert (on, round(score, 2)) == (3, 62.4)


LEVELS = st.integers(-2, 2)
RATED = st.none() | st.integers(0, 3)
SCALES = st.fixed_dictionaries({"baseline": st.none() | LEVELS, "importance": RATED, "difficulty": RATED})
STORIES = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 20), LEVELS, st.sampled_from(["entry", "review", "close"])),
    max_size=12,
)


@given(st.tuples(SCALES, SCALES, SCALES), STORIES, st.lists(st.integers(0, 10), min_size=3, max_size=3))
def test_it_is_the_score_that_the_plan_had_at_the_end_of_that_day(
    scales: tuple[Json, Json, Json], story: list[tuple[str, int, int, str]], began: list[int]
) -> None:
    events = [event(PLAN, opened(), role="clinician", actor="c1")]
    for goal, scale, number in zip("abc", scales, began, strict=True):
        data = proposed(gas=gas(**scale))
        events.append(event(goal_id(goal), data, time=NOON + timedelta(days=number)))
    over: set[str] = set()
    for at, (goal, number, level, by) in enumerate(sorted(story, key=lambda each: each[1])):
        if goal in over or number < began["abc".index(goal)]:
            continue
        when = NOON + timedelta(days=number, minutes=at)
        if by == "entry":
            events.append(event(goal_id(goal), entry(f"e{at}", day(number), level=level), time=when))
        elif by == "review":
            review = g.Reviewed(on=day(number), participants=("patient",), decision="keep", level=level)
            events.append(event(goal_id(goal), review, time=when))
        else:
            over.add(goal)
            end = g.Closed(outcome="achieved", reason="done", level=level)
            events.append(event(goal_id(goal), end, role="clinician", time=when))
    log = recorded(events)

    for point in attainment(fold_patient(log), ALL)["points"]:
        evening = datetime.combine(point["on"], time(23, 59), tzinfo=ZONE)
        then = t_scores(fold_patient(up_to(Moment(instant=evening, by="happened"), log)).goals)
        assert point["t_score"] == pytest.approx(then.t_score)
        assert point["weighted"] is then.weighted
        assert [each["goal"] for each in point["goals"]] == list(then.goals)


@given(st.tuples(SCALES, SCALES), STORIES)
def test_the_last_point_is_the_score_of_now(scales: tuple[Json, Json], story: list[tuple[str, int, int, str]]) -> None:
    events = [put_forward(goal, gas=gas(**scale)) for goal, scale in zip("ab", scales, strict=True)]
    events += [
        (reviewed if by == "review" else told)(goal, number, level)
        for goal, number, level, by in story
        if goal in "ab" and by != "close"
    ]
    its = record(*events)

    points = attainment(its, ALL)["points"]

    assert (points[-1]["t_score"] if points else None) == pytest.approx(t_scores(its.goals).t_score)
