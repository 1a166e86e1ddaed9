"""A day is a day of the clinic: the same instant is today in one time zone and tomorrow in another."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from events.goal import types as g
from tests.builders import entry
from tests.specification import by, clinician, patient
from tests.unit.goals import stories

LATE_EVENING = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
"""Monday in UTC, Tuesday in Vienna already, still Monday afternoon in Los Angeles."""
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
VIENNA, LOS_ANGELES = "Europe/Vienna", "America/Los_Angeles"


@pytest.mark.parametrize(("zone", "begun"), [("UTC", MONDAY), (VIENNA, TUESDAY), (LOS_ANGELES, MONDAY)])
def test_a_review_is_due_so_many_days_after_the_clinics_day(zone: str, begun: date) -> None:
    activation = clinician(g.Activated(), time=LATE_EVENING)

    stories.agreed(time_zone=zone).when(activation).then(
        g.ReviewScheduled(due_on=begun + timedelta(days=14), cause="initial")
    )


def test_the_offset_that_an_instant_is_written_with_does_not_change_the_clinics_day() -> None:
    in_tokyo = LATE_EVENING.astimezone(timezone(timedelta(hours=9)))

    stories.agreed(time_zone=LOS_ANGELES).when(clinician(g.Activated(), time=in_tokyo)).then(
        g.ReviewScheduled(due_on=MONDAY + timedelta(days=14), cause="initial")
    )


def test_an_entry_for_the_clinics_today_is_not_in_the_future() -> None:
    past = stories.active(time_zone=VIENNA)

    past.when(patient(entry("e1", TUESDAY), time=LATE_EVENING)).then()


def test_an_entry_for_a_day_that_is_only_tomorrow_is_in_the_future() -> None:
    past = stories.active(time_zone=LOS_ANGELES)

    past.when(patient(entry("e1", TUESDAY), time=LATE_EVENING)).then_rejected("progress.out_of_range", field="on")


def test_an_entry_for_the_senders_today_is_not_in_the_future() -> None:
    """A patient who travels east is ahead of the clinic, and says so with the offset of the instant."""
    travelling = LATE_EVENING.astimezone(timezone(timedelta(hours=2)))
    past = stories.active(time_zone=LOS_ANGELES)

    past.when(patient(entry("e1", TUESDAY), time=travelling)).then()


def test_a_setback_late_on_a_day_counts_from_the_clinics_day_of_its_recording() -> None:
    past = stories.active(time_zone=VIENNA)

    past.when(patient(entry("e1", MONDAY, setback=True), time=LATE_EVENING)).then(
        g.ReviewScheduled(due_on=TUESDAY + timedelta(days=7), cause="setback")
    )


def test_a_first_review_may_be_on_the_clinics_today() -> None:
    activation = g.Activated(first_review_on=MONDAY)

    stories.agreed(time_zone=LOS_ANGELES).when(clinician(activation, time=LATE_EVENING)).then_something()
    stories.agreed(time_zone=VIENNA).when(clinician(activation, time=LATE_EVENING)).then_rejected("event.invalid")


def test_a_clock_that_is_a_little_fast_is_forgiven() -> None:
    slightly = LATE_EVENING + timedelta(hours=23)
    far = LATE_EVENING + timedelta(hours=25)

    stories.agreed().when(clinician(g.Agreed(), time=slightly), now=LATE_EVENING).then()
    stories.agreed().when(clinician(g.Agreed(), time=far), now=LATE_EVENING).then_rejected("time.future")


def test_a_clock_that_is_fast_makes_no_day_come_sooner() -> None:
    fast = patient(entry("e1", TUESDAY), time=LATE_EVENING + timedelta(hours=1))

    stories.active().when(fast, now=LATE_EVENING).then_rejected("progress.out_of_range")


def test_every_date_of_what_has_happened_is_checked() -> None:
    past = stories.active().when(clinician(g.MilestoneSet(milestone="m", text="First group", due=TUESDAY))).then()
    past = past.when(patient(entry("e1"))).then()

    for data in (
        g.MilestoneMet(milestone="m", on=TUESDAY),
        g.Reviewed(on=TUESDAY, participants=("patient",), decision="keep"),
        g.ProgressCorrected(entry="e1", on=TUESDAY, reason="Wrong day"),
    ):
        past.when(by("clinician", data)).then_rejected("progress.out_of_range", field="on")
