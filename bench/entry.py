"""The event that loads are made of: a daily entry whose data is 300 bytes."""

from datetime import date, datetime
from functools import cache

from events.catalog import encode
from events.event import Event
from events.goal.types import ProgressLogged
from events.identity import GoalId
from events.vocabulary import Actor

BYTES = 300
"""Of the event's data as JSON; its envelope travels in the headers and is not counted."""
SOURCE = "urn:cairn:bench"
PATIENT = Actor(id="p1", role="patient")
_NOTE = "Went to the evening group and spoke for the first time. "


def entry(goal_id: GoalId, number: int, time: datetime) -> Event:
    """A daily entry of :data:`BYTES`; the number, below a billion, names it within its goal."""
    data = ProgressLogged(entry=token(number), on=time.date(), done=True, mood=6, note=_note())
    return Event(goal_id, SOURCE, data.entry, time, PATIENT, data)


def token(number: int) -> str:
    """The name of an entry, and the id of its event; always of the same length."""
    return f"e{number:09d}"


@cache
def _note() -> str:
    bare = ProgressLogged(entry=token(0), on=date.min, done=True, mood=6, note=".")
    missing = BYTES - len(encode(bare))
    return (_NOTE * (missing // len(_NOTE) + 1))[:missing] + "."
