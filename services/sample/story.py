"""How a patient's story is written down: single happenings, and diaries that fill the days between them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from random import Random
from typing import NamedTuple

from events.goal.types import ProgressLogged
from events.payload import Payload
from events.vocabulary import ActorRole

WEEKS = 10
DAYS = 7 * WEEKS
"""Day 0 is the first, day 69 is yesterday, and day 70 is today."""

Calendar = Callable[[int], date]
"""The date of a day of the story."""


class Happening(NamedTuple):
    """Something that happened on a day of the story."""

    day: int
    clock: time
    role: ActorRole
    goal: str
    data: Payload


@dataclass(frozen=True, slots=True)
class Diary:
    """Daily entries for one goal. A drawn share of the days stays empty, and some entries are made the morning after.

    Attributes:
        days: The first day and the last.
        kept: The share of days with an entry.
        done: The share of entries that say yes; None when the goal is not answered with yes or no.
        value, mood, motivation: From where to where they move, with a wobble.
        levels: GAS levels on certain days.
        notes: What was written on certain days; such a day always has its entry, and says yes.
    """

    goal: str
    days: tuple[int, int]
    kept: float = 0.8
    done: float | None = None
    value: tuple[float, float] | None = None
    mood: tuple[float, float] | None = None
    motivation: tuple[float, float] | None = None
    levels: Mapping[int, int] = field(default_factory=dict)
    notes: Mapping[int, str] = field(default_factory=dict)

    def entries(self, draw: Random, calendar: Calendar, days_of_story: frozenset[int]) -> Iterator[Happening]:
        """The entries of the days that are not in `days_of_story`. Each day draws the same count of numbers."""
        first, last = self.days
        for day in range(first, last + 1):
            along = (day - first) / max(last - first, 1)
            keeps, done, late, minute = (draw.random() for _ in range(4))
            value, mood, motivation = (self._drawn(draw, ramp, along) for ramp in self._ramps())
            written = keeps < self.kept or day in self.notes or day in self.levels
            if day in days_of_story or not written:
                continue
            entry = ProgressLogged(
                entry=entry_token(day),
                on=calendar(day),
                done=None if self.done is None else done < self.done or day in self.notes,
                value=value,
                level=self.levels.get(day),
                mood=None if mood is None else min(mood, 10),
                motivation=None if motivation is None else min(motivation, 10),
                note=self.notes.get(day),
            )
            morning_after = late < 0.12 and day < DAYS - 1
            clock = time(8 if morning_after else 20, int(minute * 60))
            yield Happening(day + morning_after, clock, "patient", self.goal, entry)

    def _ramps(self) -> tuple[tuple[float, float] | None, ...]:
        return self.value, self.mood, self.motivation

    @staticmethod
    def _drawn(draw: Random, ramp: tuple[float, float] | None, along: float) -> int | None:
        wobble = draw.choice((0, 0, 1))
        return None if ramp is None else round(ramp[0] + (ramp[1] - ramp[0]) * along) + wobble


@dataclass(frozen=True, slots=True)
class Story:
    """One patient's ten weeks: who it is about, who works with them, and what happened."""

    patient: str
    clinician: str
    tell: Callable[[Calendar], Iterator[Happening | Diary]]


def patient(day: int, clock: str, goal: str, data: Payload) -> Happening:
    """The patient does something."""
    return Happening(day, time.fromisoformat(clock), "patient", goal, data)


def clinician(day: int, clock: str, goal: str, data: Payload) -> Happening:
    """The clinician does something."""
    return Happening(day, time.fromisoformat(clock), "clinician", goal, data)


def entry_token(day: int) -> str:
    """The id of the entry for a day."""
    return f"day-{day:02}"
