"""The sample clinic as events. They are always the same for the same day."""

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


def today_there(now: datetime) -> date:
    """The day in the clinic at a moment: a little after midnight it is another one than elsewhere."""
    return now.astimezone(time_zone(TIME_ZONE)).date()


def northside(today: date) -> list[Event]:
    """Everything that happened in the ten weeks before a day, patient by patient, each in the order of time.

    The ids do not depend on the day: when the events are submitted again, also on another day, nothing new is recorded.
    """
    return [event for story in STORIES for event in _events(story, today)]


def _events(story: Story, today: date) -> list[Event]:
    def calendar(day: int) -> date:
        return today + timedelta(days=day - DAYS)

    happenings = _happenings(story, calendar)
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


def _happenings(story: Story, calendar: Calendar) -> list[Happening]:
    """All that happened in the story, with the entries of its diaries, in the order of time."""
    lines = list(story.tell(calendar))
    happenings = [line for line in lines if isinstance(line, Happening)]
    days = {(line.goal, line.data.on) for line in happenings if isinstance(line.data, ProgressLogged)}
    for diary in (line for line in lines if isinstance(line, Diary)):
        # The random numbers make a story and no secret, and must be the same every time.
        draw = Random(f"{_SEED}: {story.patient} {diary.goal} {diary.days}")  # noqa: S311
        own_days = frozenset(day for day in range(DAYS) if (diary.goal, calendar(day)) in days)
        happenings += diary.entries(draw, calendar, own_days)
    return sorted(happenings, key=lambda happening: (happening.day, happening.clock))
