"""How a patient's goals hang together: given events, then the tree."""

from datetime import date

import pytest

from events.event import Event
from events.goal import types as g
from projections.engine.paging import Json
from projections.goal_state.patient.record import PatientRecord, fold_patient
from projections.goal_state.patient.tree import read_tree
from tests.builders import event, recorded
from tests.unit.projections.patient.records import MONDAY, day, done, goal_id, put_forward, record


def family() -> list[Event]:
    """A long-term goal for the kids, a short-term one that supports it, and its milestones."""
    return [
        put_forward("home", horizon="long_term", priority="kids"),
        put_forward("call", supports="home"),
        *(milestone("call", f"m{number}", day(number)) for number in (-1, 0, 6, 7)),
    ]


def milestone(token: str, name: str, due: date) -> Event:
    return event(goal_id(token), g.MilestoneSet(milestone=name, text=f"{name} done", due=due))


def branches(branches: list[Json]) -> Json:
    """Only the goals' ids, as they stand below each other."""
    return {branch["goal"]: branches_below(branch) for branch in branches}


def branches_below(branch: Json) -> Json:
    return branches(branch["goals"])


def test_a_milestone_of_the_week_leads_over_its_goal_and_the_long_term_goal_to_the_priority() -> None:
    tree = read_tree(record(*family()), day(2))
    (kids, *_) = tree["priorities"]
    (home,) = kids["goals"]
    (call,) = home["goals"]
    assert (kids["id"], home["goal"], call["goal"]) == ("kids", "home", "call")
    assert [each["milestone"] for each in call["milestones"]] == ["m0", "m6"]


@pytest.mark.parametrize("today", [day(0), day(6)])
def test_a_week_is_from_monday_to_sunday(today: date) -> None:
    assert read_tree(record(), today)["week"] == {"begins": MONDAY, "ends": day(6)}


def test_a_milestone_that_was_met_this_week_is_of_this_week() -> None:
    met = event(goal_id("call"), g.MilestoneMet(milestone="m-1", on=day(1)))
    tree = read_tree(record(*family(), met), day(2))
    (call,) = tree["priorities"][0]["goals"][0]["goals"]
    assert [(each["milestone"], each["met_on"]) for each in call["milestones"]] == [
        ("m-1", day(1)),
        ("m0", None),
        ("m6", None),
    ]


def test_a_goal_without_a_priority_of_the_plan_is_listed_beside() -> None:
    tree = read_tree(record(put_forward("walk"), put_forward("read", priority="gone")), MONDAY)
    assert branches(tree["goals_without_priority"]) == {"read": {}, "walk": {}}


def test_orphans_are_open_short_term_goals_that_lead_to_no_long_term_goal() -> None:
    goals = [
        put_forward("alone", priority="work"),
        put_forward("astray", supports="alone"),
        put_forward("over"),
        done("over"),
    ]
    tree = read_tree(record(*family(), *goals), MONDAY)
    assert [each["goal"] for each in tree["orphans"]] == ["alone", "astray"]
    assert branches(tree["priorities"][1]["goals"]) == {"alone": {"astray": {}}}


def test_priorities_that_no_open_goal_serves_are_listed() -> None:
    tree = read_tree(record(*family(), put_forward("job", priority="work"), done("job")), MONDAY)
    assert [each["id"] for each in tree["priorities_without_goals"]] == ["work", "sleep"]


def test_a_priority_that_a_supporting_goal_serves_does_not_look_empty() -> None:
    """The goal above it has no priority of its own, so its branch stands below the first of those that support it."""
    goals = [
        put_forward("home", horizon="long_term"),
        put_forward("call", supports="home", priority="work"),
        put_forward("rest", supports="call", priority="sleep"),
    ]
    kids, work, sleep = read_tree(record(*goals), MONDAY)["priorities"]
    assert (kids["goals"], kids["served_by"]) == ([], [])
    assert (branches(work["goals"]), work["served_by"]) == ({"home": {"call": {"rest": {}}}}, ["call", "rest"])
    assert (sleep["goals"], sleep["served_by"]) == ([], ["rest"])


def test_a_goal_entered_in_error_is_nowhere() -> None:
    wrong = event(goal_id("call"), g.EnteredInError(reason="wrong patient"), role="clinician")
    tree = read_tree(record(*family(), wrong), MONDAY)
    assert branches(tree["priorities"][0]["goals"]) == {"home": {}}
    assert tree["orphans"] == []


def test_goals_that_lead_to_each_other_in_a_circle_are_each_told_once() -> None:
    circle = [put_forward(token, supports=above) for token, above in (("a", "c"), ("b", "a"), ("c", "b"))]
    assert branches(read_tree(record(*circle), MONDAY)["goals_without_priority"]) == {"a": {"b": {"c": {}}}}


def test_without_a_plan_there_are_no_priorities() -> None:
    without: PatientRecord = fold_patient(recorded([put_forward("walk", priority="kids")]))
    tree = read_tree(without, MONDAY)
    assert tree["priorities"] == tree["priorities_without_goals"] == []
    assert branches(tree["goals_without_priority"]) == {"walk": {}}
