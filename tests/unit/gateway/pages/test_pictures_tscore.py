"""The T-score as steps: it stands until something else is told, beside what was expected and where it began."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from services.gateway.pages.pictures.tscore import Told, TScorePicture, Words, tscore_picture

FIRST = date(2026, 3, 2)
WORDS = Words("expected", "where it began", "expected, and where it began")


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def drawn(*told: Told, began: Told | None = None, until: int = 60) -> TScorePicture:
    days = [(each.on, f"day {(each.on - FIRST).days}") for each in told]
    return tscore_picture("T-score", told, began=began, until=day(until), words=WORDS, days=days, last="60")


def test_a_score_stands_until_another_is_told_and_the_last_until_today() -> None:
    picture = drawn(Told(day(0), 40), Told(day(30), 60))

    points = [tuple(map(float, each.split())) for each in picture.path.removeprefix("M").split(" L")]
    low, high = picture.dots[0].y, picture.dots[1].y
    half = (picture.left + picture.right) / 2
    assert points == [
        *[(picture.left, low)] * 3,
        (half, low),
        (half, high),
        (picture.right, high),
    ]
    assert low > picture.expected_y > high


def test_the_steps_begin_where_the_goals_began() -> None:
    picture = drawn(Told(day(10), 50), began=Told(day(0), 30))

    assert picture.path.startswith(f"M{picture.left} {picture.began_y}")
    assert picture.dots[0].x > picture.left
    assert picture.began_y is not None
    assert picture.began_y > picture.expected_y


def test_there_is_one_line_where_it_began_as_expected() -> None:
    picture = drawn(Told(day(10), 60), began=Told(day(0), 50))

    assert picture.began_y is None
    assert [each.text for each in picture.labels][:1] == [WORDS.both]


@pytest.mark.parametrize(("value", "lowest", "highest"), [(50, 40, 60), (22.1, 20, 60), (84.6, 40, 90)])
def test_the_scale_has_room_for_every_score_and_never_makes_a_small_step_a_large_one(
    value: float, lowest: int, highest: int
) -> None:
    picture = drawn(Told(day(0), value))

    values = [each.value for each in picture.ticks]
    assert min(values) == lowest
    assert highest - 10 <= max(values) <= highest
    assert 50 in values
    heights = [*(each.y for each in picture.dots), *(each.y for each in picture.ticks)]
    assert all(20 < height < 170 for height in heights)


def test_a_ring_is_of_a_review() -> None:
    picture = drawn(Told(day(0), 40), Told(day(5), 50, by_review=True))

    assert [each.by_review for each in picture.dots] == [False, True]


def test_a_word_stands_where_the_steps_do_not_run_through_it() -> None:
    picture = drawn(Told(day(0), 40), Told(day(58), 55))

    expected = next(each for each in picture.labels if each.text == "expected")
    assert expected.anchor == ""
    assert expected.x < 100


def test_days_below_keep_their_distance_and_the_first_named_comes_first() -> None:
    told = [Told(day(number), 40 + number) for number in range(0, 20, 2)]

    below = [each for each in drawn(*told).labels if each.text.startswith("day")]

    assert below[0].text == "day 0"
    assert all(abs(one.x - other.x) > 80 for one in below for other in below if one is not other)


def test_no_day_stands_on_another_in_the_large_letters_of_a_narrow_screen() -> None:
    told = [Told(day(number), 40) for number in (0, 12, 28, 42, 58)]

    below = [each for each in drawn(*told, until=63).labels if each.text.startswith("day")]

    spans = []
    for each in below:
        wide = len(each.text) * 12
        begins = each.x - {"": 0, "mid": wide / 2, "end": wide}[each.anchor]
        spans.append((begins, begins + wide))
    assert len(below) == 4
    assert all(end < begins for (_, end), (begins, _) in pairwise(sorted(spans)))


def test_one_score_of_one_day_has_a_picture() -> None:
    picture = drawn(Told(FIRST, 50), until=0)

    assert picture.dots[0].x == picture.left
