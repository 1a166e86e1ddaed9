"""How a goal ends: not straight after a setback, once, and for whatever it was worth; or it was never meant."""

from datetime import timedelta

import pytest

from events.flag import Flag
from events.goal import GoalState, fold_goals
from events.goal import types as g
from events.goal.facts_of_goals import diary_facts, goal_facts
from events.goal.flags import Around, flags
from events.vocabulary import External, Outcome, ReviewDecision
from tests.builders import GOAL, NOON, TODAY, entry, event, proposed, recorded
from tests.specification import Past, by, clinician, patient
from tests.unit.goals import stories

NO_SCALE = "The goal has no scale for this level."


def flags_of(goal: GoalState) -> list[Flag]:
    return flags(goal_facts(goal), Around(diary=diary_facts(goal)))


def closed(outcome: Outcome, **fields: object) -> g.Closed:
    return g.Closed.model_validate({"outcome": outcome, "reason": "It was time", **fields})


def review(days: int, decision: ReviewDecision = "keep") -> g.Reviewed:
    return g.Reviewed(on=TODAY + timedelta(days=days), participants=("patient", "clinician"), decision=decision)


@pytest.fixture
def setback() -> Past:
    """A goal with a setback on the Wednesday."""
    wednesday = TODAY + timedelta(days=2)
    event = patient(entry("e1", wednesday, setback=True), time=NOON + timedelta(days=2))
    return stories.active().when(event).then_something()


@pytest.mark.parametrize("outcome", ["retired", "not_achieved"])
def test_after_a_setback_giving_up_needs_a_review_on_or_after_it(setback: Past, outcome: Outcome) -> None:
    later = NOON + timedelta(days=3)

    setback.when(clinician(closed(outcome), time=later)).then_rejected("goal.setback_unreviewed")
    before = setback.when(clinician(review(1), time=later)).then_something()
    before.when(clinician(closed(outcome), time=later)).then_rejected("goal.setback_unreviewed")
    for days in (2, 3):
        reviewed = setback.when(clinician(review(days), time=later)).then_something()
        assert reviewed.when(clinician(closed(outcome), time=later)).then().goal.outcome == outcome


@pytest.mark.parametrize("outcome", ["achieved", "partially_achieved", "replaced"])
def test_after_a_setback_a_goal_may_still_be_reached(setback: Past, outcome: Outcome) -> None:
    later = NOON + timedelta(days=3)

    assert setback.when(clinician(closed(outcome), time=later)).then_something().goal.outcome == outcome


def test_the_review_that_retires_a_goal_is_the_review_of_its_setback(setback: Past) -> None:
    later = NOON + timedelta(days=3)

    setback.when(clinician(review(1, "retire"), time=later)).then_rejected("goal.setback_unreviewed")
    assert setback.when(clinician(review(3, "retire"), time=later)).then().goal.outcome == "retired"


def test_a_setback_told_after_the_review_protects_whatever_its_day() -> None:
    """What counts is what was known: nobody could look at it in that review."""
    later = NOON + timedelta(days=9)
    reviewed = stories.active().when(clinician(review(9), time=later)).then_something()
    told_late = reviewed.when(patient(entry("e1", TODAY + timedelta(days=3), setback=True), time=later))
    setback = told_late.then_something()

    setback.when(clinician(closed("not_achieved"), time=later)).then_rejected("goal.setback_unreviewed")
    again = setback.when(clinician(review(9), time=later)).then_something()
    again.when(clinician(closed("not_achieved"), time=later)).then()


def test_a_setback_that_comes_to_light_by_a_correction_protects_from_then_on() -> None:
    logged = stories.active().when(patient(entry("e1", done=False))).then()
    reviewed = logged.when(clinician(review(0))).then_something()
    told = reviewed.when(
        patient(g.ProgressCorrected(entry="e1", setback=True, reason="I left it out"))
    ).then_something()

    told.when(clinician(closed("retired"))).then_rejected("goal.setback_unreviewed")


def test_a_setback_is_looked_at_by_no_review_of_a_day_before_it(setback: Past) -> None:
    later = NOON + timedelta(days=3)
    typed_in_late = setback.when(clinician(review(0), time=later)).then_something()

    assert [each.entry for each in typed_in_late.goal.unreviewed_setbacks] == ["e1"]


ALONE = "It was closed as retired after the setback of 2026-03-04, and no review since then included the patient."


def alone(days: int, decision: ReviewDecision) -> g.Reviewed:
    return g.Reviewed(on=TODAY + timedelta(days=days), participants=("clinician",), decision=decision)


def test_a_clinician_alone_does_not_retire_a_goal_in_silence_after_a_setback(setback: Past) -> None:
    hour_later = NOON + timedelta(days=2, hours=1)

    retired = setback.when(clinician(alone(2, "retire"), time=hour_later)).then(noting=ALONE)

    assert [each.entry for each in retired.goal.closed_without_patient] == ["e1"]
    assert [flag.code for flag in flags_of(retired.goal)] == ["closed_without_patient"]


def test_nor_by_a_review_alone_and_a_closing_after_it(setback: Past) -> None:
    hour_later = NOON + timedelta(days=2, hours=1)
    reviewed = setback.when(clinician(alone(2, "keep"), time=hour_later)).then_something()

    reviewed.when(clinician(closed("retired"), time=hour_later)).then(noting=ALONE)


def test_closing_after_a_review_with_the_patient_or_by_the_patient_needs_no_flag(setback: Past) -> None:
    later = NOON + timedelta(days=3)
    together = setback.when(clinician(review(3, "retire"), time=later)).then()
    by_patient = setback.when(clinician(alone(2, "keep"), time=later)).then_something()
    let_go = by_patient.when(patient(closed("retired"), time=later)).then()

    assert flags_of(together.goal) == flags_of(let_go.goal) == []


def test_a_setback_told_after_the_closing_was_not_known_to_whoever_closed_it(setback: Past) -> None:
    before = stories.active().when(clinician(closed("retired"), time=NOON + timedelta(days=3))).then()
    late = event(GOAL, entry("e1", TODAY + timedelta(days=2), setback=True), time=NOON + timedelta(days=4))

    after = fold_goals(recorded([*(each.event for each in before.events if each.goal_id == GOAL), late]))

    assert after is not None
    assert len(after.unreviewed_setbacks) == 1
    assert after.closed_without_patient == ()


def test_a_goal_that_never_began_can_be_let_go() -> None:
    assert stories.own_words().when(patient(closed("retired"))).then().goal.status == "closed"


def test_a_goal_is_closed_once() -> None:
    over = stories.active().when(clinician(closed("achieved", level=1))).then(noting=NO_SCALE)

    assert (over.goal.closed_level, over.goal.latest_level, over.goal.next_review) == (1, 1, None)
    over.when(clinician(closed("achieved"))).then_rejected("goal.closed")


def test_what_a_review_closed_can_still_be_told_more_about_once() -> None:
    by_review = stories.active().when(clinician(review(0, "achieve"))).then()

    told = by_review.when(clinician(closed("partially_achieved", level=-1))).then(noting=NO_SCALE)

    assert (told.goal.outcome, told.goal.closed_level, told.goal.reason) == ("partially_achieved", -1, "It was time")
    told.when(clinician(closed("achieved"))).then_rejected("goal.closed")


def test_so_can_an_imported_goal_that_a_review_here_closed() -> None:
    elsewhere = g.Imported(statement="Walk", status="active", external=(External(system="ehr", value="1"),))
    imported = stories.opened_plan().when(by("system", elsewhere)).then_something()
    by_review = imported.when(clinician(review(0, "achieve"))).then()

    told = by_review.when(clinician(closed("achieved", level=2))).then(noting=NO_SCALE)
    assert told.goal.closed_level == 2


def test_a_goal_imported_as_closed_is_closed_for_good() -> None:
    elsewhere = g.Imported(
        statement="Walk", status="closed", outcome="achieved", external=(External(system="ehr", value="1"),)
    )
    imported = stories.opened_plan().when(by("system", elsewhere)).then()

    imported.when(clinician(closed("achieved"))).then_rejected("goal.closed")


def test_a_goal_is_replaced_by_another_of_the_same_patient() -> None:
    successor = stories.goal_called("smaller-step")
    past = stories.active().when(patient(proposed(), on=successor)).then()

    past.when(clinician(closed("replaced", replaced_by="walk"))).then_rejected("event.invalid", field="replaced_by")
    assert (
        past.when(clinician(closed("replaced", replaced_by="smaller-step"))).then().goal.replaced_by == "smaller-step"
    )


@pytest.mark.parametrize(
    "past",
    [stories.own_words(), stories.active(), stories.active().when(clinician(closed("achieved"))).then()],
    ids=lambda past: past.goal.status,
)
def test_whatever_its_state_a_goal_can_be_marked_as_never_meant_once(past: Past) -> None:
    never_meant = past.when(clinician(g.EnteredInError(reason="Wrong patient"))).then()

    assert (never_meant.goal.status, never_meant.goal.next_review) == ("entered_in_error", None)
    never_meant.when(clinician(g.EnteredInError(reason="Again"))).then_rejected("goal.closed", saying="in error")


def test_a_held_goal_is_resumed_where_it_was() -> None:
    held = stories.active().when(clinician(g.Held(reason="Hospital"))).then()
    resumed = held.when(clinician(g.Resumed(reason="Back home"))).then()

    assert (held.goal.status, held.goal.reason) == ("held", "Hospital")
    assert (resumed.goal.status, resumed.goal.next_review) == ("active", held.goal.next_review)
