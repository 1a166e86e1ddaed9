"""Steps over time: a level holds until the next, and where the steps got other words there is a mark."""

from datetime import date, timedelta

from projections.goal_state.patient.levels import LevelSeen
from services.gateway.pages.language import language_of
from services.gateway.pages.pictures.steps import MAX_POINTS, StepsPicture, steps_picture, thin
from services.gateway.pages.rendering import _environment

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 20)
SCALE = (-2, -1, 0, 1, 2)


def seen(day: int, level: int, by: str = "entry", version: int | None = 5) -> LevelSeen:
    return LevelSeen(FIRST + timedelta(days=day), level, by, version)  # type: ignore[arg-type]


def drawn(*levels: LevelSeen, reworded: tuple[tuple[date, int], ...] = ()) -> StepsPicture:
    return steps_picture("steps", levels, scale=SCALE, first=FIRST, last=LAST, reworded=reworded)


def test_a_level_holds_until_the_next_one_is_told() -> None:
    picture = drawn(seen(0, -2, "baseline", None), seen(19, 0))

    assert picture.path == "M40 176 H420 V100 H420"
    assert [(point.kind, point.x, point.y) for point in picture.points] == [("told", 420, 100)]


def test_at_an_earlier_day_the_line_ends_there() -> None:
    until = FIRST + timedelta(days=5)
    picture = steps_picture("steps", [seen(1, 0)], scale=SCALE, first=FIRST, last=LAST, until=until)

    assert picture.path == "M60 100 H140"


def test_it_is_as_tall_as_it_has_steps() -> None:
    five = drawn(seen(0, 1))
    three = steps_picture("steps", [seen(0, 1)], scale=(-1, 0, 1), first=FIRST, last=LAST)
    told_of_a_former_one = steps_picture("steps", [seen(0, 2)], scale=(-1, 0, 1), first=FIRST, last=LAST)

    assert [row.y for row in three.rows] == [row.y for row in five.rows][:3]
    assert [each.height for each in (five, three, told_of_a_former_one)] == [222, 146, 184]


def test_reviews_are_rings_and_the_baseline_is_where_the_line_begins() -> None:
    picture = drawn(seen(0, -2, "baseline", None), seen(3, -1, "review"), seen(4, 0))

    assert [point.kind for point in picture.points] == ["hard", "told"]


def test_levels_under_former_words_of_the_steps_are_paler_and_the_change_is_marked() -> None:
    picture = drawn(seen(1, -1, version=3), seen(9, 0, version=8), reworded=((FIRST + timedelta(days=5), 6),))

    assert [point.kind for point in picture.points] == ["laid", "told"]
    assert [(each.x, each.is_named) for each in picture.rewordings] == [(140.0, True)]


def test_a_late_entry_about_a_day_before_the_change_was_told_under_the_new_words() -> None:
    picture = drawn(seen(1, -1, version=8), reworded=((FIRST + timedelta(days=5), 6),))

    assert [point.kind for point in picture.points] == ["told"]


def test_changes_that_come_close_together_are_named_once() -> None:
    days = [FIRST + timedelta(days=number) for number in (4, 5, 6, 15)]
    picture = drawn(seen(1, 0), reworded=tuple((day, number) for number, day in enumerate(days)))

    assert [each.is_named for each in picture.rewordings] == [True, False, False, True]


def test_a_scale_of_three_steps_has_three_lines() -> None:
    picture = steps_picture("steps", [seen(1, 0)], scale=(-1, 0, 1), first=FIRST, last=LAST)

    assert [(row.sign, row.is_expected) for row in picture.rows] == [("+1", False), ("0", True), ("−1", False)]


def test_of_many_levels_the_last_of_each_period_is_drawn_and_never_too_many() -> None:
    baseline = seen(0, -2, "baseline", None)
    for days, period in ((MAX_POINTS - 1, None), (200, "week"), (1000, "month"), (3000, "quarter"), (12_000, "year")):
        levels = [baseline, *(seen(day, day % 3) for day in range(days))]
        kept, thinned = thin(levels)
        assert (thinned, kept[0], kept[-1]) == (period, baseline, levels[-1])
        assert len(kept) <= MAX_POINTS


def test_the_picture_is_named_and_its_name_is_escaped() -> None:
    page = _environment(language_of([], None)).from_string(
        '{% from "pictures/steps.html" import steps %}{{ steps(picture) }}'
    )
    picture = steps_picture('a "<b>"', [seen(1, 0)], scale=SCALE, first=FIRST, last=LAST)

    assert 'aria-label="a &#34;&lt;b&gt;&#34;"' in page.render(picture=picture)
