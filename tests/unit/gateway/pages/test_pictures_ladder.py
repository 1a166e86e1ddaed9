"""The scale as a cairn: which stones are laid, and what is said on its steps."""

from services.gateway.pages.language import language_of
from services.gateway.pages.pictures.ladder import LadderPicture, ladder_picture, signed
from services.gateway.pages.rendering import _environment

FIVE = {str(level): f"text {level}" for level in range(-2, 3)}


def shapes(picture: LadderPicture) -> dict[int, str]:
    return {step.level: step.shape for step in picture.steps}


def drawn(picture: LadderPicture, call: str = "ladder(picture)") -> str:
    page = _environment(language_of([], None)).from_string(
        '{% from "pictures/ladder.html" import ladder %}{{ ' + call + " }}"
    )
    return page.render(picture=picture)


def test_stones_are_laid_up_to_where_the_goal_stands() -> None:
    picture = ladder_picture(FIVE, baseline=-2, now=1, reached=[-2, 0, 1])

    assert [step.level for step in picture.steps] == [2, 1, 0, -1, -2]
    assert shapes(picture) == {2: "free", 1: "top-stone", 0: "laid", -1: "laid", -2: "laid"}
    assert picture.now is not None
    assert picture.now.text == "text 1"


def test_a_stone_that_was_laid_stays_when_the_step_is_left_again() -> None:
    picture = ladder_picture(FIVE, baseline=-2, now=-1, reached=[-1, 1, -1])

    assert shapes(picture) == {2: "free", 1: "laid", 0: "laid", -1: "top-stone", -2: "laid"}


def test_a_goal_of_which_no_level_was_told_stands_where_it_began() -> None:
    picture = ladder_picture(FIVE, baseline=-1, now=None)

    assert [(step.level, step.is_beginning) for step in picture.steps if step.is_now] == [(-1, True)]
    assert shapes(picture)[0] == "free"


def test_nothing_is_laid_where_nobody_told_where_it_stands() -> None:
    picture = ladder_picture({"-1": "a", "0": "b", "1": "c"}, baseline=None, now=None)

    assert shapes(picture) == {1: "free", 0: "free", -1: "free"}
    assert picture.now is None
    assert "Here now" not in drawn(picture)


def test_the_step_in_the_middle_is_called_expected() -> None:
    assert drawn(ladder_picture(FIVE, baseline=None, now=None)).count("Expected") == 1
    assert "Expected" not in drawn(ladder_picture({"-2": "a", "2": "b"}, baseline=None, now=None))


def test_words_of_the_patient_have_their_own_voice_and_all_are_escaped() -> None:
    levels = {"0": "<script>alert('&\"')</script>", "1": "שלום"}
    page = drawn(ladder_picture(levels, baseline=None, now=0, own=[0]))

    assert '<span class="said" dir="auto">&lt;script&gt;' in page
    assert "<script" not in page
    assert '<span class="put">“<bdi>שלום</bdi>”</span>' in page


def test_a_printed_page_has_no_numbers_and_speaks_to_its_reader() -> None:
    picture = ladder_picture(FIVE, baseline=-2, now=0)
    page = drawn(picture, "ladder(picture, numbers=False, here='You are here', began='You began here')")

    assert "(+1)" in drawn(picture)
    assert "(+1)" not in page
    assert "You are here" in page
    assert "You began here" in page


def test_numbers_have_a_real_minus() -> None:
    assert [signed(level) for level in (2, 0, -1)] == ["+2", "0", "−1"]
