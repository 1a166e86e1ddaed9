"""The sample clinic: the same every time, accepted by the rules, and worth looking at."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from events.event import Event
from events.goal import GoalState, missing_parts
from events.goal import types as g
from projections.goal_state.patient.week import weeks_now
from services.sample.clinic import SHOWN_GOAL, northside, today_there
from services.sample.story import DAYS
from tests.clinic import Clinic

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return northside(TODAY)


@pytest.fixture(scope="module")
def goals(events: list[Event]) -> dict[str, GoalState]:
    return Clinic(events, TODAY).goals_by_token()


def test_the_same_day_gives_the_same_clinic(events: list[Event]) -> None:
    assert northside(TODAY) == events


@pytest.mark.parametrize("later", [1, 2, 3, 4, 5, 6, 30, 200])
def test_ids_do_not_depend_on_the_day(events: list[Event], later: int) -> None:
    def named(events: list[Event]) -> dict[tuple[str, ...], tuple[str, str]]:
        return {(str(event.goal_id), *event.key): (event.type_name, event.actor.id) for event in events}

    assert named(northside(TODAY + timedelta(days=later))) == named(events)


def test_no_id_is_used_twice_in_a_goal(events: list[Event]) -> None:
    assert len({(event.goal_id, *event.key) for event in events}) == len(events)


def test_it_spans_ten_weeks_and_ends_yesterday(events: list[Event]) -> None:
    days = {event.time.date() for event in events}
    assert min(days) == TODAY - timedelta(days=DAYS)
    assert max(days) == TODAY - timedelta(days=1)


def test_each_patient_s_events_are_in_the_order_of_time(events: list[Event]) -> None:
    by_patient: defaultdict[str, list[datetime]] = defaultdict(list)
    for event in events:
        by_patient[event.goal_id.patient].append(event.time)
    assert len(by_patient) == 6
    assert all(times == sorted(times) for times in by_patient.values())


SPECIAL_DAYS = (date(2026, 10, 26), date(2027, 1, 1), date(2028, 2, 29), date(2028, 3, 1))
"""The day after an hour was told twice, a New Year's Day, a leap day, and the one after."""


DAYS_OF_A_WEEK = tuple(TODAY + timedelta(days=day) for day in range(7))
_SATURDAY = 6


@pytest.mark.parametrize("today", [*DAYS_OF_A_WEEK, *SPECIAL_DAYS], ids=str)
def test_whenever_it_is_opened_the_rules_accept_every_event_and_reviews_are_on_working_days(today: date) -> None:
    events = northside(today)
    clinic = Clinic(events, today)
    due = [goal.next_review.due_on for goal in clinic.goals.values() if goal and goal.next_review]
    held = [event for event in events if isinstance(event.data, g.Reviewed)]

    assert len(clinic.goals) == 15
    assert len(held) > 20
    assert all(event.data.on == event.time.date() for event in held if isinstance(event.data, g.Reviewed))
    assert [day for day in (*due, *(event.time.date() for event in held)) if day.isoweekday() >= _SATURDAY] == []
    assert any(day < today for day in due)
    assert any(day > today for day in due)
    assert (today in due) == (today.isoweekday() < _SATURDAY)


@pytest.mark.parametrize("today", [*DAYS_OF_A_WEEK, *SPECIAL_DAYS], ids=str)
def test_whenever_it_is_opened_each_patient_has_told_of_some_days_of_the_week_that_is_shown(today: date) -> None:
    found = Clinic(northside(today), today)
    told: defaultdict[str, int] = defaultdict(int)
    for goal in filter(None, found.goals.values()):
        week, last = weeks_now(goal, today)
        told[goal.patient] = max(told[goal.patient], *(each["told"] for each in (week, last) if each), 0)

    assert len(told) == 6
    assert min(told.values()) > 0


def test_a_little_after_midnight_in_the_clinic_it_is_the_new_day_there() -> None:
    assert today_there(datetime(2026, 7, 31, 23, 30, tzinfo=UTC)) == date(2026, 8, 1)
    assert today_there(datetime(2026, 11, 30, 23, 30, tzinfo=UTC)) == date(2026, 11, 30)


def test_both_frameworks_are_used(goals: dict[str, GoalState]) -> None:
    assert sum(goal.smart is not None for goal in goals.values()) >= 5
    assert sum(goal.gas is not None for goal in goals.values()) >= 4


def test_goals_stand_in_every_state_of_a_goal_s_life(goals: dict[str, GoalState]) -> None:
    assert {goal.status for goal in goals.values()} >= {"proposed", "contested", "active", "closed"}
    assert {goal.outcome for goal in goals.values()} >= {"achieved", "retired", "replaced"}


def test_one_goal_was_put_on_hold_and_taken_up_again(events: list[Event]) -> None:
    held = {event.goal_id for event in events if isinstance(event.data, g.Held)}
    assert held == {event.goal_id for event in events if isinstance(event.data, g.Resumed)} != set()


def test_one_goal_is_still_vague_and_may_stay_so(goals: dict[str, GoalState]) -> None:
    vague = [goal for goal in goals.values() if missing_parts(goal, simplified=False) and goal.status == "proposed"]
    assert [goal.goal for goal in vague] == ["own-skin"]


def test_one_contest_is_open_and_one_was_answered(goals: dict[str, GoalState]) -> None:
    answers = {goal.goal: goal.contest.answer for goal in goals.values() if goal.contest}
    assert answers == {"screens": None, "breathe": "adapted"}


def test_revisions_give_their_reasons(goals: dict[str, GoalState]) -> None:
    reasons = {revision.reason for goal in goals.values() for revision in goal.revisions}
    assert reasons >= {"setback", "too_easy", "life_event", "motivation", "patient_request", "clinical"}


def test_one_revision_awaits_the_patient_s_word_while_the_work_goes_on(goals: dict[str, GoalState]) -> None:
    assert goals["tablets"].status == "active"
    assert goals["tablets"].awaiting_agreement == ("patient",)


def test_a_setback_was_reviewed_before_anything_was_decided(goals: dict[str, GoalState]) -> None:
    nights = goals["night-shifts"]
    assert nights.last_setback_on is not None
    assert nights.last_review_on is not None
    assert nights.last_review_on > nights.last_setback_on


def test_a_dip_in_motivation_was_answered_with_a_smaller_step(goals: dict[str, GoalState]) -> None:
    assert any(entry.motivation == 2 for entry in goals["people"].progress)
    assert goals["people"].revisions[-1].reason == "motivation"


def test_days_are_missing_from_every_diary(goals: dict[str, GoalState]) -> None:
    diaries = [goal for goal in goals.values() if len(goal.progress) > 1]
    assert len(diaries) >= 8
    for goal in diaries:
        days = [entry.on for entry in goal.progress]
        assert len(set(days)) < (max(days) - min(days)).days + 1


def test_some_entries_were_made_the_morning_after(events: list[Event]) -> None:
    late = [event for event in events if isinstance(event.data, g.ProgressLogged) and event.data.on < event.time.date()]
    assert late


def test_the_goal_to_look_at_first_has_a_history(goals: dict[str, GoalState]) -> None:
    shown = goals[SHOWN_GOAL.rpartition(".")[2]]
    assert len(shown.revisions) >= 3
    assert len(shown.reviews) >= 4
    assert len(shown.progress) > 40
