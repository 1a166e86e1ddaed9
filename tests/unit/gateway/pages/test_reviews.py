"""What the page of reviews says: each on its day, and one that was moved on both."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from projections.review_schedule.overview import Counted, OnDay
from services.gateway.access.wordless import without_words
from services.gateway.pages.language import language_of
from services.gateway.pages.reviews import ReviewsFound, ReviewsView, last_day, reviews_view

ENGLISH = language_of([], None)
DAY = date(2026, 11, 26)
"""A Thursday."""
Told = dict[str, Any]


def review(due_on: str, status: str, patient: str = "pt-1", **fields: object) -> Told:
    told: Told = {
        "patient": patient,
        "goal": "walk",
        "due_on": due_on,
        "status": status,
        "moved_from": None,
        "statement": "Walk by the river",
        "own_words": True,
        "wording": None,
        "clinician": "cl-3",
        "quarantined": None,
    }
    return {**told, **fields}


def view(
    *reviews: Told, clinician: str | None = None, reader: str = "cl-3", counts: Sequence[Counted] | None = None
) -> ReviewsView:
    """The page of some reviews, which are all that there are unless there are said to be more."""
    shown = [each for each in reviews if clinician in (None, each["clinician"])]
    found = ReviewsFound(
        {"items": shown, "next": None},
        [Counted(each["clinician"], "UTC", each["status"], 1) for each in reviews] if counts is None else counts,
        [],
    )
    return reviews_view(ENGLISH, "northside", found, DAY, reader=reader, clinician=clinician)


def calendar(*on_days: OnDay) -> ReviewsView:
    found = ReviewsFound({"items": [], "next": None}, [], on_days)
    return reviews_view(ENGLISH, "northside", found, DAY, reader="cl-3", clinician=None)


def cell(found: ReviewsView, name: str) -> list[tuple[str, str, str]]:
    (day,) = [each for week in found.weeks for each in week if each.name == name]
    return [(entry.patient, entry.kind, entry.text) for entry in day.entries]


def test_the_calendar_has_seven_weeks_from_the_one_before_to_the_last_day() -> None:
    found = view()
    assert [len(week) for week in found.weeks] == [7] * 7
    assert found.weeks[0][0].name == "Monday 16 November"
    assert [found.weeks[0][0].number, found.weeks[0][1].number] == ["16 Nov", "17"]
    assert last_day(DAY) == date(2027, 1, 3)
    assert found.weeks[-1][-1].number == "3"
    assert [each.name for week in found.weeks for each in week if each.is_today] == ["Thursday 26 November"]


def test_a_moved_review_is_on_its_day_and_its_place_is_kept() -> None:
    due, before = date(2026, 12, 3), date(2026, 11, 27)
    found = calendar(
        OnDay(before, "moved away", "pt-1", "walk", due, before, 1), OnDay(due, "due", "pt-1", "walk", due, before, 1)
    )
    assert cell(found, "Thursday 3 December") == [("pt-1", "due", "moved from 27 Nov")]
    assert cell(found, "Friday 27 November") == [("pt-1", "moved away", "moved to 3 Dec")]
    (group,) = view(review("2026-12-03", "upcoming", moved_from="2026-11-27")).groups
    assert group.lines[0].moved == "moved from Friday 27 November"


def test_what_is_due_stands_in_the_list_before_what_comes() -> None:
    found = view(
        review("2026-09-01", "overdue"), review("2026-11-26", "due", "pt-2"), review("2026-11-27", "upcoming", "pt-3")
    )
    assert [(group.heading, [line.day for line in group.lines]) for group in found.groups] == [
        ("Due since an earlier day", ["Tuesday 1 September"]),
        ("Due today", ["Today, Thursday"]),
        ("Coming up", ["Tomorrow, Friday"]),
    ]
    assert found.lead == "One review is due since an earlier day and one is due today."


def test_where_none_is_due_the_next_one_is_named_and_where_there_is_none_that_is_said() -> None:
    assert view(review("2026-11-27", "upcoming")).lead == "No review is due. Next review: Tomorrow, Friday, pt-1."
    assert view().lead == "No review is set in these weeks."


def test_one_clinician_sees_theirs_and_how_many_others_have() -> None:
    found = view(review("2026-11-26", "due"), review("2026-11-26", "due", "pt-2", clinician="cl-9"), clinician="cl-9")
    assert [each.text for each in found.filters] == ["Everyone, 2", "Mine, 1", "cl-9, 1"]
    assert [each.is_here for each in found.filters] == [False, False, True]
    assert [line.patient for group in found.groups for line in group.lines] == ["pt-2"]


def test_a_day_of_many_reviews_says_how_many_more_there_are() -> None:
    many = [OnDay(DAY, "due", f"pt-{each}", "walk", DAY, None, 9) for each in range(4)]
    (day,) = [each for week in calendar(*many).weeks for each in week if each.is_today]
    assert (len(day.entries), day.more) == (4, 5)


def test_a_review_that_nobody_has_is_said_to_be_nobodys() -> None:
    found = view(review("2026-11-26", "due", clinician="unassigned"))
    assert [each.text for each in found.filters] == ["Everyone, 1", "Not assigned, 1"]
    assert found.groups[0].lines[0].also == "Nobody has it yet"


def test_what_is_not_on_this_part_of_the_list_is_counted_too() -> None:
    counts = [Counted("cl-3", "UTC", "overdue", 600), Counted("cl-9", "UTC", "upcoming", 2)]
    found = view(review("2026-09-01", "overdue"), counts=counts)
    assert found.lead == "600 reviews are due since an earlier day."
    assert [each.text for each in found.filters] == ["Everyone, 602", "Mine, 600", "cl-9, 2"]


def test_a_goal_is_named_by_the_wording_in_force() -> None:
    (group,) = view(review("2026-11-26", "due", wording="Two minutes a day, with the cat.")).groups
    (line,) = group.lines
    assert (line.goal, line.statement, line.is_voice) == ("walk", "Two minutes a day, with the cat.", False)


def test_whoever_may_read_no_words_gets_none() -> None:
    found = view(without_words(review("2026-11-26", "due")))
    assert (found.groups[0].lines[0].statement, found.groups[0].lines[0].goal) == ("", "walk")
    assert "river" not in repr(found)
