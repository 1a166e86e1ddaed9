"""Evidence of reviews: which were expected by the cadence, which took place, and when, which were moved or never held.

A review is expected after each cadence from the day on which work began, or from the review before. A period of work
runs from an activation (or reopening) to a closing; what was not held by then was never held.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import Literal, NamedTuple

from events.vocabulary import ReviewCause

NOTICE = timedelta(days=7)
"""A later day that was set with less notice than this leaves a review due on the day on which it was due before."""

Cadence = Callable[[date, int | None], int]
"""From a day, and the goal's own days between reviews, to the days between reviews that held then."""


class ReviewStep(NamedTuple):
    """One event of a goal that its reviews are judged by.

    Attributes:
        version: Of the event.
        step: `begun` (work on the goal began, or began again), `set` (a day for the next review), `held` (a review took
            place), or `ended` (work on the goal ended).
        on: The day on which it happened, where the patient is treated; of a review the day that it tells.
        recorded_on: The day on which it was recorded, where the patient is treated.
        every_days: The goal's own days between reviews after the event.
        actor, role: Who.
        due_on, cause: Of a day that was set.
        with_patient, closes: Of a review: whether the patient took part, and whether it ended the work.
    """

    version: int
    step: Literal["begun", "set", "held", "ended"]
    on: date
    recorded_on: date
    every_days: int | None
    actor: str
    role: str
    due_on: date | None = None
    cause: ReviewCause | None = None
    with_patient: bool = False
    closes: bool = False


class MovedReview(NamedTuple):
    """A review that was due on a day was set on another: by whom, when that was recorded, and why (`cause`)."""

    from_: date
    to: date
    by: str
    role: str
    on: date
    cause: ReviewCause


class HeldReview(NamedTuple):
    """A review that took place `on` a day, and was recorded `recorded_after` days later."""

    on: date
    recorded_on: date
    with_patient: bool

    @property
    def recorded_after(self) -> int:
        """Days from the review to its recording."""
        return max(0, (self.recorded_on - self.on).days)


@dataclass(frozen=True, slots=True)
class ExpectedReview:
    """The review that was expected after another one, or after the work began.

    Attributes:
        since: The day of the review before, or on which the work began.
        due_on: The day that counts: the one that was set, or moved to with :data:`NOTICE`.
        set_on: The day that it was last set on; None where no day was set.
        every_days: The days between reviews that held on `since`.
        held: None while it did not take place.
        moves: Each other day that it was set on, in their order.
        never_held: The days by the cadence on which a review was expected and did not take place. The one that is
            still ahead, or overdue, is not among them.
        awaited: Whether a review is ahead or overdue; False once the work ended.
    """

    since: date
    due_on: date
    set_on: date | None
    every_days: int
    held: HeldReview | None
    moves: tuple[MovedReview, ...]
    never_held: tuple[date, ...]
    awaited: bool

    @property
    def days_late(self) -> int | None:
        """Days from the day that counts to the review, 0 when it was in time; None while it did not take place."""
        return max(0, (self.held.on - self.due_on).days) if self.held else None

    @property
    def interval(self) -> int | None:
        """Days from `since` to the day that it was last set on."""
        return (self.set_on - self.since).days if self.set_on else None


def expected_reviews(steps: Iterable[ReviewStep], cadence: Cadence, today: date) -> list[ExpectedReview]:
    """Every review of a goal that was expected, by its day, and the one that is awaited.

    A review that takes place late is the one that was due first; each cadence that passed before it was never held.
    One that took place before its day is one that was expected.

    Args:
        steps: In the order of the log.
        today: The last day that is judged.
    """
    return [
        expected
        for period in _periods(steps)
        for expected in _of_period(period, cadence, today)
        if expected.held or expected.never_held or expected.moves or expected.awaited
    ]


@dataclass(slots=True)
class _Period:
    """Work on the goal from a day on: its reviews, and the days that were set, with the version of the review before
    (0: of none)."""

    start: date
    every_days: int | None
    reviews: list[ReviewStep] = field(default_factory=list)
    settings: list[tuple[int, ReviewStep]] = field(default_factory=list)
    end: date | None = None


def _periods(steps: Iterable[ReviewStep]) -> Iterator[_Period]:
    period: _Period | None = None
    for step in steps:
        if step.step == "ended":
            if period is not None:
                period.end = step.on
                yield period
            period = None
            continue
        if period is None:
            period = _Period(step.on, step.every_days)
        if step.step == "set":
            latest = max(period.reviews, key=_BY_DAY, default=None)
            period.settings.append((latest.version if latest else 0, step))
        elif step.step == "held":
            period.reviews.append(step)
            if step.closes:
                period.end = step.on
                yield period
                period = None
    if period is not None:
        yield period


_BY_DAY = attrgetter("on", "version")


def _of_period(period: _Period, cadence: Cadence, today: date) -> Iterator[ExpectedReview]:
    """One review after the other by their days, whatever the order in which they were typed in."""
    before: ReviewStep | None = None
    for review in (*sorted(period.reviews, key=_BY_DAY), None):
        after = before.version if before else 0
        since, own = (before.on, before.every_days) if before else (period.start, period.every_days)
        settings = [step for version, step in period.settings if version == after]
        if review is None and before is not None and before.closes:
            return
        end = review.on if review else period.end
        yield _expected(since, cadence(since, own), settings, review, end, today)
        before = review


def _expected(
    since: date,
    every_days: int,
    settings: Sequence[ReviewStep],
    review: ReviewStep | None,
    end: date | None,
    today: date,
) -> ExpectedReview:
    by_cadence = since + timedelta(days=every_days)
    days = [step.due_on for step in settings if step.due_on is not None]
    due_on = _day_that_counts(settings) or by_cadence
    passed = _each(min(due_on, by_cadence), every_days, until=today if end is None else end)
    expected = ExpectedReview(
        since=since,
        due_on=due_on,
        set_on=days[-1] if days else None,
        every_days=every_days,
        held=None,
        moves=tuple(_moves(settings)),
        never_held=passed,
        awaited=False,
    )
    if review is not None:
        held = HeldReview(review.on, review.recorded_on, review.with_patient)
        return replace(expected, held=held, never_held=passed[1:])
    return replace(expected, never_held=passed[1:], awaited=True) if end is None else expected


def _day_that_counts(settings: Sequence[ReviewStep]) -> date | None:
    due_on: date | None = None
    for step in settings:
        to = step.due_on
        if to is not None and (due_on is None or to < due_on or step.recorded_on + NOTICE <= due_on):
            due_on = to
    return due_on


def _moves(settings: Sequence[ReviewStep]) -> Iterator[MovedReview]:
    for former, step in pairwise(settings):
        if former.due_on and step.due_on and step.cause and former.due_on != step.due_on:
            yield MovedReview(former.due_on, step.due_on, step.actor, step.role, step.recorded_on, step.cause)


def _each(first: date, every_days: int, *, until: date) -> tuple[date, ...]:
    count = max(0, (until - first).days // every_days + 1)
    return tuple(first + timedelta(days=every_days * each) for each in range(count))
