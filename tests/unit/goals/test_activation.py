"""What activation needs: both agreements, a usable definition, and room among the patient's active goals."""

from datetime import timedelta

import pytest

from events.goal import types as g
from events.goal.types import Override
from events.plan import types as p
from events.vocabulary import ActorRole, External, Measure, Smart, TargetRange
from tests.builders import GOAL, TODAY, gas, proposed, smart
from tests.specification import Past, by, clinician, given, patient
from tests.unit.goals import stories

THREE = {"-1": "Stays in", "0": "Goes out", "1": "Meets a friend"}
THREE_LEVELS = gas(levels=THREE)
USABLE = [
    smart(),
    smart(measure=Measure(what="Write the letter", target=True)),
    smart(measure=Measure(what="hours of sleep", target=TargetRange(low=7))),
    Smart.model_validate_json('{"measure":{"what":"groups","target":3},"due":"2026-05-01"}'),
]


def defined(**fields: object) -> Past:
    """A goal both have agreed to, with this for a definition."""
    return stories.own_words(**fields).when(clinician(g.Agreed())).then()


@pytest.mark.parametrize("definition", USABLE, ids=["number", "yes", "range", "date"])
def test_smart_with_measure_target_and_due_is_usable(definition: Smart) -> None:
    assert defined(smart=definition).when(clinician(g.Activated())).then_something().goal.status == "active"


def test_a_scale_of_five_levels_is_usable() -> None:
    assert defined(gas=gas()).when(clinician(g.Activated())).then_something().goal.status == "active"


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"smart": Smart()}, ["smart.measure", "smart.measure.target", "smart.due"]),
        ({"smart": Smart(measure=Measure(what="groups"))}, ["smart.measure.target", "smart.due"]),
        ({"smart": Smart(measure=Measure(what="groups", target=3))}, ["smart.due"]),
        ({"smart": smart(measure=None)}, ["smart.measure", "smart.measure.target"]),
    ],
    ids=["empty", "measure only", "no end", "end only"],
)
def test_a_vague_goal_is_told_which_parts_are_missing(fields: dict[str, object], missing: list[str]) -> None:
    rejection = defined(**fields).when(clinician(g.Activated())).then_rejected("goal.vague")

    assert [error.field for error in rejection.errors] == missing


def test_a_goal_in_own_words_only_is_told_what_either_framework_would_need() -> None:
    rejection = defined(statement="feel better").when(clinician(g.Activated())).then_rejected("goal.vague")

    fields = [error.field for error in rejection.errors]
    assert fields[:3] == ["smart.measure", "smart.measure.target", "smart.due"]
    assert fields[3:] == [f"gas.levels.{level}" for level in (-2, -1, 0, 1, 2)]


def test_in_simplified_language_three_levels_do_and_no_smart_is_needed() -> None:
    plan = stories.opened_plan(accommodations=("simplified_language",))
    agreed = plan.when(patient(proposed(gas=THREE_LEVELS))).then().when(clinician(g.Agreed())).then()

    assert agreed.when(clinician(g.Activated())).then_something().goal.status == "active"


def test_in_simplified_language_what_is_missing_are_levels() -> None:
    plan = stories.opened_plan(accommodations=("simplified_language",))
    agreed = plan.when(patient(proposed())).then().when(clinician(g.Agreed())).then()

    rejection = agreed.when(clinician(g.Activated())).then_rejected("goal.vague")

    assert [error.field for error in rejection.errors] == ["gas.levels.-1", "gas.levels.0", "gas.levels.1"]


@pytest.mark.parametrize("extra", [{}, {"2": "Brings the friend"}, {"-2": "Stays in bed", "2": "Brings the friend"}])
def test_in_simplified_language_more_levels_than_three_are_welcome(extra: dict[str, str]) -> None:
    scale = gas(levels={**THREE, **extra})

    stories.opened_plan(accommodations=("simplified_language",)).when(patient(proposed(gas=scale))).then()


def test_a_revision_keeps_a_goal_that_is_worked_on_well_enough_defined() -> None:
    vague = g.Revised(changes=g.Changes(smart=Smart()), reason="clinical")

    stories.active().when(clinician(vague)).then_rejected("goal.vague", field="smart.measure")
    stories.agreed().when(clinician(vague)).then()


def test_a_vague_goal_that_is_worked_on_elsewhere_can_be_revised_step_by_step() -> None:
    elsewhere = g.Imported(statement="Quit", status="active", external=(External(system="ehr", value="1"),))
    imported = stories.opened_plan().when(by("system", elsewhere)).then_something()

    imported.when(clinician(g.Revised(changes=g.Changes(smart=Smart(specific="No drinks")), reason="clinical"))).then()


def test_a_scale_grows_level_by_level_while_the_goal_is_a_draft() -> None:
    levels = dict(gas().levels)
    past = stories.own_words(gas=gas(levels={"0": levels["0"]}))
    for level in ("-1", "1", "-2", "2"):
        past.when(clinician(g.Agreed())).then().when(clinician(g.Activated())).then_rejected(
            "goal.vague", field=f"gas.levels.{level}"
        )
        scale = gas(levels={**(past.goal.gas.levels if past.goal.gas else {}), level: levels[level]})
        past = past.when(patient(g.Revised(changes=g.Changes(gas=scale), reason="clinical"))).then()

    work = past.when(clinician(g.Agreed())).then().when(clinician(g.Activated())).then_something()
    assert work.goal.status == "active"


def test_a_scale_that_was_begun_is_whole_before_the_work_begins_also_beside_smart() -> None:
    half = defined(smart=smart(), gas=THREE_LEVELS)

    rejection = half.when(clinician(g.Activated())).then_rejected("goal.vague")

    assert [error.field for error in rejection.errors] == ["gas.levels.-2", "gas.levels.2"]
    not_begun = defined(smart=smart(), gas=gas(levels={})).when(clinician(g.Activated())).then_something()
    assert not_begun.goal.status == "active"


def test_a_scale_given_in_a_revision_of_a_goal_at_work_is_whole() -> None:
    revision = g.Revised(changes=g.Changes(gas=THREE_LEVELS), reason="clinical")

    stories.active().when(clinician(revision)).then_rejected("gas.levels", field="gas.levels.2")


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_active_goals_never_exceed_the_plans_limit(limit: int) -> None:
    plan = {"active_goal_limit": limit}

    stories.active_goals(limit - 1, **plan).when(clinician(g.Activated())).then_something()
    stories.active_goals(limit, **plan).when(clinician(g.Activated())).then_rejected("goal.limit_reached")


def test_a_limit_that_is_amended_holds_from_then_on() -> None:
    full = stories.active_goals(3)
    more = full.when(clinician(p.Amended(active_goal_limit=4, reason="Going well"), on=GOAL.plan)).then()

    full.when(clinician(g.Activated())).then_rejected("goal.limit_reached")
    more.when(clinician(g.Activated())).then_something()


@pytest.mark.parametrize(
    "event",
    [
        g.Held(reason="A pause"),
        g.Closed(outcome="achieved", reason="Done"),
        g.EnteredInError(reason="Wrong patient"),
    ],
    ids=lambda event: event.type_name,
)
def test_a_goal_that_is_not_worked_on_makes_room(event: g.GoalPayload) -> None:
    room = stories.active_goals(3).when(clinician(event, on=stories.goal_called("other-1"))).then()

    room.when(clinician(g.Activated())).then_something()


@pytest.mark.parametrize("role", ["clinician", "supervisor"])
def test_an_override_admits_one_more_and_is_noted(role: ActorRole) -> None:
    override = g.Activated(override=Override(reason="The custody hearing cannot wait"))

    past = stories.active_goals(3).when(by(role, override)).then_something()

    assert (past.goal.status, past.goal.override_reason) == ("active", "The custody hearing cannot wait")


def test_an_override_that_is_used_is_said_so() -> None:
    full = stories.active_goals(1, active_goal_limit=1)
    (first_review,) = [each.data for each in full.events if isinstance(each.data, g.ReviewScheduled)]

    full.when(clinician(g.Activated(override=Override(reason="Court date")))).then(
        first_review, noting="Override used: 1 goal is active; the plan allows 1."
    )


@pytest.mark.parametrize("role", ["patient", "family", "system"])
def test_an_override_comes_from_a_clinician_or_supervisor(role: ActorRole) -> None:
    override = g.Activated(override=Override(reason="I want it"))

    stories.active_goals(3).when(by(role, override)).then_rejected(
        "goal.limit_reached", saying="An override must come from a clinician or supervisor."
    )


def test_an_override_that_was_not_needed_is_not_noted() -> None:
    follows = stories.active_goals(2).when(clinician(g.Activated())).then_something().events[-1].data
    assert isinstance(follows, g.ReviewScheduled)

    stories.active_goals(2).when(clinician(g.Activated(override=Override(reason="To be sure")))).then(follows)


def test_going_on_with_a_held_goal_needs_room_again() -> None:
    held = stories.active_goals(2).when(clinician(g.Activated())).then_something()
    held = held.when(clinician(g.Held(reason="A pause"))).then()
    another = stories.goal_called("another")
    full = given(*(each.event for each in held.events if each.event.actor.role != "system"), *stories.to_work(another))

    full.when(clinician(g.Resumed(reason="Back"))).then_rejected("goal.limit_reached")
    review = g.Reviewed(on=TODAY, participants=("patient", "clinician"), decision="resume")
    full.when(clinician(review)).then_rejected("goal.limit_reached")


def test_only_a_goal_imported_into_work_may_exceed_the_limit_and_it_is_said_so() -> None:
    elsewhere = {"statement": "Walk", "external": (External(system="ehr", value="1"),)}
    full = stories.active_goals(3)
    other = stories.goal_called("elsewhere")

    active = full.when(by("system", g.Imported.model_validate({**elsewhere, "status": "active"}), on=other))
    first_review = g.ReviewScheduled(due_on=TODAY + timedelta(days=14), cause="initial")
    active.then(first_review, noting="With this goal 4 are active; the plan allows 3.")
    full.when(by("system", g.Imported.model_validate({**elsewhere, "status": "held"}), on=other)).then(first_review)
