"""Daily entries, their corrections, and milestones."""

from datetime import timedelta

import pytest

from events.goal import types as g
from tests.builders import TODAY, entry
from tests.specification import clinician, patient
from tests.unit.goals import stories

YESTERDAY = TODAY - timedelta(days=1)
LAST_MONTH = TODAY - timedelta(days=30)


@pytest.mark.parametrize("on", [TODAY, YESTERDAY, LAST_MONTH])
def test_an_entry_may_be_for_today_or_any_earlier_day(on: object) -> None:
    past = stories.active().when(patient(entry("e1", on, done=True))).then()  # type: ignore[arg-type]  # parametrized

    assert [each.on for each in past.goal.progress] == [on]


def test_a_held_goal_takes_entries_too() -> None:
    held = stories.active().when(clinician(g.Held(reason="A pause"))).then()

    held.when(patient(entry("e1"))).then()


def test_an_entry_is_logged_once_and_then_corrected() -> None:
    past = stories.active().when(patient(entry("e1", mood=3, note="Rough"))).then()
    past.when(patient(entry("e1", mood=4))).then_rejected("event.invalid", field="entry", saying="progress_corrected")

    corrected = past.when(patient(g.ProgressCorrected(entry="e1", mood=7, reason="Mistyped"))).then()

    (kept,) = corrected.goal.progress
    assert (kept.mood, kept.note, kept.corrected) == (7, "Rough", True)


def test_an_entry_can_be_moved_to_its_right_day() -> None:
    past = stories.active().when(patient(entry("e1", done=True))).then()

    moved = past.when(patient(g.ProgressCorrected(entry="e1", on=YESTERDAY, reason="It was yesterday"))).then()

    assert [(each.on, each.done) for each in moved.goal.progress] == [(YESTERDAY, True)]


def test_only_an_entry_that_is_there_can_be_corrected() -> None:
    correction = g.ProgressCorrected(entry="e9", mood=7, reason="Mistyped")

    stories.active().when(patient(correction)).then_rejected("event.invalid", field="entry")


def test_a_setback_that_was_none_is_taken_back_by_a_correction() -> None:
    past = stories.active().when(patient(entry("e1", setback=True))).then_something()

    past = past.when(patient(g.ProgressCorrected(entry="e1", setback=False, reason="A misunderstanding"))).then()

    past.when(clinician(g.Closed(outcome="retired", reason="No longer fits"))).then()


def test_a_milestone_is_set_moved_and_met() -> None:
    def milestone(text: str) -> g.MilestoneSet:
        return g.MilestoneSet(milestone="week-1", text=text, due=TODAY)

    past = stories.active().when(clinician(milestone("Two groups"))).then()
    past = past.when(clinician(milestone("Three groups"))).then()
    past = past.when(patient(g.MilestoneMet(milestone="week-1", on=YESTERDAY))).then()

    assert [(each.text, each.met_on) for each in past.goal.milestones] == [("Three groups", YESTERDAY)]
    past.when(clinician(milestone("Four"))).then_rejected("event.invalid", field="milestone", saying="met already")
    past.when(patient(g.MilestoneMet(milestone="week-1", on=TODAY))).then_rejected("event.invalid", field="milestone")


def test_only_a_milestone_that_is_set_can_be_met() -> None:
    met = g.MilestoneMet(milestone="week-9", on=TODAY)

    stories.active().when(patient(met)).then_rejected("event.invalid", field="milestone")
