"""A plan beside the goals that serve it."""

from events.goal import types as g
from projections.engine.paging import Json
from projections.goal_state.patient.plan import read_plan_with_goals
from projections.goal_state.patient.record import PatientRecord
from tests.builders import NOON, event, gas
from tests.unit.projections.patient.records import diary, done, goal_id, put_forward, record


def read(its: PatientRecord) -> Json:
    assert its.plan is not None
    return read_plan_with_goals(its.plan, its, at=NOON)


def test_the_t_scores_are_of_all_goals_with_a_scale() -> None:
    its = record(
        put_forward("walk", gas=gas(baseline=-2)),
        put_forward("read", gas=gas(baseline=-1)),
        put_forward("talk"),
        *diary("walk", d0={"level": 0}),
        *diary("read", d0={"level": 0}),
    )
    scores = read(its)["gas"]
    assert (scores["t_score"], scores["weighted"], scores["goals"]) == (50.0, False, ["read", "walk"])
    assert scores["baseline_t_score"] < 50 < 50 + scores["change"]


def test_without_a_scale_there_is_no_score() -> None:
    assert read(record(put_forward("walk")))["gas"]["t_score"] is None


def test_priorities_that_no_open_goal_serves_are_listed_by_rank() -> None:
    its = record(put_forward("walk", priority="work"))
    assert [each["id"] for each in read(its)["priorities_without_goals"]] == ["kids", "sleep"]


def test_a_priority_that_is_served_through_a_supported_goal_is_not_without_goals() -> None:
    """The long-term goal for the kids is reached; a short-term one that supports it goes on."""
    its = record(
        put_forward("home", horizon="long_term", priority="kids"), done("home"), put_forward("call", supports="home")
    )
    assert [each["id"] for each in read(its)["priorities_without_goals"]] == ["work", "sleep"]


def test_it_lists_the_patients_goals_but_those_entered_in_error() -> None:
    wrong = event(goal_id("slip"), g.EnteredInError(reason="wrong patient"), role="clinician")
    reworded = event(goal_id("call"), g.Revised(changes=g.Changes(wording="Call them"), reason="patient_request"))
    its = record(
        put_forward("home", horizon="long_term"),
        done("home"),
        put_forward("call"),
        reworded,
        put_forward("slip"),
        wrong,
    )
    call, home = read(its)["goals"]
    assert call == {
        "goal": "call",
        "statement": "What call is about",
        "wording": "Call them",
        "status": "proposed",
        "outcome": None,
        "horizon": "short_term",
    }
    assert (home["goal"], home["status"], home["outcome"], home["horizon"]) == (
        "home",
        "closed",
        "achieved",
        "long_term",
    )


def test_an_intervention_is_judged_by_the_progress_on_the_goals_it_is_linked_to() -> None:
    its = record(
        put_forward("walk", interventions=("Running group",), gas=gas(baseline=-2)),
        put_forward("read", interventions=("running  GROUP", "Reading club")),
        put_forward("talk"),
        *diary("walk", d0={"level": 0, "done": True}, d1={"done": False}, d2={"setback": True}),
    )
    running, reading = read(its)["interventions"]
    assert running["intervention"] == "running  GROUP"
    assert [each["goal"] for each in running["goals"]] == ["read", "walk"]
    walk = running["goals"][1]
    assert (walk["baseline"], walk["level"], walk["change"]) == (-2, 0, 2)
    assert (walk["entries"], walk["told"], walk["done"], walk["setbacks"]) == (3, 2, 1, 1)
    assert running["gas"]["change"] == 20.0
    assert [each["goal"] for each in reading["goals"]] == ["read"]
    assert reading["gas"]["t_score"] is None


def test_a_goal_entered_in_error_says_nothing_about_an_intervention() -> None:
    wrong = event(goal_id("walk"), g.EnteredInError(reason="wrong patient"), role="clinician")
    assert read(record(put_forward("walk", interventions=("Running group",)), wrong))["interventions"] == []
