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
    """

    last_entry_on: date | None = None
    reviewed_on: date | None = None
    setbacks: tuple[date, ...] = ()
    level: ToldValue | None = None
    closed_level: int | None = None
    motivation: ToldValue | None = None
    raised: bool = False
    raised_on: date | None = None

    @property
    def columns(self) -> Row:
        """Of the goal's row."""
        level = self.level.value if self.level else None
        return {
            "raise_at_next_session": self.raised,
            "last_entry_on": self.last_entry_on,
            "setbacks": len(self.setbacks),
            "level": level if self.closed_level is None else self.closed_level,
            "diary": to_json(self).decode(),
        }


read_diary = TypeAdapter(Diary).validator.validate_json
"""Out of the column `diary`."""


def diary_of(goal: GoalState) -> Diary:
    """Of a goal with its whole diary."""
    reviewed_on = goal.last_review_on
    with_level: list[ProgressEntry | PastReview] = [*goal.progress, *goal.reviews]
    return Diary(
        last_entry_on=max((entry.on for entry in goal.progress), default=None),
        reviewed_on=reviewed_on,
        setbacks=tuple(entry.on for entry in goal.unreviewed_setbacks),
        level=_latest(ToldValue(each.on, each.version, each.level) for each in with_level if each.level is not None),
        closed_level=goal.closed_level,
        motivation=_latest(
            ToldValue(each.on, each.version, each.motivation) for each in goal.progress if each.motivation is not None
        ),
        raised=goal.raise_at_next_session,
        raised_on=_raised_on(goal),
    )


def with_entry(diary: Diary, logged: ProgressLogged, version: int) -> Diary:
    """After one more entry that is :func:`in_order`, logged by the event of this version."""
    last_entry_on, reviewed_on, setbacks, level, closed_level, motivation, raised, raised_on = diary
    on = logged.on
    if last_entry_on is None or on > last_entry_on:
        last_entry_on = on
    if logged.setback:
        setbacks = (*setbacks, on)
    if logged.level is not None:
        level = _later(level, ToldValue(on, version, logged.level))
    if logged.motivation is not None:
        if falls(motivation.value if motivation else None, logged.motivation):
            raised, raised_on = True, raised_on or on
        motivation = ToldValue(on, version, logged.motivation)
    return Diary(last_entry_on, reviewed_on, setbacks, level, closed_level, motivation, raised, raised_on)


def with_goal(diary: Diary, goal: GoalState) -> Diary:
    """After one more event of the goal that is not of the diary.

    Args:
        goal: After the event.
    """
    review = goal.reviews[-1] if goal.reviews else None
    if review is None or review.version < goal.version:
        return diary if diary.closed_level == goal.closed_level else diary._replace(closed_level=goal.closed_level)
    level = (
        diary.level if review.level is None else _later(diary.level, ToldValue(review.on, review.version, review.level))
    )
    reviewed_on = max(review.on, diary.reviewed_on or review.on)
    setbacks = tuple(day for day in diary.setbacks if day > review.on)
    raised = diary.raised and review.on < reviewed_on
    return diary._replace(
        reviewed_on=reviewed_on,
        setbacks=setbacks,
        level=level,
        raised=raised,
        raised_on=diary.raised_on if raised else None,
    )


def in_order(diary: Diary, logged: ProgressLogged) -> bool:
    """Whether an entry is about the day of the last motivation that was told, or a later one, if it tells one itself.

    Another one is seen against the days before it, so that the whole diary is needed.
    """
    return logged.motivation is None or diary.motivation is None or logged.on >= diary.motivation.on


def asks_for_all(diary: Diary, events: Sequence[RecordedEvent]) -> bool:
    """Whether the whole diary is needed for a goal's next events."""
    days = [diary.motivation.on] if diary.motivation else []
    for recorded in events:
        match recorded.data:
            case ProgressCorrected() | ProgressWithdrawn():
                return True
            case ProgressLogged(motivation=int(), on=on):
                if days and on < days[-1]:
                    return True
                days.append(on)
    return False


def _raised_on(goal: GoalState) -> date | None:
    if not goal.raise_at_next_session:
        return None
    # The last review that looked at dips is that of the latest day; one typed in late raised nothing since.
    _, reviewed = max(((review.on, review.version) for review in goal.reviews), default=(None, 0))
    return min((entry.on for entry in dips(goal.progress) if entry.version > reviewed), default=None)


def _later(one: ToldValue | None, other: ToldValue) -> ToldValue:
    return other if one is None else max(one, other)


def _latest(values: Iterable[ToldValue]) -> ToldValue | None:
    return max(values, default=None)
