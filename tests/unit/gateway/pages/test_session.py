"""The pages for talks: what is said and drawn on them, and what never is."""

import re
from typing import Literal

import pytest

from projections.engine.paging import Json
from projections.goal_state.patient.talk import ABOUT
from services.gateway.pages.language import language_of
from services.gateway.pages.rendering import by_itself
from services.gateway.pages.session.questions import question
from services.gateway.pages.session.sheet_size import Form
from services.gateway.pages.session.view import SheetView, sheets
from tests.unit.gateway.pages.sessions import HOSTILE, STEPS, session, sheet, step, week, win

ENGLISH, SPANISH = language_of(["en"], None), language_of(["es"], None)
FORMS: tuple[Form, ...] = ("usual", "large", "simple")
_TAG = re.compile(r"<[^>]+>")


def view(told: Json, form: Form | None = None) -> SheetView:
    (only,) = sheets(ENGLISH, [session(told)], form)
    return only


def html(told: Json, form: Form | None = None) -> str:
    return by_itself("session_print.html", ENGLISH, title="For our talk", views=[view(told, form)])


def text(told: Json, form: Form | None = None) -> str:
    return " ".join(_TAG.sub(" ", html(told, form)).split())


@pytest.mark.parametrize("form", FORMS)
def test_a_page_says_words_steps_the_week_what_went_well_and_one_question(form: Form) -> None:
    said = text(sheet(), form)

    for each in (
        "For our talk on Wednesday 4 March",
        "“I want to go out by myself.”",
        "The steps you wrote",
        "You are here",
        "Out daily",
        "You began here",
        "Once out",
        "Evenings without a drink",
        "Told so far: three. You aim for six.",
        "“Shop. Alone.”",
    ):
        assert each in said
    assert said.count("?") == 1


@pytest.mark.parametrize("form", FORMS)
def test_a_page_has_no_number_of_a_scale_no_flag_and_no_word_of_its_makers(form: Form) -> None:
    said = text(sheet(), form)
    assert not re.search(r"\d", said.replace("4 March", "")), said
    for each in ("xpected", "level", "scale", "score", "baseline", "overdue", "review", "setback", "flag"):
        assert each not in said.lower()


def test_the_simple_form_has_the_step_before_it_the_next_one_and_where_it_began() -> None:
    five = view(sheet(now=0, began=-2), "simple").ladder
    three = view(sheet(now=1, began=1), "simple").ladder
    assert five is not None
    assert three is not None

    assert [each.text for each in five.steps] == [STEPS[3], STEPS[2], STEPS[0]]
    assert [each.text for each in three.steps] == [STEPS[4], STEPS[3], STEPS[2]]


@pytest.mark.parametrize(
    ("accommodations", "form"),
    [([], "usual"), (["short_reviews"], "usual"), (["visual_tools"], "simple"), (["simplified_language"], "simple")],
)
def test_the_form_is_what_the_plan_asks_for_unless_another_is_chosen(accommodations: list[str], form: Form) -> None:
    told = session(accommodations=accommodations)
    assert [each.form for each in sheets(ENGLISH, [told])] == [form]
    assert [each.form for each in sheets(ENGLISH, [told], "large")] == ["large"]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (week(days_told=0, days_done=0, amount=None), "Nothing told yet this week. You aim for six."),
        (week(unit="evenings"), "Told so far: three evenings. You aim for six."),
        (week(amount=1, unit="evenings"), "Told so far: one. You aim for six."),
        (week(amount=90, low=150, unit="minutes"), "Told so far: 90 minutes. You aim for 150."),
        (week(low=None, high=3), "Told so far: three. You aim for at most three."),
        (week(low=2, high=4), "Told so far: three. You aim for two to four."),
        (week(per="day", amount=1), "It went as you aim on one day. You aim for six a day."),
        (week(per="day", amount=3), "It went as you aim on three days. You aim for six a day."),
        (week(per="month"), "Told so far this month: three. You aim for six a month."),
        (week(low=None, amount=None), "Told as done."),
        (week(low=None, amount=None, days_done=0), ""),
        (week(what=None, low=None, amount=None, days_told=1), "You told of one day this week."),
        (week(amount=None, high=3, low=None), "You told of three days this week. You aim for at most three."),
    ],
)
def test_a_week_is_said_in_words(told: Json, said: str) -> None:
    assert [line.said for line in view(sheet(week=[told])).week] == [said]


def test_until_something_is_told_of_a_week_the_last_one_stands_there_with_what_is_ahead_in_this() -> None:
    ahead = {"goal": "walk", "text": "To the park", "due": "2026-03-06"}
    page = sheet(is_last_week=True, week=[week(unit="evenings")], milestones=[ahead])

    assert view(page).week_heading == "Last week"
    assert "Last week Evenings without a drink Told: three evenings. You aim for six." in (said := text(page))
    assert "This week Until Friday: To the park" in said
    assert "This week" not in text(sheet(is_last_week=True))


def test_a_day_is_a_stone_that_is_named_and_one_that_was_not_told_is_nothing() -> None:
    (line,) = view(sheet(week=[week(days_done=1)])).week
    assert (line.stones, line.stones_said) == (1, "One stone, for one day")
    assert '<ellipse class="told" cx="22"' in html(sheet(wins=[], week=[week(days_done=1)]))
    assert 'class="pile"' not in html(sheet(week=[week(days_done=0)]))


def test_who_did_not_say_it_is_not_set_as_the_patient() -> None:
    said = html(
        sheet(own_words=False, steps=[step(0, "Two rooms", by_patient=False)], wins=[win("Came.", by_patient=False)])
    )
    assert 'class="words' not in said
    assert 'class="said"' not in said
    assert "The steps you wrote" not in said


@pytest.mark.parametrize("form", FORMS)
def test_what_people_wrote_is_escaped_everywhere(form: Form) -> None:
    said = html(
        sheet(
            statement=HOSTILE,
            steps=[step(0, HOSTILE)],
            week=[week(what=HOSTILE, unit=HOSTILE)],
            wins=[win(HOSTILE, milestones=[HOSTILE])],
            milestones=[{"goal": "walk", "text": HOSTILE, "due": "2026-03-04"}],
        ),
        form,
    )
    assert "<script>" not in said
    assert "<b> " not in said
    assert said.count("&lt;script&gt;") == 7


def test_a_goal_without_scale_week_and_wins_still_has_its_words_and_a_question() -> None:
    said = text(sheet(steps=[], week=[], wins=[], talk_on=None, asks_about="new_goal"))
    assert "For our talk “I want to go out by myself.” This week Nothing told yet this week." in said
    assert "week" not in text(sheet(steps=[], week=[], wins=[], status="proposed"))
    assert "What could be a small first step?" in said


def test_a_word_in_another_script_finds_its_own_direction() -> None:
    said = html(sheet(statement="أريد أن أكون مع أولادي"))
    assert 'dir="auto">“أريد أن أكون مع أولادي”</h1>' in said


@pytest.mark.parametrize("kind", ["usual", "simple"])
@pytest.mark.parametrize("language", [ENGLISH, SPANISH], ids=lambda each: each.code)
def test_every_state_has_a_question_of_its_own(language: object, kind: Literal["usual", "simple"]) -> None:
    asked = [question(language, about, simple=kind == "simple") for about in ABOUT]  # type: ignore[arg-type]

    assert len(set(asked)) == len(ABOUT)
    for each in asked:
        assert each.endswith("?")
        assert len(each.split()) <= (7 if kind == "simple" else 12), each


def test_a_question_tells_nobody_what_it_is_about() -> None:
    for about in ABOUT:
        for simple in (False, True):
            said = question(ENGLISH, about, simple=simple).lower()
            assert not re.search(r"setback|drink|motivat|silen|late|overdue|fail|why", said)
