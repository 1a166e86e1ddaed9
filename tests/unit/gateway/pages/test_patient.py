"""A patient's page as it is put together: words first, reasons as sentences, and nothing worded as failure."""

from datetime import UTC, datetime, timedelta

import pytest

from events.event import Event
from events.goal import types as g
from events.identity import GoalId
from events.plan import types as p
from events.vocabulary import Measure, Priority, Smart
from projections.audit_trail.revisions import RevisedGoal
from projections.goal_state.patient.record import PatientRecord, fold_patient
from services.gateway.pages.language import language_of
from services.gateway.pages.patient.view import PatientShown, patient_shown
from tests.builders import NOON, PLAN, entry, event, gas, opened, proposed, recorded

ENGLISH = language_of(["en"], None)
EVENINGS = GoalId(PLAN.org, PLAN.patient, "evenings")
SUNDAYS = GoalId(PLAN.org, PLAN.patient, "sundays")
KIDS = Priority(id="kids", text="My kids", rank=1)
SLEEP = Priority(id="sleep", text="Sleep", rank=2)
WANTED = Measure(what="evenings without alcohol", unit="evenings", target=5, per="week", direction="at_least")
FIRST = Smart(measure=WANTED, for_weeks=10)
REVIEW = (NOON + timedelta(days=14)).date()
SATURDAY = NOON + timedelta(days=5)


def shown(
    *events: Event, now: datetime = SATURDAY, own: bool = False, for_staff: bool = True, **plan: object
) -> PatientShown:
    """The page of a patient with a plan and two priorities."""
    ranked = event(PLAN, p.PrioritiesRanked(priorities=(KIDS, SLEEP)))
    log = recorded([event(PLAN, opened(**plan), role="clinician", actor="c1"), ranked, *events])
    record = fold_patient(log)
    revised: dict[GoalId, list[RevisedGoal]] = {}
    for each in log:
        if isinstance(each.data, g.Revised):
            earlier = fold_patient(other for other in log if other.position < each.position)
            later = fold_patient(other for other in log if other.position <= each.position)
            before, after = (found.goal(each.goal_id.goal) for found in (earlier, later))
            assert before is not None
            assert after is not None
            revised.setdefault(each.goal_id, []).append(RevisedGoal(each, before, after))
    return patient_shown(ENGLISH, PLAN.patient, record, revised, now, own=own, for_staff=for_staff)


def begun(goal_id: GoalId = EVENINGS, *, at: datetime = NOON, **fields: object) -> list[Event]:
    return [
        event(goal_id, proposed(**{"statement": "I want to get through an evening", "priority": "kids", **fields})),
        event(goal_id, g.Agreed(), role="clinician", actor="c1", time=at),
        event(goal_id, g.Activated(), role="clinician", actor="c1", time=at),
        event(goal_id, g.ReviewScheduled(due_on=REVIEW, cause="initial"), role="clinician", actor="c1", time=at),
    ]


def told(number: int, goal_id: GoalId = EVENINGS, **said: object) -> Event:
    day = (NOON + timedelta(days=number)).date()
    return event(goal_id, entry(f"d{number}", day, **said), time=NOON + timedelta(days=number))


def test_the_reasons_are_in_the_patients_words_with_whose_they_are() -> None:
    reasons = ({"text": "I was tired of it", "whose": "own"}, {"text": "She asked me", "whose": "family"})

    found = shown(reasons=reasons).reasons
    to_the_patient = shown(reasons=reasons, own=True).reasons

    assert [(each.text, each.whose) for each in found] == [
        ("I was tired of it", "their own reason"),
        ("She asked me", "their family’s reason"),
    ]
    assert [each.whose for each in to_the_patient] == ["your own reason", "your family’s reason"]


def test_the_lead_says_with_whom_where_since_when_and_what_comes_next() -> None:
    found = shown(*begun(), program={"setting": "outpatient"})

    assert list(found.lead) == ["With c1", "outpatient", "here since 2 March", "review on 16 March"]


def test_what_waits_says_for_whom_since_when_and_what_to_do() -> None:
    goal = event(EVENINGS, proposed(statement="I just want to feel better", life_area="coping"))

    (wait,) = shown(goal).waits

    assert wait.text == "For c1, since 2 March: agree, or talk about it"
    assert (wait.words.text, wait.words.is_voice) == ("I just want to feel better", True)
    assert wait.remark.endswith("Until then it stays a draft, for as long as it needs.")


def test_what_may_help_a_draft_is_for_staff() -> None:
    (wait,) = shown(event(EVENINGS, proposed(life_area="coping")), own=True, for_staff=False).waits

    assert wait.remark == ""


@pytest.mark.parametrize(("own", "who"), [(True, "you"), (False, "pt-1")])
def test_a_word_of_the_patient_is_asked_of_the_patient(own: bool, who: str) -> None:
    (wait,) = shown(event(EVENINGS, proposed(), role="clinician", actor="c1"), own=own, for_staff=not own).waits

    assert wait.text == f"For {who}, since 2 March: agree, or talk about it"


def test_a_contest_waits_with_the_words_of_who_contested() -> None:
    contested = event(EVENINGS, g.Contested(reason="It is not what I meant"))

    waits = shown(*begun(), contested).waits

    assert [(each.text, each.words.text) for each in waits] == [
        ("For c1, since 2 March: answer why it does not fit", "It is not what I meant")
    ]


def test_the_tree_leads_from_a_priority_to_this_week() -> None:
    found = shown(
        *begun(SUNDAYS, statement="Sundays with my kids", horizon="long_term", gas=gas(baseline=-1)),
        *begun(smart=FIRST, supports="sundays", priority=None),
        *(told(0, done=True), told(2, done=True), told(3, done=False)),
        told(4, SUNDAYS, level=1),
    ).tree

    kids, sleep = found.priorities
    assert (kids.kind, sleep.kind) == ("First priority", "Second priority · no goal yet")
    (sundays,) = kids.goals
    assert list(sundays.kind) == ["Long-term goal", "one step more than expected", "review on 16 March"]
    (evenings,) = sundays.goals
    assert evenings.kind[0] == "Short-term goal, on the way there"
    assert evenings.week is not None
    assert evenings.week.sentence == (
        "2 of 5 evenings so far. Thursday told otherwise. Tuesday and Friday not told: we do not know."
    )
    assert evenings.week.sentence in evenings.week.picture.name
    assert [each.day.mark for each in evenings.week.picture.days] == [
        *("kept", "unknown", "kept", "otherwise", "unknown", "today", "ahead")
    ]


def test_days_before_the_work_began_are_not_days_that_were_not_told() -> None:
    wednesday = NOON + timedelta(days=2)

    week = shown(*begun(at=wednesday, smart=FIRST), told(4, done=True)).tree.priorities[0].goals[0].week

    assert week is not None
    assert week.sentence == "1 of 5 evenings so far. Wednesday and Thursday not told: we do not know."
    assert [each.day.mark for each in week.picture.days][:3] == ["ahead", "ahead", "unknown"]


def test_on_a_monday_morning_the_tree_has_the_last_week() -> None:
    its = (*begun(smart=FIRST), told(0, done=True), told(3, done=False))

    week = shown(*its, now=NOON + timedelta(days=7)).tree.priorities[0].goals[0].week

    assert week is not None
    assert week.heading == "Last week"
    assert week.sentence == "1 of 5 evenings. Thursday told otherwise. 5 days not told: we do not know."


def test_a_target_of_one_is_named_before_its_number() -> None:
    one = FIRST.model_copy(update={"measure": WANTED.model_copy(update={"target": 1})})

    week = shown(*begun(smart=one), told(4, done=True)).tree.priorities[0].goals[0].week

    assert week is not None
    assert week.sentence.startswith("Evenings: 1 of 1 so far.")


def test_more_than_was_agreed_is_said_beside_what_was_agreed() -> None:
    most = FIRST.model_copy(update={"measure": WANTED.model_copy(update={"target": 1})})

    week = shown(*begun(smart=most), *(told(number, done=True) for number in range(5))).tree.priorities[0].goals[0].week

    assert week is not None
    assert week.sentence == "5 evenings so far, 1 agreed."


def test_many_days_that_were_not_told_are_counted_and_not_listed() -> None:
    week = shown(*begun(smart=FIRST)).tree.priorities[0].goals[0].week

    assert week is not None
    assert week.sentence == "Nothing told this week yet. 5 days not told: we do not know."


def test_simple_words_and_pictures_are_there_for_those_who_asked_for_them() -> None:
    events = (*begun(gas=gas(baseline=-1)), told(0, level=0))

    usual, simple = shown(*events), shown(*events, accommodations=("simplified_language", "visual_tools"))

    (goal,), (plain) = usual.tree.priorities[0].goals, simple.tree.priorities[0].goals[0]
    assert (goal.kind[0], plain.kind[0]) == ("Short-term goal", "Small goal")
    assert (goal.step, plain.step, plain.step_name) == (None, 3, "as expected")
    assert simple.simplified
    assert simple.course.t_score is not None
    assert simple.course.t_score.simple == "Further along than at the start."


@pytest.mark.parametrize(
    ("level", "said"),
    [
        (0, "Further along than at the start."),
        (-1, "About where it was at the start."),
        (-2, "These days ask more than those at the start."),
    ],
)
def test_where_it_stands_is_never_worded_as_failure(level: int, said: str) -> None:
    t_score = shown(*begun(gas=gas(baseline=-1)), told(1, level=level)).course.t_score

    assert t_score is not None
    assert t_score.simple == said


def test_the_t_score_is_said_drawn_and_in_a_table() -> None:
    review = g.Reviewed(on=(NOON + timedelta(days=4)).date(), participants=("patient",), decision="keep", level=1)

    found = shown(
        *begun(gas=gas(baseline=-1)), told(1, level=0), event(EVENINGS, review, time=NOON + timedelta(days=4))
    ).course.t_score

    assert found is not None
    assert found.heading == "All goals together: T-score 60, began at 40"
    assert [(each.day, each.value, each.told_by) for each in found.rows] == [
        ("2 Mar", "40", "where it began"),
        ("3 Mar", "50", "diary"),
        ("6 Mar", "60", "review"),
    ]
    assert "began at 40, 60 since 6 March. Expected is 50." in found.picture.name
    assert [each.by_review for each in found.picture.dots] == [False, True]


def test_mood_and_measures_are_lines_with_sentences() -> None:
    measured = event(PLAN, p.Measured(instrument="phq9", score=17, on=NOON.date()), role="clinician")
    later = p.Measured(instrument="phq9", score=8, on=(NOON + timedelta(days=4)).date())

    course = shown(
        *begun(), told(0, mood=4), told(3, mood=7), measured, event(PLAN, later, role="clinician", time=SATURDAY)
    ).course

    assert course.mood is not None
    assert course.mood.sentence == "Mood from 4 to 7 since 2 March. Each dot is a day told."
    (phq9,) = course.measures
    assert phq9.sentence == "PHQ-9: 17, 8. Lower is easier."
    assert [each.value for each in phq9.rows] == ["17", "8"]


def test_nothing_told_has_no_picture() -> None:
    course = shown(*begun()).course

    assert (course.t_score, course.mood, list(course.measures)) == (None, None, [])


def test_the_story_tells_what_changed_why_and_in_whose_words() -> None:
    fewer = FIRST.model_copy(update={"measure": WANTED.model_copy(update={"target": 3})})
    changes = g.Changes(smart=fewer)
    on = NOON + timedelta(days=3)
    review = g.Reviewed(
        on=on.date(), participants=("patient",), decision="adjust_scale", note="No room for a hard day."
    )

    (story,) = shown(
        *begun(smart=FIRST),
        told(1, setback=True, note="I drank."),
        event(EVENINGS, review, role="clinician", actor="c1", time=on),
        event(EVENINGS, g.Revised(changes=changes, reason="setback", note="Three I can promise."), time=on),
    ).stories

    revision, setback = story.chapters
    assert revision.heading == "At least 3 evenings a week, after a setback"
    assert revision.words is not None
    assert (revision.words.text, revision.words.is_voice) == ("Three I can promise.", True)
    (change,) = revision.changes
    assert [(each.text, each.is_changed) for each in change.now] == [
        *(("at least ", False), ("3", True), (" evenings a week", False))
    ]
    assert revision.remark is not None
    assert revision.remark.by == "c1, at the review that day:"
    assert not revision.remark.words.is_voice
    assert revision.provenance is not None
    assert revision.provenance.address.startswith(f"/clinic/{PLAN.org}/audit/")
    assert setback.heading == "Diary, a setback told"
    assert setback.words is not None
    assert setback.words.text == "I drank."


def test_without_the_history_a_revision_is_told_without_what_stood_there_before() -> None:
    log = recorded(
        [
            event(PLAN, opened(), role="clinician", actor="c1"),
            *begun(),
            event(EVENINGS, g.Revised(changes=g.Changes(wording="Other words"), reason="too_hard")),
        ]
    )

    found = (
        patient_shown(ENGLISH, PLAN.patient, fold_patient(log), {}, SATURDAY, own=False, for_staff=True)
        .stories[0]
        .chapters[0]
    )

    assert found.heading == "Put in other words, because it asked a lot"
    assert (list(found.changes), found.provenance) == ([], None)


def test_a_goal_that_another_one_leads_to_is_named_in_words() -> None:
    tied = event(EVENINGS, g.Revised(changes=g.Changes(supports="sundays"), reason="clinical"))

    stories = shown(*begun(SUNDAYS, statement="Sundays with my kids", horizon="long_term"), *begun(), tied).stories

    (change,) = stories[0].chapters[0].changes
    assert "".join(each.text for each in change.now) == "“Sundays with my kids”"


def test_taking_part_counts_days_and_reviews_and_says_what_was_reached() -> None:
    set_, met = (
        g.MilestoneSet(milestone="m", text="A whole week", due=SATURDAY.date()),
        g.MilestoneMet(milestone="m", on=(NOON + timedelta(days=4)).date()),
    )

    facts = shown(
        *begun(smart=FIRST, interventions=("Urge surfing",)),
        *(told(0, done=True), told(4, done=True, note="Seven.")),
        *(event(EVENINGS, set_), event(EVENINGS, met, time=NOON + timedelta(days=4))),
    ).facts

    said = {fact.name: [(each.text, each.words and each.words.text) for each in fact.said] for fact in facts}
    assert said == {
        "Diary": [("2 days told since 2 March, last yesterday", None)],
        "Reviews": [("none held yet", None)],
        "Wins": [("“A whole week”, met on 6 March:", "Seven.")],
        "Accommodations": [("none asked for", None)],
        "Helped by": [("Urge surfing (evenings: 2 of 2 told days)", None)],
    }


def test_a_goal_in_quarantine_is_named_above_the_page() -> None:
    record = fold_patient(recorded([event(PLAN, opened(), role="clinician", actor="c1"), *begun()]))
    behind = PatientRecord(record.plan, record.goals, {"evenings": {"version": 3, "position": 9, "reason": "x"}})

    found = patient_shown(ENGLISH, PLAN.patient, behind, {}, SATURDAY, own=False, for_staff=True)

    (notice,) = found.notices
    assert notice.startswith("From event 9 on, what was recorded for “I want to get through an evening” is kept")


def test_a_patient_without_a_plan_has_a_page() -> None:
    record = fold_patient(recorded(begun()))

    found = patient_shown(ENGLISH, "p9", record, {}, datetime.now(UTC), own=False, for_staff=True)

    assert list(found.lead) == ["No plan has been opened yet"]
    assert found.footer == ""
