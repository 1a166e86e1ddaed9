"""In which size a sheet is set: as large as one page allows, and never too small to read."""

import re

import pytest

from services.gateway.pages.session.sheet_size import SIZES, Form, Texts, fitted
from services.gateway.pages.static_files import static_files

FORMS: tuple[Form, ...] = ("usual", "large", "simple")
SHORT = Texts("I want to go out.", [("Out", True)] * 3, ["Three told."], 1, ["Shop.", "Park."], "What next?")


def words(length: int, wins: int = 2) -> Texts:
    return Texts("word " * length, SHORT.steps, SHORT.week, 1, ["A win. " * 8] * wins, SHORT.question)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_short_is_set_in_the_largest_size(form: Form) -> None:
    assert fitted(form, SHORT) == (1, True, 2)


@pytest.mark.parametrize("form", FORMS)
def test_the_longer_it_is_the_smaller_it_is_set(form: Form) -> None:
    sizes = [fitted(form, words(length))[0] for length in range(0, 400, 10)]
    assert sizes == sorted(sizes)
    assert {*sizes} == {1, 2, 3}


def test_what_is_too_much_for_the_smallest_size_leaves_the_older_wins_out_before_it_goes_on() -> None:
    found = [fitted("usual", words(length, wins=3)) for length in range(0, 1200, 10)]
    one_page = [told for _, is_one_page, told in found if is_one_page]

    assert one_page == sorted(one_page, reverse=True)
    assert {*one_page} == {1, 2, 3}
    assert found[-1] == (3, False, 3)


def test_without_wins_there_is_nothing_to_leave_out() -> None:
    assert fitted("usual", Texts("word " * 2000, [], [], 0, [], "What?")) == (3, False, 0)


def test_wide_characters_take_more_room() -> None:
    narrow, wide = (Texts(sign * 900, [], [], 0, [], "What?") for sign in ("a", "我"))
    assert fitted("usual", narrow)[0] < fitted("usual", wide)[0]


@pytest.mark.parametrize("form", FORMS)
def test_the_stylesheet_has_the_same_sizes(form: Form) -> None:
    css = static_files()["style.css"].content.decode()
    for number, points in enumerate(SIZES[form], 1):
        (found,) = re.findall(rf"\.sheet\.{form}\.size-{number}[^{{}}]*\{{ font-size: ([\d.]+)pt; \}}", css)
        assert float(found) == points


def test_large_print_is_large() -> None:
    assert min(*SIZES["large"], *SIZES["simple"]) >= 16
    assert min(SIZES["usual"]) >= 11
