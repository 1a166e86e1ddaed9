"""The sample clinic as events. They are always the same for the same day."""

from datetime import date, datetime, timedelta
from random import Random

from events.event import Event
from events.goal.types import ProgressLogged, Reviewed
from events.identity import GoalId
from events.plan.types import Measured
from events.time_zones import time_zone
from events.vocabulary import Actor
from services.sample.stories import STORIES
from services.sample.story import DAYS, Diary, Happening, Story

ORG = "northside"
SOURCE = "urn:cairn:sample"
SHOWN_GOAL = f"{ORG}.pt-7f3a.evenings"
"""A goal with a history worth replaying."""
TIME_ZONE = "Europe/Dublin"
_SEED = "northside, six people, ten weeks"


def today_there(now: datetime) -> date:
    """The day in the clinic at a moment: a little after midnight it is another one than elsewhere."""
    return now.astimezone(time_zone(TIME_ZONE)).date()


def working_day(day: date) -> date:
    """The day itself, or the Monday after it where it is at a weekend."""
    return day + timedelta(days=max(8 - day.isoweekday(), 0)) if day.isoweekday() > 5 else day


def northside(today: date) -> list[Event]:
    """Everything that happened in the ten weeks before a day, patient by patient, each in the order of time.

    The ids do not depend on the day: when the events are submitted again, also on another day, nothing new is recorded.
    """
    return [event for story in STORIES for event in _events(story, today)]


def _events(story: Story, today: date) -> list[Event]:
    """The events of a story in the order of time. Their ids are those of the story, however its days fall."""
    events = [
        Event(
            goal_id=GoalId(ORG, story.patient, happening.goal),
            source=SOURCE,
            id=f"{story.patient}-{number:03}",
            time=datetime.combine(on, happening.clock, time_zone(TIME_ZONE)),
            actor=Actor(id=story.patient if happening.role == "patient" else story.clinician, role=happening.role),
            data=happening.data,
        )
        for number, (on, happening) in enumerate(_happenings(story, today), 1)
    ]
    return sorted(events, key=lambda event: event.time)


def _happenings(story: Story, today: date) -> list[tuple[date, Happening]]:
    """All that happened in the story, with the entries of its diaries, in its own order; each with its date.

    A clinic reviews and asks its questions on working days. Where the day of such an appointment is at a weekend now,
    it is on the Monday after, with all that was done at it. People arrive, and tell their diaries, on any day.
    """

    def calendar(day: int) -> date:
        return today + timedelta(days=day - DAYS)

    told = [line for line in story.tell(calendar) if isinstance(line, Happening)]
    arrival = min(line.day for line in told)
    appointments = frozenset(line.day for line in told if isinstance(line.data, (Reviewed, Measured))) - {arrival}

    def kept(day: int) -> date:
        return working_day(calendar(day)) if day in appointments else calendar(day)

    lines = list(story.tell(kept))
    happenings = [(kept(line.day), line) for line in lines if isinstance(line, Happening)]
    days = {(line.goal, line.data.on) for line in told if isinstance(line.data, ProgressLogged)}
    for diary in (line for line in lines if isinstance(line, Diary)):
        # The random numbers make a story and no secret, and must be the same every time.
        draw = Random(f"{_SEED}: {story.patient} {diary.goal} {diary.days}")  # noqa: S311
        own_days = frozenset(day for day in range(DAYS) if (diary.goal, calendar(day)) in days)
        happenings += [(calendar(entry.day), entry) for entry in diary.entries(draw, calendar, own_days)]
    return sorted(happenings, key=lambda happened: (happened[1].day, happened[1].clock))
