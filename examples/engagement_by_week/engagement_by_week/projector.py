"""From a goal's events to rows: which days its diary tells of, and what it says about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from events.event import RecordedEvent
from events.goal import types as goal
from events.identity import GoalId
from projections.engine.projection import Projected, Remembered, Row
from projections.engine.sequence import expect_next

_ENTRY_WEIGHT = 60
"""About as many characters would an entry have as text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a diary entry tells, with its corrections applied."""

    on: date
    done: bool | None = None
    setback: bool = False


@dataclass(frozen=True, slots=True)
class Diary:
    """A goal as far as engagement goes."""

    version: int = 0
    life_area: str | None = None
    entries: Mapping[str, Entry] = field(default_factory=dict)

    def remembered(self) -> "Remembered[Diary]":
        """The diary, and how much of the engine's memory it may take."""
        return Remembered(self, _ENTRY_WEIGHT * (1 + len(self.entries)))


def is_of_a_goal(events: Sequence[RecordedEvent]) -> bool:
    """Whether the state before these events is needed: plans have no diary."""
    return not events[0].goal_id.is_plan


def project(before: Diary | None, events: Sequence[RecordedEvent]) -> Projected[Diary]:
    """The rows of one goal after its next events.

    Raises:
        OutOfSequence: when an event is missing between the diary and these.
    """
    if not is_of_a_goal(events):
        return Projected()
    expect_next(before.version if before else None, events)
    diary = before = before or Diary()
    for recorded in events:
        diary = fold(diary, recorded)
    key = events[0].goal_id._asdict()
    return Projected(
        upserts={
            "goals": [{**key, "version": diary.version, "life_area": diary.life_area}],
            "entries": [
                _row(events[0].goal_id, name, entry)
                for name, entry in diary.entries.items()
                if before.entries.get(name) is not entry
            ],
        },
        deletes={"entries": [{**key, "entry": name} for name in before.entries if name not in diary.entries]},
        after=diary.remembered(),
    )


def fold(diary: Diary, recorded: RecordedEvent) -> Diary:
    """The diary after one more event; most events change nothing in it."""
    diary = replace(diary, version=recorded.version)
    match recorded.data:
        case goal.Proposed(life_area=area) | goal.Imported(life_area=area):
            return replace(diary, life_area=area)
        case goal.Revised(changes=changes) if "life_area" in changes.given():
            return replace(diary, life_area=changes.life_area)
        case goal.ProgressLogged() as told:
            entry = Entry(told.on, told.done, bool(told.setback))
            return replace(diary, entries={**diary.entries, told.entry: entry})
        case goal.ProgressCorrected() as told if told.entry in diary.entries:
            right = {name: value for name, value in told.said().items() if name in Entry.__slots__}
            return replace(diary, entries={**diary.entries, told.entry: replace(diary.entries[told.entry], **right)})
        case goal.EnteredInError():
            return replace(diary, entries={})
        case _:
            return diary


def _row(goal_id: GoalId, name: str, entry: Entry) -> Row:
    monday = entry.on - timedelta(days=entry.on.weekday())
    return {
        **goal_id._asdict(),
        "entry": name,
        "day": entry.on,
        "week": monday,
        "done": entry.done,
        "setback": entry.setback,
    }
