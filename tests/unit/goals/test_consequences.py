"""One specification for each consequence of `services.goals.reviews`, under its name; more about each elsewhere."""

import inspect
from datetime import timedelta

from events.goal import types as g
from services.goals import reviews
from tests.builders import NOON, TODAY, entry
from tests.specification import Past, clinician, patient
from tests.unit.goals import stories

REVIEWED = g.Reviewed(on=TODAY, participants=("patient", "clinician"), decision="keep")


def far_review(every_days: int = 7) -> Past:
    """A goal with a cadence, whose next review was put 60 days off."""
    activation = g.Activated(review_every_days=every_days, first_review_on=TODAY + timedelta(days=60))
    return stories.agreed().when(clinician(activation)).then_something()


def due(days: int, cause: str) -> g.ReviewScheduled:
    return g.ReviewScheduled.model_validate({"due_on": TODAY + timedelta(days=days), "cause": cause})


def test_first_review() -> None:
    stories.agreed().when(clinician(g.Activated())).then(due(14, "initial"))


def test_next_review() -> None:
    stories.active().when(clinician(REVIEWED)).then(due(14, "routine"))


def test_review_after_reopening() -> None:
    over = stories.active().when(clinician(g.Closed(outcome="achieved", reason="Done"))).then()

    over.when(clinician(g.Reopened(reason="By mistake"))).then(due(14, "routine"))


def test_review_after_setback() -> None:
    stories.active().when(patient(entry("e1", setback=True))).then(due(7, "setback"))


def test_review_after_dip() -> None:
    """On the next cadence date: a week after the work began, however late in that week motivation dips."""
    on_friday = NOON + timedelta(days=4)

    far_review().when(patient(entry("e1", on_friday.date(), motivation=2), time=on_friday)).then(due(7, "motivation"))


def test_sooner() -> None:
    far_review(every_days=3).when(patient(entry("e1", setback=True, motivation=2))).then(due(3, "motivation"))
    far_review(every_days=9).when(patient(entry("e1", setback=True, motivation=2))).then(due(7, "setback"))
    tomorrow = stories.agreed().when(clinician(g.Activated(first_review_on=TODAY + timedelta(days=1)))).then_something()
    tomorrow.when(patient(entry("e1", setback=True, motivation=2))).then()


def test_latest_day() -> None:
    short = stories.active(accommodations=("short_reviews",))

    short.when(clinician(due(8, "moved"))).then_rejected(
        "event.invalid", field="due_on", saying="at most 7 days ahead, on 2026-03-09"
    )
    short.when(clinician(due(7, "moved"))).then()


class TestCorrection:
    """What comes to light by correcting an entry has the consequence that it would have had at once."""

    def test_of_a_setback_that_was_not_told_schedules_a_review(self) -> None:
        logged = far_review().when(patient(entry("e1", done=False))).then()

        told = g.ProgressCorrected(entry="e1", setback=True, reason="I left it out")
        logged.when(patient(told)).then(due(7, "setback"))

    def test_of_a_setback_that_was_told_schedules_nothing_anew(self) -> None:
        told = far_review().when(patient(entry("e1", setback=True))).then(due(7, "setback"))
        moved = told.when(clinician(due(20, "moved"))).then()

        moved.when(patient(g.ProgressCorrected(entry="e1", setback=True, note="At home", reason="More"))).then()

    def test_of_motivation_raises_a_dip_and_schedules_its_review(self) -> None:
        logged = far_review().when(patient(entry("e1", motivation=8))).then()

        lower = logged.when(patient(g.ProgressCorrected(entry="e1", motivation=2, reason="Mistyped")))
        assert lower.then(due(7, "motivation")).goal.raise_at_next_session

    def test_of_an_earlier_entry_can_show_that_the_next_was_a_dip(self) -> None:
        past = far_review().when(patient(entry("e1", motivation=6))).then()
        past = past.when(patient(entry("e2", motivation=5))).then()

        higher = past.when(patient(g.ProgressCorrected(entry="e1", motivation=8, reason="Mistyped")))
        assert higher.then(due(7, "motivation")).goal.raise_at_next_session

    def test_of_a_dip_that_was_none_takes_it_off_the_next_session(self) -> None:
        dip = far_review().when(patient(entry("e1", motivation=2))).then_something()

        corrected = dip.when(patient(g.ProgressCorrected(entry="e1", motivation=8, reason="Mistyped"))).then()
        assert not corrected.goal.raise_at_next_session

    def test_of_anything_else_leaves_a_dip_that_was_reviewed_where_it_is(self) -> None:
        dip = far_review().when(patient(entry("e1", motivation=2))).then_something()
        reviewed = dip.when(clinician(REVIEWED)).then_something()

        corrected = reviewed.when(patient(g.ProgressCorrected(entry="e1", note="A hard day", reason="More"))).then()
        assert not corrected.goal.raise_at_next_session


def test_motivation_is_compared_with_the_day_before_however_late_that_is_told() -> None:
    """An entry that comes late is no later than its day."""
    friday, saturday = (NOON + timedelta(days=days) for days in (4, 5))
    past = far_review().when(patient(entry("friday", friday.date(), motivation=5), time=friday)).then()
    late = past.when(patient(entry("before", TODAY, motivation=7), time=friday)).then()

    assert not late.goal.raise_at_next_session
    late.when(patient(entry("next", saturday.date(), motivation=4), time=saturday)).then()


def test_a_dip_is_raised_by_its_day_whatever_the_order_in_which_entries_come() -> None:
    """A nine on Monday shows that the five of Friday was a dip, also when Monday's entry comes in last."""
    friday = NOON + timedelta(days=4)
    past = far_review().when(patient(entry("friday", friday.date(), motivation=5), time=friday)).then()

    late = past.when(patient(entry("monday", TODAY, motivation=9), time=friday)).then(due(7, "motivation"))

    assert late.goal.raise_at_next_session


def test_every_consequence_has_a_specification_of_its_name() -> None:
    named = {
        name
        for name, each in inspect.getmembers(reviews, inspect.isfunction)
        if each.__module__ == reviews.__name__ and not name.startswith("_")
    }

    assert {name for name in named if f"test_{name}" not in globals()} == set()
