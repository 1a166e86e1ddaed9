"""Pictures of a week and of a line: where each mark is, and that nothing told is never drawn as nothing."""

from datetime import date, timedelta

from services.gateway.pages.pictures.line import Point, Scale, line_picture
from services.gateway.pages.pictures.week import Day, week_picture

MONDAY = date(2026, 11, 23)
FOUR_WEEKS = Scale(MONDAY - timedelta(days=27), MONDAY, 1, 10)


def test_the_days_of_a_week_stand_beside_each_other_under_their_letters() -> None:
    days = [Day(MONDAY + timedelta(days=each), "kept") for each in range(7)]
    picture = week_picture("This week", days, "MTWTFSS")
    assert [each.letter for each in picture.days] == list("MTWTFSS")
    places = [each.x for each in picture.days]
    assert places == sorted(set(places))
    assert picture.days[0].x >= 13, "a stone is not cut off"
    assert picture.days[-1].x <= picture.width - 13


def test_the_ends_of_the_scale_are_the_ends_of_the_picture() -> None:
    picture = line_picture("Mood", [Point(FOUR_WEEKS.first, 1), Point(FOUR_WEEKS.last, 10)], FOUR_WEEKS, "10")
    first, last = picture.dots
    assert (first.x, first.y) == (picture.size.left, picture.size.bottom)
    assert (last.x, last.y) == (picture.size.right, picture.size.top)
    assert picture.last_text == "10"


def test_days_that_nobody_told_of_are_joined_by_dots_only() -> None:
    told = [Point(MONDAY - timedelta(days=each), 5) for each in (9, 8, 2, 1)]
    picture = line_picture("Mood", told, FOUR_WEEKS)
    assert picture.joined.count("M") == 2
    assert picture.apart.count("M") == 1


def test_one_point_is_a_dot_without_a_line() -> None:
    picture = line_picture("Mood", [Point(MONDAY, 5)], FOUR_WEEKS, "5")
    assert (picture.joined, picture.apart) == ("", "")
    assert picture.last is not None


def test_nothing_told_is_no_point_at_all() -> None:
    picture = line_picture("Nothing told", [], FOUR_WEEKS)
    assert (picture.dots, picture.last) == ((), None)


def test_what_is_beyond_the_days_is_left_out_and_what_is_beyond_the_scale_stays_inside() -> None:
    told = [Point(FOUR_WEEKS.first - timedelta(days=1), 5), Point(MONDAY, 99)]
    picture = line_picture("Score", told, FOUR_WEEKS)
    assert [(dot.x, dot.y) for dot in picture.dots] == [(picture.size.right, picture.size.top)]


def test_a_scale_of_one_day_and_one_number_has_a_place() -> None:
    picture = line_picture("Score", [Point(MONDAY, 3)], Scale(MONDAY, MONDAY, 3, 3))
    assert picture.last is not None
    assert picture.last.y == picture.size.bottom
