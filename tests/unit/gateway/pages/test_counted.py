"""A number with its unit: nobody can know what one is called, so that the unit stands before such a number."""

import pytest

from services.gateway.pages.counted import counted
from services.gateway.pages.language import language_of


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("en", 0, "0 evenings"),
        ("en", 1, "evenings: 1"),
        ("en", 1.0, "evenings: 1"),
        ("en", 1.5, "1.5 evenings"),
        ("en", 1200, "1,200 evenings"),
        ("es", 1, "evenings: 1"),
        ("es", 1_000_000, "1.000.000 evenings"),
    ],
)
def test_a_number_stands_beside_its_unit_as_the_language_has_it(language: str, number: float, said: str) -> None:
    assert counted(language_of([language], None), number, "evenings") == said


def test_what_is_said_around_the_amount_goes_with_the_number() -> None:
    english = language_of(["en"], None)

    assert counted(english, 3, "walks", "at most {} a week".format) == "at most 3 walks a week"
    assert counted(english, 1, "walks", "at most {} a week".format) == "walks: at most 1 a week"
    assert counted(english, 1, None, "at most {} a week".format) == "at most 1 a week"
