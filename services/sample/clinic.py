"""The sample clinic as events: the same for the same day, whoever makes them."""

from datetime import date, datetime, timedelta
from random import Random

from events.event import Event
from events.goal.types import ProgressLogged
from events.identity import GoalId
from events.time_zones import time_zone
from events.vocabulary import Actor
from services.sample.stories import STORIES
from services.sample.story import DAYS, Calendar, Diary, Happening, Story

ORG = "northside"
SOURCE = "urn:cairn:sample"
SHOWN_GOAL = f"{ORG}.pt-7f3a.evenings"
"""A goal with a history worth replaying."""
TIME_ZONE = "Europe/Dublin"
_SEED = "northside, six people, ten weeks"


def northside(today: date) -> list[Event]:
    """Everything that happened in the ten weeks before a day, patient by patient, each in the order of time.

    The ids do not depend on the day: offered again, also on another day, nothing new is recorded.
    """
    return [event for story in STORIES for event in _events(story, today)]


def _events(story: Story, today: date) -> list[Event]:
    def calendar(day: int) -> date:
        return today + timedelta(days=day - DAYS)

    happenings = _told(story, calendar)
    return [
        Event(
            goal_id=GoalId(ORG, story.patient, happening.goal),
            source=SOURCE,
            id=f"{story.patient}-{number:03}",
            time=datetime.combine(calendar(happening.day), happening.clock, time_zone(TIME_ZONE)),
            actor=Actor(id=story.patient if happening.role == "patient" else story.clinician, role=happening.role),
            data=happening.data,
        )
        for number, happening in enumerate(happenings, 1)
    ]


def _told(story: Story, calendar: Calendar) -> list[Happening]:
    """The story in the order of time, diaries filled in."""
    lines = list(story.tell(calendar))
    told = [line for line in lines if isinstance(line, Happening)]
    days = {(line.goal, line.data.on) for line in told if isinstance(line.data, ProgressLogged)}
    for diary in (line for line in lines if isinstance(line, Diary)):
        # Only a story is drawn here, and it has to come out the same every time.
        draw = Random(f"{_SEED}: {story.patient} {diary.goal} {diary.days}")  # noqa: S311
        itself = frozenset(day for day in range(DAYS) if (diary.goal, calendar(day)) in days)
        told += diary.entries(draw, calendar, itself)
    return sorted(told, key=lambda happening: (happening.day, happening.clock))
