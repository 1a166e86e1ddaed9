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

NOTICE_OF_A_MOVE = timedelta(days=7)
"""A later day that was set with less notice than this leaves a review due on the day on which it was due before."""

LONG_INTERVAL_CADENCES = 2
"""A review that is further away than so many of the plan's cadences is far away."""

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
        due_on: The day that counts: the one that was set, or moved to with :data:`NOTICE_OF_A_MOVE`.
        first_on: The day that counts, or the one by the cadence, if that is sooner.
        set_on: The day that it was last set on; None where no day was set.
        far_away: Whether that day is more than :data:`LONG_INTERVAL_CADENCES` of the plan's cadences after `since`.
        expected: How many reviews were expected so far: by the cadence from `first_on`, and one that took place. While
            the work goes on, that is before today.
        held: None while it did not take place.
        moves: Each other day that it was set on, in their order.
        never_held: The days by the cadence on which a review was expected and did not take place. The one that is
            still ahead, or overdue, is not among them.
        awaited: Whether a review is ahead or overdue; False once the work ended.
    """

    since: date
    due_on: date
    first_on: date
    set_on: date | None
    far_away: bool
    expected: int
    held: HeldReview | None
    moves: tuple[MovedReview, ...]
    never_held: tuple[date, ...]
    awaited: bool

    @property
    def days_late(self) -> int | None:
        """Days from the day that counts to the review, 0 when it was in time; None while it did not take place."""
        return max(0, (self.held.on - self.due_on).days) if self.held else None

    @property
    def is_missing(self) -> bool:
        """Whether it is awaited, and was expected before today."""
        return self.awaited and self.expected > len(self.never_held)


def expected_reviews(steps: Iterable[ReviewStep], cadence: Cadence, today: date) -> list[ExpectedReview]:
    """Every review of a goal that was expected, by its day, and the one that is awaited.

    A review that takes place late is the one that was due first; each cadence that passed before it was never held.
    One that took place before its day is one that was expected.

    Args:
        steps: In the order of the log.
        today: Reviews are expected on the days before.
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
        # Today's can still take place today.
        expected = _expected(since, cadence(since, own), settings, until=end or today - timedelta(days=1))
        too_far = since + timedelta(days=LONG_INTERVAL_CADENCES * cadence(since, None))
        yield replace(
            expected,
            far_away=expected.set_on is not None and expected.set_on > too_far,
            expected=max(expected.expected, 1) if review else expected.expected,
            held=HeldReview(review.on, review.recorded_on, review.with_patient) if review else None,
            # The first of them is the one that took place late, or can still take place.
            never_held=expected.never_held[1:] if review or end is None else expected.never_held,
            awaited=end is None,
        )
        before = review


def _expected(since: date, every_days: int, settings: Sequence[ReviewStep], *, until: date) -> ExpectedReview:
    """As it is while no review has taken place and none can any more."""
    by_cadence = since + timedelta(days=every_days)
    due_on = _day_that_counts(settings) or by_cadence
    first_on = min(due_on, by_cadence)
    passed = _each(first_on, every_days, until=until)
    return ExpectedReview(
        since=since,
        due_on=due_on,
        first_on=first_on,
        set_on=settings[-1].due_on if settings else None,
        far_away=False,
        expected=len(passed),
        held=None,
        moves=tuple(_moves(settings)),
        never_held=passed,
        awaited=False,
    )


def _day_that_counts(settings: Sequence[ReviewStep]) -> date | None:
    due_on: date | None = None
    for step in settings:
        to = step.due_on
        if to is not None and (due_on is None or to < due_on or step.recorded_on + NOTICE_OF_A_MOVE <= due_on):
            due_on = to
    return due_on


def _moves(settings: Sequence[ReviewStep]) -> Iterator[MovedReview]:
    for former, step in pairwise(settings):
        if former.due_on and step.due_on and step.cause and former.due_on != step.due_on:
            yield MovedReview(former.due_on, step.due_on, step.actor, step.role, step.recorded_on, step.cause)


def _each(first: date, every_days: int, *, until: date) -> tuple[date, ...]:
    count = max(0, (until - first).days // every_days + 1)
    return tuple(first + timedelta(days=every_days * each) for each in range(count))
