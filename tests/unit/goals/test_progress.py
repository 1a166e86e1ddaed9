"""Daily entries, their corrections, and milestones."""

from datetime import UTC, date, datetime, timedelta

import pytest

from events.catalog import decode, encode
from events.goal import types as g
from events.vocabulary import External
from tests.builders import GOAL, NOON, TODAY, entry
from tests.specification import by, clinician, patient
from tests.unit.goals import stories

DAY = timedelta(days=1)
MONTH_LATER = NOON + 30 * DAY


@pytest.mark.parametrize("days", [0, 1, 29, 30])
def test_an_entry_may_be_for_today_or_any_earlier_day_since_the_work_began(days: int) -> None:
    on = TODAY + days * DAY

    past = stories.active().when(patient(entry("e1", on, done=True), time=MONTH_LATER)).then()

    assert [each.on for each in past.goal.progress] == [on]


@pytest.mark.parametrize("on", [date(1970, 1, 1), TODAY - DAY], ids=str)
def test_an_entry_for_a_day_before_the_work_began_is_outside_the_goal(on: date) -> None:
    stories.active().when(patient(entry("e1", on), time=MONTH_LATER)).then_rejected(
        "progress.outside_goal", field="on", saying="The work on the goal began on 2026-03-02"
    )


CLOSED = stories.active().when(clinician(g.Closed(outcome="achieved", reason="Done"), time=MONTH_LATER)).then()


def test_an_entry_that_comes_in_after_the_closing_is_kept() -> None:
    """Written when the goal was active, and synced when it was not any more."""
    for days in (0, 29, 30):
        late = patient(entry("e1", TODAY + days * DAY, setback=True), time=MONTH_LATER + 5 * DAY)

        past = CLOSED.when(late).then()

        assert (past.goal.status, [each.entry for each in past.goal.progress]) == ("closed", ["e1"])


def test_an_entry_for_a_day_after_the_closing_is_outside_the_goal() -> None:
    after = patient(entry("e1", TODAY + 31 * DAY), time=MONTH_LATER + 5 * DAY)

    CLOSED.when(after).then_rejected("progress.outside_goal", field="on", saying="closed on 2026-04-01")


def test_the_clinics_day_and_the_senders_are_both_days_of_the_goal() -> None:
    """Begun on Monday evening in Los Angeles, when it was Tuesday in UTC already."""
    evening = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
    begun = stories.agreed(time_zone="America/Los_Angeles").when(clinician(g.Activated(), time=evening))

    begun.then_something().when(patient(entry("e1", date(2026, 3, 2)), time=evening)).then()


def test_the_day_of_the_closing_is_the_clinics_too() -> None:
    """Closed on Monday night in UTC, when it was Tuesday in Vienna already."""
    night = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    ending = clinician(g.Closed(outcome="achieved", reason="Done"), time=night)
    closed = stories.active(time_zone="Europe/Vienna").when(ending).then()

    closed.when(patient(entry("e1", date(2026, 3, 3)), time=night)).then()
    closed.when(patient(entry("e1", date(2026, 3, 4)), time=night + 3 * DAY)).then_rejected("progress.outside_goal")


def test_a_goal_that_never_began_takes_no_entries_after_its_end() -> None:
    let_go = stories.own_words().when(patient(g.Closed(outcome="retired", reason="No"))).then()

    let_go.when(patient(entry("e1"))).then_rejected("progress.not_open")


def test_an_imported_goal_takes_entries_since_it_began_elsewhere() -> None:
    elsewhere = {"statement": "Walk", "status": "active", "external": (External(system="ehr", value="1"),)}
    since = g.Imported.model_validate({**elsewhere, "started_on": TODAY - 30 * DAY})
    unknown = g.Imported.model_validate(elsewhere)

    for imported, days, taken in ((since, 30, True), (since, 31, False), (unknown, 400, True)):
        past = stories.opened_plan().when(by("system", imported)).then_something()
        submitted = past.when(patient(entry("e1", TODAY - days * DAY)))
        if taken:
            submitted.then()
        else:
            submitted.then_rejected("progress.outside_goal", field="on")


def test_a_held_goal_takes_entries_too() -> None:
    held = stories.active().when(clinician(g.Held(reason="A pause"))).then()

    held.when(patient(entry("e1"))).then()


def test_an_entry_is_logged_once_and_then_corrected() -> None:
    past = stories.active().when(patient(entry("e1", mood=3, note="Rough"))).then()
    past.when(patient(entry("e1", mood=4))).then_rejected("entry.exists", field="entry", saying="progress_corrected")

    corrected = past.when(patient(g.ProgressCorrected(entry="e1", mood=7, reason="Mistyped"))).then()

    (kept,) = corrected.goal.progress
    assert (kept.mood, kept.note, kept.corrected) == (7, "Rough", True)


def test_an_entry_can_be_moved_to_its_right_day() -> None:
    tomorrow = NOON + DAY
    past = stories.active().when(patient(entry("e1", tomorrow.date(), done=True), time=tomorrow)).then()

    yesterday = g.ProgressCorrected(entry="e1", on=TODAY, reason="It was yesterday")
    moved = past.when(patient(yesterday, time=tomorrow)).then()

    assert [(each.on, each.done) for each in moved.goal.progress] == [(TODAY, True)]
    before = g.ProgressCorrected(entry="e1", on=TODAY - DAY, reason="Even earlier")
    past.when(patient(before, time=tomorrow)).then_rejected("progress.outside_goal", field="on")


def test_only_an_entry_that_is_there_can_be_corrected() -> None:
    correction = g.ProgressCorrected(entry="e9", mood=7, reason="Mistyped")

    stories.active().when(patient(correction)).then_rejected("entry.unknown", field="entry")


def test_a_correction_clears_what_is_given_as_null() -> None:
    past = stories.active().when(patient(entry("e1", mood=3, note="He was there", setback=True))).then_something()
    cleared = {"entry": "e1", "note": None, "setback": None, "reason": "Too much said"}

    correction = read_back(g.ProgressCorrected.model_validate(cleared))
    (kept,) = past.when(patient(correction)).then().goal.progress

    assert (kept.mood, kept.note, kept.setback, kept.setback_version) == (3, None, None, None)


def test_a_correction_that_would_leave_nothing_is_a_withdrawal() -> None:
    past = stories.active().when(patient(entry("e1", note="Wrong goal"))).then()
    cleared = g.ProgressCorrected.model_validate({"entry": "e1", "note": None, "reason": "Wrong goal"})

    past.when(patient(cleared)).then_rejected("event.invalid", field="entry", saying="progress_withdrawn")


def test_an_entry_that_should_not_be_there_is_withdrawn() -> None:
    past = stories.active().when(patient(entry("e1", motivation=1, setback=True))).then_something()
    past = past.when(patient(entry("e2", mood=6))).then()

    goal = past.when(patient(g.ProgressWithdrawn(entry="e1", reason="About another goal"))).then().goal

    assert [each.entry for each in goal.progress] == ["e2"]
    assert [(each.entry, each.on, each.reason) for each in goal.withdrawn] == [("e1", TODAY, "About another goal")]
    assert (goal.unreviewed_setbacks, goal.raise_at_next_session) == ((), False)


def test_what_was_withdrawn_is_gone_and_its_id_is_used() -> None:
    withdrawal = g.ProgressWithdrawn(entry="e1", reason="About another goal")
    past = stories.active().when(patient(entry("e1"))).then().when(patient(withdrawal)).then()

    past.when(patient(withdrawal)).then_rejected("entry.unknown", field="entry", saying="was withdrawn")
    past.when(patient(entry("e1"))).then_rejected("entry.exists", field="entry", saying="an id of its own")


def test_entries_of_a_closed_goal_can_still_be_put_right_and_withdrawn() -> None:
    past = stories.active().when(patient(entry("e1", mood=3))).then()
    closed = past.when(clinician(g.Closed(outcome="achieved", reason="Done"))).then()

    corrected = closed.when(patient(g.ProgressCorrected(entry="e1", setback=True, reason="I left it out"))).then()
    withdrawn = closed.when(patient(g.ProgressWithdrawn(entry="e1", reason="Wrong goal"))).then()

    assert corrected.goal.status == withdrawn.goal.status == "closed"
    assert withdrawn.goal.progress == ()


def read_back(data: g.ProgressCorrected) -> g.ProgressCorrected:
    """The payload as the log gives it back."""
    stored = decode(data.type_name, encode(data), GOAL.goal)
    assert isinstance(stored, g.ProgressCorrected)
    return stored


def test_a_setback_that_was_none_is_taken_back_by_a_correction() -> None:
    past = stories.active().when(patient(entry("e1", setback=True))).then_something()

    past = past.when(patient(g.ProgressCorrected(entry="e1", setback=False, reason="A misunderstanding"))).then()

    past.when(clinician(g.Closed(outcome="retired", reason="No longer fits"))).then()


def test_a_milestone_is_set_moved_and_met() -> None:
    def milestone(text: str) -> g.MilestoneSet:
        return g.MilestoneSet(milestone="week-1", text=text, due=TODAY)

    past = stories.active().when(clinician(milestone("Two groups"))).then()
    past = past.when(clinician(milestone("Three groups"))).then()
    past = past.when(patient(g.MilestoneMet(milestone="week-1", on=TODAY - DAY))).then()

    assert [(each.text, each.met_on) for each in past.goal.milestones] == [("Three groups", TODAY - DAY)]
    past.when(clinician(milestone("Four"))).then_rejected("event.invalid", field="milestone", saying="met already")
    past.when(patient(g.MilestoneMet(milestone="week-1", on=TODAY))).then_rejected("event.invalid", field="milestone")


def test_only_a_milestone_that_is_set_can_be_met() -> None:
    met = g.MilestoneMet(milestone="week-9", on=TODAY)

    stories.active().when(patient(met)).then_rejected("event.invalid", field="milestone")
