"""Days as people speak of them."""

from datetime import date, timedelta

import pytest

from services.gateway.pages import days
from services.gateway.pages.language import language_of

ENGLISH = language_of(["en"], None)
TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (-1, "yesterday"),
        (3, "Tuesday 1 December"),
        (9, "7 December"),
        (-9, "19 November"),
        (-400, "24 October 2025"),
    ],
)
def test_a_day_is_named_as_it_is_spoken_of(away: int, said: str) -> None:
    assert days.near(ENGLISH, TODAY + timedelta(days=away), TODAY) == said


@pytest.mark.parametrize(
    ("language", "dated", "short"),
    [
        ("en", ("Monday 2 March", "Sunday, 2 March 2025"), ("2 Mar", "2 March 2025")),
        ("es", ("lunes, 2 de marzo", "domingo, 2 de marzo de 2025"), ("2 mar", "2 de marzo de 2025")),
    ],
)
def test_a_day_of_another_year_has_its_year(language: str, dated: tuple[str, str], short: tuple[str, str]) -> None:
    its = language_of([language], None)
    both = date(2026, 3, 2), date(2025, 3, 2)

    assert tuple(days.dated(its, day, TODAY) for day in both) == dated
    assert tuple(days.short(its, day, TODAY) for day in both) == short


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (0, "review today"),
        (1, "review tomorrow"),
        (4, "review on Wednesday 2 December"),
        (-7, "review due since 21 November"),
    ],
)
def test_a_review_is_due_and_never_missed(away: int, said: str) -> None:
    assert days.review_due(ENGLISH, TODAY + timedelta(days=away), TODAY) == said
