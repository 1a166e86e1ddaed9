"""What the page of a goal says: whose words are whose, where it stands and stood, and the way here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pydantic_core import from_json, to_json

from events.event import Event, RecordedEvent
from events.goal import types as g
from events.identity import GoalId
from events.plan import types as p
from events.vocabulary import Priority
from projections.audit_trail.moments import versions_of
from projections.engine.paging import Json
from projections.goal_state.patient.levels import levels_over_time
from projections.goal_state.patient.record import fold_patient
from services.gateway.pages.goal.events import TELLERS
from services.gateway.pages.goal.found import Earlier, GoalFound, HistoryFound, days_of
from services.gateway.pages.goal.page import GoalPage, goal_page
from services.gateway.pages.goal.way import MAX_FOLDED, Folded, Happened
from services.gateway.pages.language import language_of
from services.gateway.pages.voices import Said
from tests.builders import NOON, active_goal, entry, event, gas, opened, proposed, recorded, smart

GOAL = GoalId("northside", "p1", "walk")
ENGLISH = language_of([], "en-GB")
DAY = timedelta(days=1)
STEPS = {"-2": "none", "-1": "one", "0": "two", "1": "three", "2": "four"}


def begun(**fields: Any) -> list[Event]:
    plan, _, *agreed = active_goal(GOAL)
    return [plan, event(GOAL, proposed(**{"smart": smart(), **fields})), *agreed]


def history_of(events: Sequence[RecordedEvent]) -> HistoryFound:
    """As the audit trail tells it."""
    items = [_item(each) for each in events if not isinstance(each.data, g.ProgressLogged)]
    when = [{**each, "time": _at(each["time"]), "recordedtime": _at(each["recordedtime"])} for each in items]
    return HistoryFound(when[::-1], items[::-1], is_newest=True, before=None)


def shown(
    *offered: Event, now: datetime | None = None, may_look_back: bool = True, own: bool = False, **asked: Any
) -> GoalPage:
    """The page of what these events add up to."""
    events = recorded(offered)
    record = fold_patient(events)
    goal = record.goal(GOAL.goal)
    assert goal is not None
    of_goal = [each for each in events if each.goal_id == GOAL]
    days = days_of(goal, record, now or NOON + 5 * DAY)
    span = days.span(asked.get("first"), asked.get("last"))
    entries = [each for each in goal.progress if span.first <= each.on <= span.last]
    levels = levels_over_time(goal)
    found = GoalFound(goal, record, days, span, levels, entries, True, versions_of(of_goal))
    earlier = asked.get("earlier")
    return goal_page(
        ENGLISH,
        found,
        history_of(of_goal) if may_look_back else None,
        earlier(of_goal) if earlier else None,
        by="happened",
        own=own,
    )


def _item(each: RecordedEvent) -> Json:
    told = each.event
    return {
        "version": each.version,
        "position": each.position,
        "type": each.data.type_name,
        "actor": told.actor.id,
        "actorrole": told.actor.role,
        "enteredby": told.entered_by,
        "submittedby": told.submitted_by,
        "causeversion": told.cause,
        "time": told.time.isoformat(),
        "recordedtime": each.recorded_at.isoformat(),
        "data": from_json(to_json(each.data)),
    }


def _at(instant: str) -> datetime:
    return datetime.fromisoformat(instant)


def titles(page: GoalPage) -> list[str]:
    assert page.way is not None
    return [each.title for each in page.way.items]


def by_clinician(data: Any, **more: Any) -> Event:
    return event(GOAL, data, role="clinician", actor="c1", **more)


# what it is


def test_what_exactly_it_is_stands_in_words_as_far_as_somebody_said_it() -> None:
    worked_out = smart(
        specific="The evening group", relevant="My daughter", achievable={"confidence": 7, "supports": "A lift there"}
    )
    assert [(fact.name, fact.text) for fact in shown(*begun(smart=worked_out)).head.in_words] == [
        ("What exactly", "The evening group"),
        ("What is counted", "groups attended"),
        ("What would be enough", "at least 3 groups attended a week"),
        ("Until", "for 4 weeks"),
        ("What makes it possible", "A lift there"),
        ("How sure", "7 of 10"),
        ("Why it matters", "My daughter"),
    ]
    assert shown(active_goal(GOAL)[0], event(GOAL, proposed())).head.in_words == []


def test_what_is_not_agreed_by_both_is_headed_as_proposed() -> None:
    plan = active_goal(GOAL)[0]
    assert shown(plan, event(GOAL, proposed(smart=smart()))).facts_heading == "What is proposed"
    assert shown(*begun()).facts_heading == "What was agreed"


# whose words


def test_words_of_the_patient_are_told_as_theirs_and_a_clinician_s_as_put_by_the_clinician() -> None:
    own = shown(*begun())
    plan = active_goal(GOAL)[0]
    given = shown(plan, by_clinician(proposed(smart=smart())))

    assert own.head.words.is_own
    assert own.head.whose == "In their own words, 2 March 2026"
    assert not given.head.words.is_own
    assert given.head.whose == "As c1, clinician put it, 2 March 2026"


def test_to_the_patient_the_words_are_your_own() -> None:
    assert shown(*begun(), own=True).head.whose == "In your own words, 2 March 2026"


def test_the_wording_stands_beside_the_kept_words_in_the_voice_of_whoever_put_it() -> None:
    revised = g.Revised(changes=g.Changes(wording="Walk by the river"), reason="too_easy")
    by_patient, by_staff = shown(*begun(), event(GOAL, revised)), shown(*begun(), by_clinician(revised))

    assert by_patient.head.wording == Said("Walk by the river", is_own=True)
    assert by_staff.head.wording == Said("Walk by the river", is_own=False, by="c1, clinician")
    assert by_staff.head.words.text == "I want to wake up without dread"


def test_each_step_has_the_voice_of_whoever_wrote_it() -> None:
    scale = gas(levels=STEPS)
    reworded = g.Changes(gas=scale.model_copy(update={"levels": {**STEPS, "1": "three, with my sister"}}))
    page = shown(*begun(gas=scale), by_clinician(g.Revised(changes=reworded, reason="clinical")))

    assert page.then.ladder is not None
    assert [step.level for step in page.then.ladder.steps if not step.is_own] == [1]
    assert page.then.staff_steps == "Steps in quotation marks were worded by c1, clinician."


# where it stands


@pytest.mark.parametrize(
    ("event_after", "sentence"),
    [
        (None, "Worked on since 2 March 2026."),
        (g.Held(reason="in hospital"), "At rest since 2 March 2026."),
        (g.Closed(outcome="not_achieved", reason="moved"), "Closed on 2 March 2026: over, and some of it stays open."),
        (g.Closed(outcome="retired", reason="moved"), "Closed on 2 March 2026: let go."),
        (g.EnteredInError(reason="wrong"), "Struck out on 2 March 2026: it should not have been recorded."),
    ],
)
def test_what_became_of_it_is_a_sentence_and_never_a_failure(event_after: g.GoalPayload | None, sentence: str) -> None:
    events = [] if event_after is None else [by_clinician(event_after)]
    first, *_ = shown(*begun(), *events).head.sentences

    assert first.text == sentence
    assert (first.words is None) == (event_after is None)


@pytest.mark.parametrize(
    ("days", "sentence"),
    [(-1, "Review due since Sunday 1 March."), (0, "Review due today."), (3, "Next review on Thursday 5 March.")],
)
def test_when_it_is_looked_at_again_is_told_by_the_day(days: int, sentence: str) -> None:
    due = g.ReviewScheduled(due_on=NOON.date() + days * DAY, cause="routine")
    page = shown(*begun(), by_clinician(due), now=NOON)

    assert sentence in [each.text for each in page.head.sentences]


def test_who_waits_is_told_with_the_words_and_once() -> None:
    page = shown(*begun()[:2], by_clinician(g.Contested(reason="not now")))
    waiting = [each for each in page.head.sentences if each.waits]

    assert [(each.text, each.words and each.words.text) for each in waiting] == [
        ("An answer of the clinician is awaited.", "not now")
    ]


def test_a_goal_without_a_scale_says_what_would_be_enough() -> None:
    page = shown(*begun())

    assert page.then.ladder is None
    assert page.then.target == "at least 3 groups attended a week"
    assert page.then.steps is None


def test_a_draft_has_no_diary_and_no_untold_days() -> None:
    plan = event(GOAL.plan, opened(), role="clinician", actor="c1")

    assert not shown(plan, event(GOAL, proposed())).diary.is_begun


def test_at_an_earlier_moment_it_stands_as_it_did_then() -> None:
    scale = gas(levels=STEPS, baseline=-2)
    former = scale.model_copy(update={"levels": {**STEPS, "0": "two a week"}})
    changed = g.Revised(changes=g.Changes(gas=scale, wording="By the river"), reason="too_hard")
    at = NOON + timedelta(hours=1)

    def earlier(events: Sequence[RecordedEvent]) -> Earlier:
        before = [each for each in events if each.event.time <= at]
        goal = fold_patient(before).goal("walk")
        assert goal is not None
        levels = levels_over_time(goal)
        return Earlier(at, "happened", goal, at.date(), levels, versions_of(before))

    later = NOON + 2 * DAY
    page = shown(
        *begun(gas=former),
        event(GOAL, entry("e1", level=-1)),
        event(GOAL, changed, time=later),
        event(GOAL, entry("e2", later.date(), level=1), time=later),
        earlier=earlier,
    )

    assert page.then.when == "As it stood on 2 March 2026, 13:00, by what had happened until then."
    assert page.then.ladder is not None
    assert page.then.ladder.now is not None
    assert page.then.ladder.now.text == "one"
    assert "two a week" in [step.text for step in page.then.ladder.steps]
    assert page.head.wording is not None


def test_before_it_was_there_that_is_all_that_is_said() -> None:
    page = shown(*begun(), earlier=lambda _: Earlier(NOON - DAY, "recorded", None, NOON.date()))

    assert not page.then.is_there
    assert page.then.when == "As it stood on 1 March 2026, 12:00, by what had been recorded until then."


def test_the_moments_are_all_but_diary_entries_and_what_followed_by_itself_and_end_with_now() -> None:
    reviewed = g.Reviewed(on=NOON.date() + DAY, participants=("patient",), decision="keep")
    due = g.ReviewScheduled(due_on=NOON.date() + 9 * DAY, cause="routine")
    follows = replace(by_clinician(due, time=NOON + DAY), cause=5)
    page = shown(*begun(), event(GOAL, entry("e1")), by_clinician(reviewed, time=NOON + DAY), follows)

    assert page.slider is not None
    assert [option.label for option in page.slider.options] == [
        "Begun, 2 March 2026, 12:00",
        "Review, 3 March 2026, 12:00",
        "now, as it stands",
    ]
    assert [(option.value, option.is_chosen) for option in page.slider.options][-1] == ("", True)


# the way here


def test_entries_between_other_events_are_folded_into_one_line_that_has_them() -> None:
    entries = [event(GOAL, entry(f"e{number}", NOON.date(), mood=number)) for number in (1, 2, 3)]
    noted = event(GOAL, entry("e4", NOON.date() + DAY, note="a good day"))
    held = by_clinician(g.Held(reason="in hospital"))
    page = shown(*begun(), *entries, held, by_clinician(g.Resumed(reason="back")), noted)

    above, resumed, rested, below, began, *_ = titles(page)
    assert (above, resumed, rested) == ("One diary entry", "Taken up again", "Put to rest for a while")
    assert (below, began) == ("3 diary entries", "The work began")
    assert page.way is not None
    latest, _, _, folded, *_ = page.way.items
    assert isinstance(latest, Folded)
    assert latest.latest == Said("a good day", is_own=True)
    assert isinstance(folded, Folded)
    assert [row.told for row in folded.rows] == ["mood 3", "mood 2", "mood 1"]
    assert folded.elsewhere is None
    assert (folded.first, folded.last) == (NOON.date(), NOON.date())


def test_entries_that_are_not_here_are_counted_and_lead_to_their_weeks() -> None:
    entries = [event(GOAL, entry(f"e{number}", NOON.date())) for number in (1, 2)]
    page = shown(*begun(), *entries, now=NOON + 300 * DAY)

    assert page.way is not None
    folded = page.way.items[0]
    assert isinstance(folded, Folded)
    assert (folded.title, folded.rows) == ("2 diary entries", [])
    assert folded.elsewhere == {"from": "2026-03-02"}
    assert (folded.first, folded.last) == (None, None)


def test_days_are_named_of_all_entries_of_a_line_also_where_it_opens_to_fewer() -> None:
    entries = [event(GOAL, entry(f"e{number}", NOON.date() + number * DAY)) for number in range(MAX_FOLDED + 1)]
    page = shown(*begun(), *entries, now=NOON + 20 * DAY)

    assert page.way is not None
    folded = page.way.items[0]
    assert isinstance(folded, Folded)
    assert len(folded.rows) == MAX_FOLDED
    assert (folded.first, folded.last) == (NOON.date(), NOON.date() + MAX_FOLDED * DAY)


def test_a_day_of_another_year_is_told_with_its_year() -> None:
    due = g.ReviewScheduled(due_on=NOON.date() + 14 * DAY, cause="routine")
    page = shown(*begun(), event(GOAL, due, role="system", actor="cairn"), now=NOON + 365 * DAY)

    assert page.way is not None
    began = next(each for each in page.way.items if each.title == "The work began")
    assert isinstance(began, Happened)
    assert began.provenance.happened == "2 March 2026, 12:00"
    assert page.head.sentences[-1].text == "Review due since Monday, 16 March 2026."


@pytest.mark.parametrize(("many", "size"), [(40, "short"), (90, "short"), (91, "long"), (2000, "longer")])
def test_long_words_of_a_goal_are_set_smaller(many: int, size: str) -> None:
    assert shown(event(GOAL, proposed(statement="w" * many))).head.size == size


def test_a_revision_tells_why_and_each_part_word_by_word() -> None:
    changes = g.Changes(gas=gas(levels={**STEPS, "0": "two a month"}), supports="up")
    above = event(GOAL._replace(goal="up"), proposed(statement="See the sea", horizon="long_term"))
    revised = event(GOAL, g.Revised(changes=changes, reason="setback", note="two I can promise"))
    page = shown(above, *begun(gas=gas(levels={**STEPS, "0": "two a week"})), revised)

    assert page.way is not None
    happened = page.way.items[0]
    assert isinstance(happened, Happened)
    assert happened.title == "Revised by the patient, after a setback"
    assert happened.words == Said("two I can promise", is_own=True)
    told = {change.name: "".join(piece.text for piece in change.now) for change in happened.changes}
    assert told == {"As expected": "two a month", "Leads to": "See the sea"}


def test_a_review_found_the_step_in_the_words_that_it_had_then() -> None:
    reviewed = g.Reviewed(on=NOON.date(), participants=("patient", "clinician"), decision="adjust_scale", level=0)
    reworded = g.Changes(gas=gas(levels={**STEPS, "0": "two a month"}))
    page = shown(
        *begun(gas=gas(levels={**STEPS, "0": "two a week"})),
        by_clinician(reviewed),
        event(GOAL, g.Revised(changes=reworded, reason="too_hard")),
    )

    assert page.way is not None
    review = page.way.items[1]
    assert isinstance(review, Happened)
    assert review.title == "Review, patient and clinician: change the steps"
    assert review.asides == [("Found at step 0.", Said("two a week", is_own=True))]


def test_what_happened_is_told_with_who_and_both_times_on_the_clinic_s_clock() -> None:
    zoned = event(GOAL.plan, opened(time_zone="Europe/Vienna"), role="clinician", actor="c1")
    page = shown(zoned, event(GOAL, proposed()))

    assert page.way is not None
    happened = page.way.items[-1]
    assert isinstance(happened, Happened)
    prov = happened.provenance
    assert (prov.by, prov.happened, prov.recorded) == ("the patient", "2 Mar, 13:00", "2 Mar, 13:00")
    assert (prov.version, prov.position) == (1, 2)


def test_whoever_may_not_read_what_happened_gets_neither_way_nor_moments() -> None:
    page = shown(*begun(), may_look_back=False)

    assert page.way is None
    assert page.slider is None
    assert page.facts


def test_what_was_agreed_names_priority_and_goal_above_by_their_words() -> None:
    ranked = p.PrioritiesRanked(priorities=(Priority(id="kids", text="Be there for my kids", rank=1),))
    above = event(GOAL._replace(goal="up"), proposed(statement="See the sea", horizon="long_term"))
    page = shown(event(GOAL.plan, ranked), above, *begun(priority="kids", supports="up", relevance=8))

    told = {fact.name: (fact.words.text if fact.words else fact.text, fact.leads_to) for fact in page.facts}
    assert told["How much it matters"] == ("8 of 10", None)
    assert told["Leads to"] == ("See the sea", "/clinic/northside/patients/p1/goals/up")


def test_every_type_of_event_has_a_line_of_its_own() -> None:
    told = {each.type_name.split(".")[2] for each in g.GOAL_EVENTS} - {"progress_logged"}

    assert told - set(TELLERS) == set()


def test_the_calendar_says_each_day_for_those_who_do_not_see_it() -> None:
    page = shown(*begun(), event(GOAL, entry("e1", NOON.date(), done=False, note="cba")), now=NOON + DAY)
    said = {day.cell.on: day.said for week in page.diary.weeks for day in week}

    assert said[date(2026, 3, 2)] == "2 March: told: went otherwise; with a note"
    assert said[date(2026, 3, 3)] == "3 March: today, not told yet"
    assert said[date(2026, 3, 4)] == "4 March: still to come"
    assert page.diary.caption == "One day told. Each row is a week, by its Monday."
