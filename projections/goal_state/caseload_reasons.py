"""Why a patient of a caseload asks for attention, goal by goal."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from pydantic_core import from_json

from events.goal.flags import SILENT_AFTER
from events.time_zones import UTC_ZONE, time_zone
from projections.goal_state.caseload_needs import NEEDS
from projections.goal_state.diary import read_diary

_IN_UTC = "+00:00"
_DAY_CHARACTERS = len("2026-03-16")
_NOBODY_KNOWS = ""


class Looked(NamedTuple):
    """From where a patient is looked at: the day, and the time zone in which the patient is treated."""

    day: date
    zone: str


class Reasons(NamedTuple):
    """Why a patient asks for attention.

    Attributes:
        json: The most pressing and longest standing reason first; each has `why` (one of :data:`NEEDS`), `goal`, its
            `statement` and `wording`, `since` (the day of the first setback or dip, on which the review is due, from
            which a word is awaited, or since which nothing was entered; null where nobody knows), and `awaited`, what
            is waited for, else null.
        overdue, due: How many of the patient's reviews are.
    """

    json: str = "[]"
    overdue: int = 0
    due: int = 0


def reasons(goals: str, awaited: str, looked: Looked) -> Reasons:
    """Why a patient asks for attention.

    Args:
        goals, awaited: As a row of a caseload has them (`projections.goal_state.caseload_rows`).
    """
    found, told, overdue, due = found_reasons(goals, awaited, looked)
    texts = [
        f'{{"why":"{NEEDS[place]}","since":{_token(since)},"awaited":{_token(word)},{told[goal]}'
        for place, since, goal, word in found
    ]
    return Reasons(f"[{','.join(texts)}]", overdue, due)


def found_reasons(goals: str, awaited: str, looked: Looked) -> tuple[list["Reason"], dict[str, str], int, int]:
    """The same as values: the reasons, what is told of each goal, and how many reviews are overdue and due."""
    found: list[Reason] = []
    told: dict[str, str] = {}
    today, silent = looked.day.isoformat(), silent_before(looked.day).isoformat()
    overdue = due = 0
    for goal, about, next_review_on, worked_since, last_entry_on, diary in from_json(goals):
        told[goal] = about
        if diary is not None:
            found += _of_diary(goal, diary)
        if next_review_on is not None and next_review_on <= today:
            if next_review_on < today:
                overdue += 1
                found.append(Reason(_OVERDUE, next_review_on, goal))
            else:
                due += 1
                found.append(Reason(_DUE, next_review_on, goal))
        if worked_since is not None:
            since = worked_since if last_entry_on is None or last_entry_on < worked_since else last_entry_on
            if since <= silent:
                found.append(Reason(_NO_ENTRY, since, goal))
    if awaited != "[]":
        for goal, role, word, instant in from_json(awaited):
            place = _WAITS_FOR_CLINICIAN if role == "clinician" else _WAITS_FOR_PATIENT
            found.append(Reason(place, _day_of(instant, looked.zone), goal, word))
    found.sort()
    return found, told, overdue, due


def silent_before(day: date) -> date:
    """The last day since which nothing is told, seen from a day, that asks for attention."""
    return max(day, date.min + SILENT_AFTER) - SILENT_AFTER


class Reason(NamedTuple):
    """Why one goal asks for attention, in the order in which reasons are told.

    Attributes:
        place: In :data:`NEEDS`.
        since: A day in ISO 8601; empty where nobody knows.
        awaited: What is waited for, else empty.
    """

    place: int
    since: str
    goal: str
    awaited: str = ""


_SETBACK, _OVERDUE, _DIP, _WAITS_FOR_CLINICIAN, _DUE, _NO_ENTRY, _WAITS_FOR_PATIENT = range(len(NEEDS))


def _of_diary(goal: str, diary: str) -> Iterator[Reason]:
    known = read_diary(diary)
    if known.setbacks:
        yield Reason(_SETBACK, min(known.setbacks).isoformat(), goal)
    if known.raised:
        yield Reason(_DIP, known.raised_on.isoformat() if known.raised_on else _NOBODY_KNOWS, goal)


def _day_of(instant: str, zone: str) -> str:
    if zone == UTC_ZONE and instant.endswith(_IN_UTC):
        return instant[:_DAY_CHARACTERS]
    return datetime.fromisoformat(instant).astimezone(time_zone(zone)).date().isoformat()


def _token(value: str) -> str:
    return f'"{value}"' if value else "null"
