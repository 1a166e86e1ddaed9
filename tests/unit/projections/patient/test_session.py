"""What is printed for a talk: which sheets there are, and what stands on each."""

from datetime import date

import pytest

from events.event import Event
from events.goal import types as g
from events.vocabulary import Measure, TargetRange
from projections.engine.paging import Json
from projections.goal_state.patient.record import PatientRecord
from projections.goal_state.patient.session import read_session
from projections.goal_state.patient.talk import ABOUT
from tests.builders import event, gas, smart
from tests.unit.projections.patient.records import day, diary, done, goal_id, put_forward, record


def active(token: str, **fields: object) -> list[Event]:
    return [
        put_forward(token, smart=smart(), **fields),
        event(goal_id(token), g.Agreed(), role="clinician", actor="c1"),
        event(goal_id(token), g.Activated(), role="clinician", actor="c1"),
    ]


def due(token: str, on: date) -> Event:
    return event(goal_id(token), g.ReviewScheduled(due_on=on, cause="routine"), role="system", actor="cairn")


def reviewed(token: str, on: date, **fields: object) -> Event:
    data = g.Reviewed.model_validate({"on": on, "participants": ("patient", "clinician"), "decision": "keep", **fields})
    return event(goal_id(token), data, role="clinician", actor="c1")


def sheet(there: PatientRecord, today: date) -> Json:
    (only,) = read_session(there, today)["sheets"]
    return dict(only)


def test_a_goal_that_supports_another_stands_on_the_sheet_of_that_one() -> None:
    there = record(
        put_forward("home", horizon="long_term"),
        *active("call", supports="home"),
        put_forward("walk"),
        put_forward("gone"),
        done("gone"),
    )

    assert [each["goal"] for each in read_session(there, day(0))["sheets"]] == ["home", "walk"]
    assert [each["goal"] for each in read_session(there, day(0), {"call"})["sheets"]] == ["home"]
    assert read_session(there, day(0), set())["sheets"] == []


def test_the_talk_is_the_next_review_and_never_one_that_is_late() -> None:
    there = record(*active("walk"), due("walk", day(2)))

    assert sheet(there, day(0))["talk_on"] == day(2)
    assert sheet(there, day(2))["talk_on"] == day(2)
    assert sheet(there, day(3))["talk_on"] is None


def test_the_earliest_talk_comes_first() -> None:
    there = record(*active("a"), due("a", day(9)), *active("b"), due("b", day(2)), put_forward("c"))
    assert [each["goal"] for each in read_session(there, day(0))["sheets"]] == ["b", "a", "c"]


def test_a_scale_tells_where_it_began_where_it_stands_and_whose_steps_they_are() -> None:
    scale = gas(baseline=-2)
    own = sheet(record(put_forward("walk", gas=scale), *diary("walk", d0={"level": 1}, d1={"level": 0})), day(1))
    theirs = record(
        put_forward("walk", gas=scale),
        event(
            goal_id("walk"),
            g.Revised(changes=g.Changes(gas=gas(baseline=-1)), reason="clinical"),
            role="clinician",
            actor="c1",
        ),
    )

    assert [(step["level"], step["by_patient"]) for step in own["steps"]] == [(n, True) for n in (2, 1, 0, -1, -2)]
    assert (own["began"], own["now"], own["reached"]) == (-2, 0, [0, 1])
    assert {step["by_patient"] for step in sheet(theirs, day(0))["steps"]} == {False}
    assert sheet(theirs, day(0))["now"] == -1


@pytest.mark.parametrize(
    ("measure", "aim"),
    [
        (Measure(what="walks", target=6, per="week"), (6, None, 2)),
        (Measure(what="drinks", unit="drinks", target=3, per="week", direction="at_most"), (None, 3, None)),
        (Measure(what="walks", target=TargetRange(low=2, high=4), per="week"), (2, 4, 2)),
        (Measure(what="the form filled in", target=True), (None, None, None)),
    ],
)
def test_a_week_tells_what_is_aimed_for_and_what_was_told(measure: Measure, aim: tuple[object, ...]) -> None:
    there = record(
        put_forward("walk", smart=smart(measure=measure)),
        event(goal_id("walk"), g.Agreed(), role="clinician", actor="c1"),
        event(goal_id("walk"), g.Activated(), role="clinician", actor="c1"),
        *diary("walk", d0={"done": True}, d1={"done": False}, d2={"done": True}, d8={"done": True}),
    )
    (week,) = sheet(there, day(2))["week"]

    assert (week["low"], week["high"], week["amount"]) == aim
    assert (week["what"], week["days_told"], week["days_done"]) == (measure.what, 3, 2)


def test_goals_that_count_nothing_are_told_only_where_none_counts() -> None:
    scaled = [
        put_forward("home", gas=gas(), horizon="long_term"),
        event(goal_id("home"), g.Agreed(), role="clinician", actor="c1"),
    ]
    scaled += [event(goal_id("home"), g.Activated(), role="clinician", actor="c1"), *diary("home", d0={"mood": 4})]

    alone = sheet(record(*scaled), day(0))["week"]
    beside = sheet(record(*scaled, *active("call", supports="home")), day(0))["week"]

    assert [(each["goal"], each["what"], each["days_told"]) for each in alone] == [("home", None, 1)]
    assert [each["what"] for each in beside] == ["groups attended"]


def test_a_page_for_a_later_day_tells_of_the_week_that_there_is() -> None:
    there = record(*active("walk"), *diary("walk", d6={"done": True}))

    (week,) = read_session(there, day(7), told_on=day(6))["sheets"][0]["week"]

    assert week["days_done"] == 1


def test_until_something_is_told_of_a_week_the_last_one_is_told() -> None:
    there = record(*active("walk"), *diary("walk", d6={"done": True}, d8={"done": True}))

    def told(today: int) -> tuple[bool, date, int]:
        page = sheet(record(*active("walk"), *diary("walk", d6={"done": True})) if today < 8 else there, day(today))
        return page["is_last_week"], page["week_begins"], page["week"][0]["days_done"]

    assert told(6) == (False, day(0), 1)
    assert told(7) == (True, day(0), 1)
    assert told(8) == (False, day(7), 1)
    assert told(14) == (True, day(7), 1)
    assert told(21) == (False, day(21), 0)


def test_a_milestone_of_the_rest_of_the_week_is_ahead() -> None:
    there = record(
        put_forward("walk"),
        *(
            event(goal_id("walk"), g.MilestoneSet(milestone=f"m{number}", text=f"m{number}", due=day(number)))
            for number in (1, 4, 7)
        ),
    )
    assert [each["text"] for each in sheet(there, day(3))["milestones"]] == ["m4"]


STATES: dict[str, tuple[list[Event], int]] = {
    "waiting_for_answer": ([*active("w"), event(goal_id("w"), g.Contested(reason="No."))], 0),
    "setback_told": ([*active("w"), *diary("w", d0={"setback": True, "motivation": 1})], 1),
    "motivation_dip": ([*active("w"), *diary("w", d0={"motivation": 1})], 1),
    "held": ([*active("w"), event(goal_id("w"), g.Held(reason="away"), role="clinician", actor="c1")], 0),
    "waiting_for_patient": (
        [
            event(
                goal_id("w"),
                g.Proposed(statement="Sleep", kind="process", horizon="short_term"),
                role="clinician",
                actor="c1",
            )
        ],
        0,
    ),
    "new_goal": ([*active("w"), due("w", day(9))], 0),
    "reached": ([put_forward("w", gas=gas(baseline=-2)), *diary("w", d0={"level": 2})], 0),
    "step_up": ([put_forward("w", gas=gas(baseline=-2)), *diary("w", d0={"level": -1})], 0),
    "untold_days": ([*active("w"), *diary("w", d0={"done": True})], 7),
    "review_due": ([*active("w"), *diary("w", d0={"done": True}), due("w", day(3))], 3),
    "going_on": ([*active("w"), *diary("w", d0={"done": True}), due("w", day(9))], 1),
}


@pytest.mark.parametrize("about", ABOUT)
def test_each_state_asks_about_itself(about: str) -> None:
    events, number = STATES[about]
    assert sheet(record(*events), day(number))["asks_about"] == about


def test_what_a_review_has_looked_at_is_asked_about_no_more() -> None:
    setback = [*active("w"), *diary("w", d0={"setback": True}), reviewed("w", day(1)), due("w", day(9))]
    risen = [put_forward("w", gas=gas(baseline=-2)), *diary("w", d0={"level": -1}), reviewed("w", day(1), level=-1)]

    assert sheet(record(*setback), day(2))["asks_about"] == "going_on"
    assert sheet(record(*risen), day(2))["asks_about"] == "going_on"


def test_a_goal_that_leads_to_another_is_asked_about_on_its_sheet() -> None:
    there = record(
        put_forward("home", horizon="long_term"), *active("call", supports="home"), *diary("call", d0={"setback": True})
    )
    assert sheet(there, day(1))["asks_about"] == "setback_told"
