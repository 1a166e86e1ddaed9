"""What a goal's next diary entry is seen against.

A diary grows every day, and its entries are by far the most frequent events. This is what they come to, kept in the
goal's row, so that for the next one neither the diary nor the goal has to be read.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from pydantic import TypeAdapter
from pydantic_core import to_json

from events.event import RecordedEvent
from events.goal import GoalState
from events.goal.entries import ProgressEntry
from events.goal.facts import DiaryFacts
from events.goal.facts_of_goals import diary_facts
from events.goal.motivation import dips, falls
from events.goal.state import PastReview
from events.goal.types import ProgressCorrected, ProgressLogged, ProgressWithdrawn
from projections.engine.projection import Row


class ToldValue(NamedTuple):
    """A number as an entry or a review told it; the later is the one of the later day, then of the later event."""

    on: date
    version: int
    value: int


class Diary(NamedTuple):
    """What the entries and reviews of a goal come to.

    Attributes:
        setbacks: The days of those that no review has looked at (`GoalState.unreviewed_setbacks`).
        level: The latest GAS attainment level.
        motivation: The latest.
        raised: Whether the goal is to be raised at the next session.
        raised_on: The day of the first dip for which it is; None where it is not, or where nobody knows.
        last_setback_on: The day of the latest setback.
        without_patient_on: The latest day of the setbacks that no review has looked at together with the patient.
        closed_after_setback_on: The same of those that were known when the goal was closed.
        entries, told, done, setback_entries: As in :class:`events.goal.facts.DiaryFacts`.
    """

    last_entry_on: date | None = None
    reviewed_on: date | None = None
    setbacks: tuple[date, ...] = ()
    level: ToldValue | None = None
    closed_level: int | None = None
    motivation: ToldValue | None = None
    raised: bool = False
    raised_on: date | None = None
    last_setback_on: date | None = None
    without_patient_on: date | None = None
    closed_after_setback_on: date | None = None
    entries: int = 0
    told: int = 0
    done: int = 0
    setback_entries: int = 0

    @property
    def latest_level(self) -> int | None:
        """The latest GAS attainment level; that of the closing, if it told one."""
        if self.closed_level is not None:
            return self.closed_level
        return self.level.value if self.level else None

    @property
    def columns(self) -> Row:
        """Of the goal's row."""
        return {
            "raise_at_next_session": self.raised,
            "last_entry_on": self.last_entry_on,
            "setbacks": len(self.setbacks),
            "setback_on": min(self.setbacks, default=None),
            "dip_on": self.raised_on if self.raised else None,
            "level": self.latest_level,
            "diary": to_json(self).decode(),
        }

    @property
    def facts(self) -> DiaryFacts:
        """What flags and the like ask of it."""
        return DiaryFacts(
            self.last_entry_on,
            self.last_setback_on,
            self.latest_level,
            self.raised,
            bool(self.setbacks),
            self.closed_after_setback_on,
            self.entries,
            self.told,
            self.done,
            self.setback_entries,
        )


read_diary = TypeAdapter(Diary).validator.validate_json
"""Out of the column `diary`."""


def diary_of(goal: GoalState) -> Diary:
    """Of a goal with its whole diary."""
    reviewed_on, facts = goal.last_review_on, diary_facts(goal)
    with_level: list[ProgressEntry | PastReview] = [*goal.progress, *goal.reviews]
    return Diary(
        last_entry_on=facts.last_entry_on,
        reviewed_on=reviewed_on,
        setbacks=tuple(entry.on for entry in goal.unreviewed_setbacks),
        level=_latest(ToldValue(each.on, each.version, each.level) for each in with_level if each.level is not None),
        closed_level=goal.closed_level,
        motivation=_latest(
            ToldValue(each.on, each.version, each.motivation) for each in goal.progress if each.motivation is not None
        ),
        raised=goal.raise_at_next_session,
        raised_on=_raised_on(goal),
        last_setback_on=facts.last_setback_on,
        without_patient_on=max((entry.on for entry in goal.setbacks_without_patient), default=None),
        closed_after_setback_on=facts.closed_after_setback_on,
        entries=facts.entries,
        told=facts.told,
        done=facts.done,
        setback_entries=facts.setbacks,
    )


def with_entry(diary: Diary, logged: ProgressLogged, version: int) -> Diary:
    """After one more entry that is :func:`in_order`, logged by the event of this version."""
    last_entry_on, reviewed_on, setbacks, level, closed_level, motivation, raised, raised_on = diary[:8]
    last_setback_on, without_patient_on, closed_after_setback_on, entries, told, done, setback_entries = diary[8:]
    on = logged.on
    if last_entry_on is None or on > last_entry_on:
        last_entry_on = on
    if logged.setback:
        setbacks = (*setbacks, on)
        last_setback_on = max(on, last_setback_on or on)
        without_patient_on = max(on, without_patient_on or on)
        setback_entries += 1
    if logged.level is not None:
        level = _later(level, ToldValue(on, version, logged.level))
    if logged.motivation is not None:
        if falls(motivation.value if motivation else None, logged.motivation):
            raised, raised_on = True, raised_on or on
        motivation = ToldValue(on, version, logged.motivation)
    if logged.done is not None:
        told, done = told + 1, done + logged.done
    return Diary(
        *(last_entry_on, reviewed_on, setbacks, level, closed_level, motivation, raised, raised_on),
        *(last_setback_on, without_patient_on, closed_after_setback_on, entries + 1, told, done, setback_entries),
    )


def with_goal(diary: Diary, goal: GoalState) -> Diary:
    """After one more event of the goal that is not of the diary.

    Args:
        goal: After the event.
    """
    review = goal.reviews[-1] if goal.reviews else None
    if review is not None and review.version == goal.version:
        diary = _with_review(diary, review)
    closing = goal.closing
    if closing is None:
        closed_after_setback_on = None
    elif closing.version == goal.version:
        closed_after_setback_on = diary.without_patient_on
    else:
        closed_after_setback_on = diary.closed_after_setback_on
    if (diary.closed_level, diary.closed_after_setback_on) == (goal.closed_level, closed_after_setback_on):
        return diary
    return diary._replace(closed_level=goal.closed_level, closed_after_setback_on=closed_after_setback_on)


def _with_review(diary: Diary, review: PastReview) -> Diary:
    level = (
        diary.level if review.level is None else _later(diary.level, ToldValue(review.on, review.version, review.level))
    )
    reviewed_on = max(review.on, diary.reviewed_on or review.on)
    raised = diary.raised and review.on < reviewed_on
    looked_at = review.on if "patient" in review.participants else date.min
    return diary._replace(
        reviewed_on=reviewed_on,
        setbacks=tuple(day for day in diary.setbacks if day > review.on),
        level=level,
        raised=raised,
        raised_on=diary.raised_on if raised else None,
        without_patient_on=_after(looked_at, diary.without_patient_on),
        closed_after_setback_on=_after(looked_at, diary.closed_after_setback_on),
    )


def in_order(diary: Diary, logged: ProgressLogged) -> bool:
    """Whether an entry is about the day of the last motivation that was told, or a later one, if it tells one itself.

    Another one is seen against the days before it, so that the whole diary is needed.
    """
    return logged.motivation is None or diary.motivation is None or logged.on >= diary.motivation.on


def asks_for_all(diary: Diary, events: Sequence[RecordedEvent]) -> bool:
    """Whether the whole diary is needed for a goal's next events."""
    latest = diary.motivation.on if diary.motivation else date.min
    for recorded in events:
        data = recorded.event.data
        kind = type(data)
        if kind is ProgressCorrected or kind is ProgressWithdrawn:
            return True
        if isinstance(data, ProgressLogged) and data.motivation is not None:
            if data.on < latest:
                return True
            latest = data.on
    return False


def _raised_on(goal: GoalState) -> date | None:
    if not goal.raise_at_next_session:
        return None
    # The last review that looked at dips is that of the latest day; one typed in late raised nothing since.
    _, reviewed = max(((review.on, review.version) for review in goal.reviews), default=(None, 0))
    return min((entry.on for entry in dips(goal.progress) if entry.version > reviewed), default=None)


def _after(looked_at: date, day: date | None) -> date | None:
    return day if day is not None and day > looked_at else None


def _later(one: ToldValue | None, other: ToldValue) -> ToldValue:
    return other if one is None else max(one, other)


def _latest(values: Iterable[ToldValue]) -> ToldValue | None:
    return max(values, default=None)
