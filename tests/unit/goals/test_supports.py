"""A goal supports a long-term goal of the same patient, and never in a circle."""

from events.goal import types as g
from events.vocabulary import External
from tests.builders import proposed
from tests.specification import Past, by, clinician, patient
from tests.unit.goals import stories


def supporting(past: Past, token: str, supports: str | None, horizon: str = "long_term") -> Past:
    data = proposed(supports=supports, horizon=horizon)
    return past.when(patient(data, on=stories.goal_called(token))).then()


def supports(token: str | None) -> g.Revised:
    return g.Revised(changes=g.Changes(supports=token), reason="clinical")


def test_a_short_term_goal_points_to_a_long_term_one() -> None:
    home = supporting(stories.opened_plan(), "home", None)

    assert home.when(patient(proposed(supports="home"))).then().goal.supports == "home"


def test_only_a_long_term_goal_is_supported() -> None:
    week = supporting(stories.opened_plan(), "week", None, "short_term")

    week.when(patient(proposed(supports="week"))).then_rejected("goal.supports_unknown", saying="not long-term")


def test_a_goal_that_was_never_meant_is_not_supported() -> None:
    home = supporting(stories.opened_plan(), "home", None)
    in_error = home.when(clinician(g.EnteredInError(reason="Wrong"), on=stories.goal_called("home"))).then()

    in_error.when(patient(proposed(supports="home"))).then_rejected("goal.supports_unknown")


def test_the_plan_is_no_goal_to_support() -> None:
    stories.opened_plan().when(patient(proposed(supports="plan"))).then_rejected("goal.supports_unknown")


def test_another_patients_goal_is_not_supported() -> None:
    here = supporting(stories.opened_plan(), "home", None)
    there = stories.goal_called("walk")._replace(patient="pt-2")
    both = here.when(clinician(stories.opened_plan().events[0].data, on=there.plan)).then()

    both.when(patient(proposed(supports="home"), on=there)).then_rejected("goal.supports_unknown")


def test_no_circle_can_be_closed_however_long() -> None:
    chain = supporting(stories.opened_plan(), "a", None)
    chain = supporting(supporting(chain, "b", "a"), "c", "b")

    for last in ("a", "b", "c"):
        chain.when(patient(supports(last), on=stories.goal_called("a"))).then_rejected("goal.supports_cycle")
    chain.when(patient(supports("a"), on=stories.goal_called("c"))).then()


def test_what_is_supported_no_more_can_be_supported_the_other_way() -> None:
    chain = supporting(supporting(stories.opened_plan(), "a", None), "b", "a")
    loose = chain.when(patient(supports(None), on=stories.goal_called("b"))).then()

    loose.when(patient(supports("b"), on=stories.goal_called("a"))).then()


def test_a_circle_that_was_imported_is_no_endless_road() -> None:
    past = stories.opened_plan()
    for token, other in (("a", "b"), ("b", "a")):
        external = (External(system="ehr", value=token),)
        data = g.Imported(statement="x", status="agreed", horizon="long_term", supports=other, external=external)
        past = past.when(by("system", data, on=stories.goal_called(token))).then()

    past.when(patient(proposed(supports="a"))).then_rejected("goal.supports_cycle")
