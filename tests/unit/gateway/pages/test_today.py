"""What the page of today says of what was found: sentences of days and people, and never of failure."""

from datetime import timedelta

import pytest

from services.gateway.access.wordless import without_words
from services.gateway.pages.language import language_of
from services.gateway.pages.pictures.line import LinePicture
from services.gateway.pages.pictures.week import WeekPicture
from services.gateway.pages.today.changes import since_review
from services.gateway.pages.today.pictures import mood_of, week_of
from services.gateway.pages.today.reasons import MAX_WORDS_CHARACTERS, Saying, about, offers_of, whys, words_of
from services.gateway.pages.today.view import TodayView, row_of, today_view
from tests.unit.gateway.pages.told_today import (
    CLINICIAN,
    DAY,
    PATIENT,
    Told,
    answer,
    changed,
    goal,
    reason,
    revision,
    row,
    week,
)

ENGLISH, SPANISH = language_of([], None), language_of(["es"], None)


def said(row: Told, reader: str = "cl-3") -> list[str]:
    return [why.text for why in whys(ENGLISH, row, reader)]


def sentence(saying: Saying) -> str:
    words = f"“{saying.words}”" if saying.words else ""
    return " ".join(filter(None, (saying.before, words, saying.after)))


def since(row: Told, reader: str = "cl-3") -> str:
    found = since_review(ENGLISH, row, reader)
    assert found is not None
    return " ".join((found.heading, *map(sentence, found.sayings)))


def view(told: Told, upcoming: tuple[Told, ...] = (), clinician: str | None = None) -> TodayView:
    return today_view(ENGLISH, "northside", told, upcoming, reader="cl-3", clinician=clinician, fallback=DAY)


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (reason("waiting_for_clinician", 54, awaited="agreement"), "Waits for your answer, 54\u00a0days"),
        (reason("setback", 1), "A setback, told yesterday"),
        (reason("motivation_dip", 0), "Motivation is lower, told today"),
        (reason("motivation_dip", None), "Motivation is lower than it was"),
        (reason("review_overdue", 3), "Review due since Monday"),
        (reason("review_overdue", 12), "Review due since 14 November"),
        (reason("review_due", 0), "Review due today"),
        (reason("no_entry", 9), "Nothing told for 9 days"),
        (reason("waiting_for_patient", 2, awaited="agreement"), "Waits for the patient’s yes since Tuesday"),
    ],
)
def test_a_reason_is_a_sentence_of_days_and_people(told: Told, text: str) -> None:
    assert said(row(told)) == [text]


def test_what_waits_for_somebody_else_names_them_and_only_what_staff_owes_is_marked() -> None:
    told = row(
        reason("waiting_for_clinician", 5, awaited="answer_to_contest"),
        reason("waiting_for_patient", 5, awaited="agreement"),
    )
    assert said(told, reader="cl-9")[0] == "Waits for cl-3’s answer, 5\u00a0days"
    assert [why.is_owed for why in whys(ENGLISH, told, "cl-9")] == [True, False]
    assert said({**told, "clinician": None})[0] == "Waits for an answer, 5\u00a0days"


def test_reasons_of_one_kind_are_one_sentence_with_the_goal_that_has_it_longest() -> None:
    told = row(reason("review_overdue", 9), reason("review_overdue", 2, goal="sundays"))
    assert said(told) == ["Review due since 17 November, and one goal more"]


def test_words_that_wait_are_the_largest_and_a_clinicians_words_are_not_in_the_patients_voice() -> None:
    contest = {"goal": "evenings", "of": "answer_to_contest", "text": "Not my words", "who": PATIENT}
    told = row(reason("waiting_for_clinician", 5, awaited="answer_to_contest"), words=contest)
    assert words_of(told) == Saying("", "Not my words", is_voice=True)
    (told_of,) = about(ENGLISH, told)
    assert sentence(told_of) == "Pushed back on Saturday on the goal “Get through an evening” ."
    by_staff = row(words={"goal": "evenings", "of": "statement", "text": "Give samples", "who": CLINICIAN})
    assert words_of(by_staff) == Saying("", "Give samples", is_voice=False)


def test_the_latest_note_is_told_with_its_day_and_whose_it_is() -> None:
    note = {"goal": "sundays", "on": DAY.isoformat(), "text": "Chips after.", "setback": False, "who": PATIENT}
    assert sentence(next(about(ENGLISH, row(note=note)))) == "Wrote today, about another goal: “Chips after.”"
    by_staff = {**note, "goal": "evenings", "who": CLINICIAN}
    (told,) = about(ENGLISH, row(note=by_staff))
    assert (sentence(told), told.is_voice) == ("cl-3 wrote today: “Chips after.”", False)


def test_very_long_words_end_with_a_word() -> None:
    words = {"goal": "evenings", "of": "statement", "text": "because " * 500, "who": PATIENT}
    told = words_of(row(words=words))
    assert told is not None
    assert told.words.endswith("because…")
    assert len(told.words) <= MAX_WORDS_CHARACTERS + 1


def test_a_revision_says_old_new_why_and_whether_it_is_agreed() -> None:
    runs = revision(
        changed("smart.due", None, "2027-01-15"),
        changed("smart.for_weeks", 12, None),
        reason="life_event",
        text="The weeks are given back.",
        agreed=False,
    )
    told = row(goals=[goal(revisions=[runs], awaiting_agreement=["patient"])])
    assert since(told) == (
        "Since your review on 15 November: “Get through an evening” now runs to 15 January 2027 instead of 12 weeks,"
        " because life changed. Your note: “The weeks are given back.” The patient’s yes to it is still open."
    )


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (changed("wording", None, "Three evenings"), "is now put as “Three evenings”"),
        (changed("wording", "Three", None), "is put as it was first said again"),
        (changed("smart.measure.target", 6, 3), "now asks for 3 instead of 6"),
        (changed("smart.measure", None, {"what": "evenings"}), "has another target"),
        (changed("gas.levels.1", "a", "b"), "has other steps"),
        (changed("relevance", 4, 8), "is worked out anew"),
        (changed("smart.for_weeks", 4, 8), "now runs for 8 weeks instead of 4 weeks"),
        (changed("smart.due", "2026-12-20", None), "now has no last day"),
    ],
)
def test_each_kind_of_change_has_words(change: Told, text: str) -> None:
    assert f"“Get through an evening” {text}, after a setback. Both agree to it." in since(
        row(goals=[goal(revisions=[revision(change)])])
    )


def test_a_setback_and_a_step_down_are_worded_as_what_happened() -> None:
    step = {"from": 1, "to": -1, "on": DAY.isoformat(), "text": "I stay at home"}
    told = row(reason("setback", 1), goals=[goal(step=step, offers=[{"decision": "adjust_scale", "text": "…"}])])
    assert since(told) == "Since your review on 15 November: 2 steps down, to “I stay at home” ."
    assert offers_of(ENGLISH, told) == "To offer before it is given up: a smaller step."
    whole = f"{since(told)} {said(told)}".casefold()
    assert not any(word in whole for word in ("fail", "relapse", "missed", "overdue"))


def test_nothing_changed_is_said_with_the_step_of_the_review() -> None:
    step = {"from": 0, "to": 1, "on": "2026-11-15", "text": "Every Sunday"}
    told = row(goals=[goal(review={"on": "2026-11-15", "who": CLINICIAN, "step": step})])
    assert since(told, reader="cl-9") == (
        "Since the review on 15 November: no change. At that review: one step up, to “Every Sunday” ."
    )


def test_a_week_names_what_is_not_told_and_never_as_nothing_done() -> None:
    drawn = week_of(ENGLISH, row())
    assert drawn is not None
    assert drawn.text == "1 of 6 so far: evenings without alcohol. One told otherwise. Not told: Tuesday."
    picture = drawn.picture
    assert isinstance(picture, WeekPicture)
    assert [each.day.mark for each in picture.days] == [
        *("kept", "unknown", "otherwise", "today", "ahead", "ahead", "ahead")
    ]
    assert "Tuesday not told" in picture.name


def test_a_week_of_which_nobody_told_anything_is_unknown() -> None:
    untold = goal(week=week("untold", "untold", "untold", "today", "ahead", "ahead", "ahead", measured=None))
    drawn = week_of(ENGLISH, row(goals=[untold]))
    assert drawn is not None
    assert drawn.text == "Nothing told this week: we do not know."


def test_on_a_monday_morning_the_last_week_is_drawn_and_named() -> None:
    new = week("today", *["ahead"] * 6, measured=None)
    drawn = week_of(ENGLISH, row(goals=[goal(week=new, last_week=week("kept", *["untold"] * 2, *["kept"] * 4))]))

    assert drawn is not None
    assert drawn.heading == "Last week"
    assert drawn.text == ("5 of 6: evenings without alcohol. Not told: Tuesday and Wednesday.")
    assert isinstance(drawn.picture, WeekPicture)
    assert drawn.picture.name.startswith("Last week, evenings without alcohol. Monday as planned; Tuesday not told;")
    assert [each.day.mark for each in drawn.picture.days] == ["kept", "unknown", "unknown", *["kept"] * 4]


def test_what_is_counted_and_long_ends_with_one_mark() -> None:
    told = goal()
    told["week"]["measure"] = {**told["week"]["measure"], "what": "evenings without alcohol " * 9}

    drawn = week_of(ENGLISH, row(goals=[told]))

    assert drawn is not None
    assert "evenings… One told otherwise." in drawn.text
    assert isinstance(drawn.picture, WeekPicture)
    assert "evenings… Monday as planned;" in drawn.picture.name


def test_a_monday_that_is_not_over_is_not_yet_a_day_of_which_we_do_not_know() -> None:
    drawn = week_of(ENGLISH, row(goals=[goal(week=week("today", *["ahead"] * 6, measured=None))]))

    assert drawn is not None
    assert (drawn.heading, drawn.text) == ("", "Nothing told yet this week.")


def test_the_goal_of_which_most_is_told_is_drawn() -> None:
    silent = goal(goal="money", week=week("untold", "untold", "untold", "today", "ahead", "ahead", "ahead"))
    drawn = week_of(ENGLISH, row(goals=[silent, goal()]))
    assert drawn is not None
    assert drawn.text.startswith("1 of 6")


def test_a_value_stands_on_its_stone() -> None:
    told = week("kept", "untold", "otherwise", "today", "ahead", "ahead", "ahead", value=5)
    told["days"][0]["value"], told["days"][2]["value"] = 5.0, 0
    drawn = week_of(ENGLISH, row(goals=[goal(week=told)]))
    assert drawn is not None
    assert isinstance(drawn.picture, WeekPicture)
    assert [each.day.text for each in drawn.picture.days][:3] == ["5", None, "0"]


def test_mood_is_a_line_with_its_numbers_in_words() -> None:
    moods = [{"on": (DAY - timedelta(days=each)).isoformat(), "value": 6 + each, "goal": None} for each in (2, 1, 0)]
    scores = [
        {"instrument": "phq9", "first": {"on": "2026-09-01", "score": 17}, "last": {"on": "2026-11-15", "score": 8}}
    ]
    drawn = mood_of(ENGLISH, row(mood=moods, measures=scores))
    assert drawn.text == "Mood 6 to 8 in four weeks. PHQ-9 17 to 8, lower is easier."
    assert isinstance(drawn.picture, LinePicture)
    assert drawn.picture.name == "Mood from 1 to 10: 24 Nov 8, 25 Nov 7, 26 Nov 6"
    old = [{"on": (DAY - timedelta(days=20)).isoformat(), "value": 7, "goal": None}]
    assert mood_of(ENGLISH, row(mood=old)).text == "Mood 7 of 10, last told on 6 November."


def test_where_nobody_told_a_mood_distress_is_drawn_and_else_nothing() -> None:
    distress = [{"on": DAY.isoformat(), "instrument": "k10", "score": 29}]
    drawn = mood_of(ENGLISH, row(distress=distress))
    assert isinstance(drawn.picture, LinePicture)
    assert drawn.picture.last_text == "29"
    assert mood_of(ENGLISH, row()).picture is None
    assert mood_of(ENGLISH, row()).text == "No mood told in four weeks."


def test_the_lead_counts_people_by_what_they_need() -> None:
    rows = [row(place=[0, "2026-11-01", "pt-1"]), row(place=[3, "2026-11-26", "pt-2"], patient="pt-2")]
    found = view(answer(*rows, waiting_for_clinician=1, review_due=1))
    assert found.lead == (
        "2 people. One waits for an answer and one more has a review due. No setback and no dip since the last reviews."
    )
    assert [section.heading for section in found.sections] == ["Talk to first", "Review today"]
    assert [each.text for each in found.filters] == ["Everyone, 2", "Mine, 2"]


def test_a_plan_that_nobody_has_is_with_no_person_of_that_name() -> None:
    unassigned = row(reason("waiting_for_clinician", 54, awaited="agreement"), clinician="unassigned")
    by_clinician = [{"clinician": "unassigned", "patients": 1}, {"clinician": "cl-9", "patients": 1}]
    found = view(answer(unassigned, by_clinician=by_clinician))
    (section,) = found.sections
    assert [each.text for each in found.filters] == ["Everyone, 2", "cl-9, 1", "Not assigned, 1"]
    assert section.rows[0].whys[0].text == "Waits for an answer, 54\u00a0days"
    assert section.rows[0].also.startswith("Nobody has it yet")


def test_where_nobody_is_in_treatment_there_is_nothing_to_choose_from() -> None:
    assert view(answer(by_clinician=[])).filters == []


def test_a_quiet_day_says_what_comes_next() -> None:
    upcoming = {
        "patient": "pt-1",
        "due_on": "2026-11-27",
        "statement": "Get through an evening",
        "wording": None,
        "own_words": True,
    }
    assert view(answer(row()), (upcoming,)).lead == ("One person. Nobody waits. Next review: Tomorrow, Friday, pt-1.")
    assert view(answer()).lead == "Nobody is in treatment here yet."


def test_the_patients_behind_a_page_are_one_link_away_on_the_same_day() -> None:
    found = view(answer(row(), next_="abc", patients=200), clinician="cl-3")
    assert found.rest == "/clinic/northside/today?cursor=abc&day=2026-11-26&clinician=cl-3"
    assert found.rest_number == 199


def test_a_goal_in_quarantine_is_named() -> None:
    held = [{"goal": "evenings"}, {"goal": "plan"}, {"goal": "unread"}]
    assert row_of(ENGLISH, "northside", row(quarantined=held), reader="cl-3").held == [
        "Get through an evening",
        "the plan",
        "unread",
    ]


def test_whoever_may_read_no_words_gets_a_page_without_any() -> None:
    contest = {"goal": "evenings", "of": "answer_to_contest", "text": "Secret", "who": PATIENT}
    note = {"goal": "evenings", "on": DAY.isoformat(), "text": "Secret", "setback": False, "who": PATIENT}
    revised = revision(changed("wording", "Secret", "Secret two"), text="Secret")
    step = {"from": 0, "to": 1, "on": DAY.isoformat(), "text": "Secret"}
    told = row(
        reason("waiting_for_clinician", 5, awaited="answer_to_contest", text="Secret"),
        words=contest,
        note=note,
        goals=[goal(statement="Secret", revisions=[revised], step=step)],
        quarantined=[{"goal": "evenings"}],
    )
    assert "Secret" in repr(row_of(ENGLISH, "northside", told, reader="cl-3"))
    found = repr(row_of(ENGLISH, "northside", without_words(told), reader="wall"))
    assert "Secret" not in found
    assert "evenings without" not in found
    assert "is worked out anew, after a setback" in found
    whose = row_of(ENGLISH, "northside", without_words(told), reader="wall").about[0]
    assert (whose.words, whose.is_voice) == ("evenings", False)


def test_it_is_all_there_in_spanish() -> None:
    told = row(reason("waiting_for_clinician", 54, awaited="agreement"))
    assert whys(SPANISH, told, "cl-3")[0].text == "Espera su respuesta, 54\u00a0días"
    drawn = week_of(SPANISH, told)
    assert drawn is not None
    assert drawn.text.startswith("1 de 6 hasta ahora")


def test_it_says_which_goal_a_review_is_about_where_the_words_are_about_another_one() -> None:
    work = goal(goal="work", statement="Get back on the tools.", wording="Work at 50 %")
    reasons = [reason("waiting_for_clinician"), reason("review_overdue", goal="work"), reason("review_due")]
    told = row(goals=[goal(), work], reasons=reasons)
    own = row(goals=[goal(), work], reasons=[reason("review_due")])

    assert Saying("The review is about", "Work at 50 %", is_voice=False, after=".") in about(ENGLISH, told)
    assert not [each for each in about(ENGLISH, own) if "review" in each.before]
