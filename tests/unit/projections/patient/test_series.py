"""What was told day by day: given a diary, then its series."""

from datetime import timedelta

import pytest

from events.event import Event
from events.goal import types as g
from events.plan import types as p
from projections.goal_state.patient.levels import levels_over_time
from projections.goal_state.patient.series import read_series
from projections.goal_state.patient.span import Span
from tests.builders import NOON, PLAN, event, gas
from tests.unit.projections.patient.records import MONDAY, day, diary, goal_id, put_forward, record

ALL = Span()


def measured(instrument: str, score: int, number: int) -> Event:
    data = p.Measured.model_validate({"instrument": instrument, "score": score, "on": day(number)})
    return event(PLAN, data, role="clinician")


def test_a_day_without_an_entry_is_not_in_the_series() -> None:
    series = read_series(record(put_forward("walk"), *diary("walk", d0={"value": 2}, d3={"value": 0})), day(3), ALL)
    (walk,) = series["goals"]
    assert [(point["on"], point["value"]) for point in walk["progress"]] == [(day(0), 2), (day(3), 0)]


def test_an_entry_says_only_what_was_said() -> None:
    (walk,) = read_series(record(put_forward("walk"), *diary("walk", d0={"mood": 4})), MONDAY, ALL)["goals"]
    assert walk["progress"] == [{"on": day(0), "entry": "d0", "mood": 4}]


def test_a_late_entry_stands_on_the_day_it_is_about() -> None:
    (walk,) = read_series(
        record(put_forward("walk"), *diary("walk", d3={"done": True}, d1={"done": False})), day(3), ALL
    )["goals"]
    assert [(point["on"], point["done"]) for point in walk["progress"]] == [(day(1), False), (day(3), True)]


def test_mood_comes_from_entries_and_measurements_alike() -> None:
    series = read_series(
        record(put_forward("walk"), *diary("walk", d2={"mood": 4}), measured("mood", 6, 1)), day(2), ALL
    )
    assert series["mood"] == [
        {"on": day(1), "value": 6, "goal": None},
        {"on": day(2), "value": 4, "goal": "walk"},
    ]


def test_motivation_of_nothing_at_all_is_told() -> None:
    series = read_series(record(put_forward("walk"), *diary("walk", d0={"motivation": 0})), MONDAY, ALL)
    assert series["motivation"] == [{"on": day(0), "value": 0, "goal": "walk"}]


def test_distress_is_told_by_its_instrument() -> None:
    scores = [measured("phq9", 14, 0), measured("distress_thermometer", 0, 2), measured("k10", 22, 1)]
    assert read_series(record(*scores), day(2), ALL)["distress"] == [
        {"on": day(0), "instrument": "phq9", "score": 14},
        {"on": day(1), "instrument": "k10", "score": 22},
        {"on": day(2), "instrument": "distress_thermometer", "score": 0},
    ]


def test_levels_run_from_the_baseline_over_entries_and_reviews_to_the_closing() -> None:
    reviewed = g.Reviewed(on=day(2), participants=("patient", "clinician"), decision="keep", level=0)
    its = record(
        put_forward("walk", gas=gas(baseline=-1)),
        *diary("walk", d4={"level": 1}, d1={"level": -1}),
        event(goal_id("walk"), reviewed),
        event(
            goal_id("walk"),
            g.Closed(outcome="achieved", level=2, reason="six weeks"),
            role="clinician",
            time=NOON + timedelta(days=9),
        ),
    )
    assert [tuple(seen) for seen in levels_over_time(its.goals[0])] == [
        (day(0), -1, "baseline", None),
        (day(1), -1, "entry", 3),
        (day(2), 0, "review", 4),
        (day(4), 1, "entry", 2),
        (day(9), 2, "closing", 5),
    ]


def test_a_goal_without_a_scale_has_no_baseline() -> None:
    assert levels_over_time(record(put_forward("walk")).goals[0]) == []


def test_the_wins_of_a_week_are_told_goal_by_goal_and_together() -> None:
    its = record(
        put_forward("walk"),
        put_forward("read"),
        *diary("walk", d0={"done": True}, d1={"done": True}, d2={"done": False}),
        *diary("read", d8={"level": 1}),
    )
    series = read_series(its, day(8), ALL)
    assert series["weekly_wins"] == [
        {"week": day(0), "goals": [{"goal": "walk", "done": 2, "milestones": (), "level": None, "measured": None}]},
        {"week": day(7), "goals": [{"goal": "read", "done": 0, "milestones": (), "level": 1, "measured": None}]},
    ]
    assert {each["goal"]: len(each["weekly_wins"]) for each in series["goals"]} == {"read": 1, "walk": 1}


@pytest.mark.parametrize(
    ("span", "days"),
    [
        (Span(day(2), None), [day(2), day(4)]),
        (Span(None, day(2)), [day(0), day(2)]),
        (Span(day(1), day(3)), [day(2)]),
        (Span(day(5), None), []),
    ],
    ids=["from", "to", "between", "after"],
)
def test_a_span_narrows_every_series(span: Span, days: list[object]) -> None:
    told: dict[str, object] = {"mood": 5, "motivation": 5, "level": 0}
    its = record(put_forward("walk"), *diary("walk", d0=told, d2=told, d4=told))
    series = read_series(its, day(4), span)
    (walk,) = series["goals"]
    for told_by_day in (series["mood"], series["motivation"], walk["progress"], walk["levels"]):
        assert [each["on"] for each in told_by_day] == days
    assert series["engagement"]["entries"] == 3


def test_a_week_that_began_before_the_span_keeps_its_wins() -> None:
    its = record(put_forward("walk"), *diary("walk", d0={"done": True}))
    assert read_series(its, day(4), Span(day(4), day(5)))["weekly_wins"]


def test_what_was_entered_in_error_is_in_no_series() -> None:
    wrong = event(goal_id("walk"), g.EnteredInError(reason="wrong patient"), role="clinician")
    series = read_series(record(put_forward("walk"), *diary("walk", d0={"mood": 4}), wrong), MONDAY, ALL)
    assert series["goals"] == series["mood"] == []


def test_a_day_has_at_most_one_mood_the_last_that_was_told_with_a_goal() -> None:
    its = record(
        *(put_forward("walk"), put_forward("call")),
        *diary("walk", d1={"mood": 4}, d3={"mood": 5}),
        *diary("call", d1={"mood": 7}),
        *(measured("mood", 2, 1), measured("mood", 6, 2)),
    )

    assert read_series(its, day(3), ALL)["mood_by_day"] == [
        {"on": day(1), "value": 4, "goal": "walk"},
        {"on": day(2), "value": 6, "goal": None},
        {"on": day(3), "value": 5, "goal": "walk"},
    ]


def test_the_last_note_is_that_of_the_latest_day_whenever_it_came_in() -> None:
    its = record(
        put_forward("walk"), *diary("walk", d3={"note": "rain", "setback": True}, d1={"note": "sun"}, d5={"mood": 3})
    )

    note = read_series(its, day(5), ALL)["last_note"]

    assert (note["on"], note["goal"], note["text"], note["setback"]) == (day(3), "walk", "rain", True)
    assert note["actor"] == {"id": "p1", "role": "patient"}


def test_without_a_note_there_is_no_last_one() -> None:
    assert read_series(record(put_forward("walk"), *diary("walk", d1={"mood": 3})), day(1), ALL)["last_note"] is None


def test_a_milestone_is_told_in_words() -> None:
    its = record(put_forward("walk"), event(goal_id("walk"), g.MilestoneSet(milestone="m1", text="Once", due=day(2))))

    (walk,) = read_series(its, day(1), ALL)["goals"]

    assert walk["milestones"] == [{"milestone": "m1", "text": "Once", "due": day(2), "met_on": None}]
