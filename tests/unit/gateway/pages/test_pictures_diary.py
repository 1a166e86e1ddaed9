"""A diary as a calendar: which weeks are drawn, and what is known of each day."""

from datetime import date, timedelta

import pytest

from events.goal.entries import ProgressEntry
from services.gateway.pages.pictures.diary import MAX_WEEKS, Span, diary_picture, mark_of, monday, span_of
from tests.unit.gateway.pages.goals import PATIENT

BEGAN, TODAY = date(2026, 1, 8), date(2026, 1, 22)  # both a Thursday
WEEK = timedelta(days=7)


def told(on: date, version: int = 1, **says: object) -> ProgressEntry:
    return ProgressEntry.model_validate(
        {"entry": f"e{version}", "version": version, "on": on, "actor": PATIENT, **says}
    )


def marks(*entries: ProgressEntry, ended: date | None = None, today: date = TODAY) -> dict[date, str | None]:
    picture = diary_picture(entries, span_of(BEGAN, today), began=BEGAN, today=today, ended=ended)
    return {cell.on: cell.mark for cell in picture.days}


def test_a_day_that_nobody_told_is_unknown_and_neither_kept_nor_otherwise() -> None:
    found = marks(told(BEGAN, done=True), told(BEGAN + timedelta(days=2), done=False))

    assert [found[BEGAN + timedelta(days=number)] for number in range(4)] == ["kept", "unknown", "otherwise", "unknown"]


def test_days_before_the_goal_today_and_days_to_come_are_no_untold_days() -> None:
    found = marks()

    assert found[BEGAN - timedelta(days=1)] is None
    assert (found[TODAY], found[TODAY + timedelta(days=1)]) == ("today", "ahead")


def test_after_the_goal_is_over_no_day_is_asked_for() -> None:
    found = marks(ended=BEGAN + timedelta(days=3))

    assert found[BEGAN + timedelta(days=3)] == "unknown"
    assert {found[day] for day in found if day > BEGAN + timedelta(days=3)} == {None}


def test_where_entries_were_left_out_no_day_is_called_untold() -> None:
    told_on = BEGAN + timedelta(days=5)
    picture = diary_picture(
        [told(told_on, done=True)], span_of(BEGAN, TODAY), began=BEGAN, today=TODAY, ended=None, is_whole=False
    )

    assert (picture.told, picture.untold) == (1, 0)
    assert {cell.mark for cell in picture.days if cell.on < TODAY} == {None, "kept"}


def test_told_and_untold_days_are_counted_up_to_today() -> None:
    span = span_of(BEGAN, TODAY)
    picture = diary_picture([told(BEGAN, mood=4), told(TODAY, 2, mood=5)], span, began=BEGAN, today=TODAY, ended=None)

    assert (picture.told, picture.untold) == (2, 13)


@pytest.mark.parametrize(
    ("says", "mark"),
    [
        ([{"done": True}], "kept"),
        ([{"done": False}], "otherwise"),
        ([{"mood": 5}], "told"),
        ([{"value": 3}], "told"),
        ([{"done": True}, {"done": False}], "otherwise"),
        ([{"done": False}, {"mood": 3}], "otherwise"),
        ([{"done": True, "setback": True}], "otherwise"),
    ],
)
def test_what_was_told_last_of_a_day_counts_and_a_day_with_a_setback_went_otherwise(
    says: list[dict[str, object]], mark: str
) -> None:
    assert mark_of([told(BEGAN, number, **each) for number, each in enumerate(says, 1)]) == mark


@pytest.mark.parametrize(
    ("says", "text"),
    [
        ([{"level": -2}], "−2"),
        ([{"value": 2.5}], "2.5"),
        ([{"value": 2.5, "level": 1}], "+1"),
        ([{"value": 123456}], None),
        ([{"mood": 3}], None),
        ([{"level": 1}, {"level": 0}], "0"),
    ],
)
def test_a_stone_has_the_step_that_was_told_last_else_a_short_value(
    says: list[dict[str, object]], text: str | None
) -> None:
    entries = [told(BEGAN, number, **each) for number, each in enumerate(says, 1)]
    picture = diary_picture(entries, span_of(BEGAN, TODAY), began=BEGAN, today=TODAY, ended=None)

    assert next(cell.text for cell in picture.days if cell.on == BEGAN) == text


def test_a_short_goal_is_drawn_whole_in_weeks_that_begin_on_monday() -> None:
    assert span_of(BEGAN, TODAY) == Span(date(2026, 1, 5), date(2026, 1, 25), has_earlier=False, has_later=False)


def test_of_a_long_goal_the_last_weeks_are_drawn_and_the_others_can_be_asked_for() -> None:
    ends = BEGAN + 60 * WEEK
    last = span_of(BEGAN, ends)
    before = span_of(BEGAN, ends, first=last.earlier[0], last=last.earlier[1])
    again = span_of(BEGAN, ends, first=before.later[0], last=before.later[1])

    assert (last.last - last.first).days + 1 == 7 * MAX_WEEKS
    assert (last.has_earlier, last.has_later) == (True, False)
    assert before.last == last.first - timedelta(days=1)
    assert before.has_later
    assert again == last


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(1, 1, 1), date(9999, 12, 31)),
        (date(1, 1, 1), None),
        (None, date(1, 1, 1)),
        (None, date(9999, 12, 31)),
        (date(9999, 1, 1), None),
        (date(9999, 1, 1), date(9999, 12, 31)),
        (date(1, 1, 1), date(1, 1, 2)),
    ],
)
def test_whatever_is_asked_for_a_few_weeks_of_the_goal_are_drawn(first: date | None, last: date | None) -> None:
    ends = BEGAN + 60 * WEEK
    span = span_of(BEGAN, ends, first=first, last=last)

    assert monday(BEGAN) <= span.first < span.last <= monday(ends) + timedelta(days=6)
    assert 7 <= (span.last - span.first).days + 1 <= 7 * MAX_WEEKS
    assert span.first == monday(span.first)
