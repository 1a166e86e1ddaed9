"""What the evidence of reviews comes to in a period, and how it reads."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from events.goal.review_evidence import ExpectedReview, MovedReview
from projections.engine.paging import Json


class ReviewCounts(NamedTuple):
    """How many reviews of a goal, or of many, were expected, and what became of them.

    Attributes:
        reviews_expected: By the cadence, before today or until the end of the work. Each of them took place, was never
            held, or is missing and can still take place.
        reviews: That took place.
        timely, late: Of these, on the day that counts or before, and after it.
        with_patient: Of these, with the patient.
        recorded_later: Of these, recorded on a later day than that of the review.
        never_held: Expected by the cadence, and not held before the next one was.
        moved: How often a review was set on another day.
        far_away: Next reviews that are more than twice the plan's cadence away from the review before.
    """

    reviews_expected: int = 0
    reviews: int = 0
    timely: int = 0
    late: int = 0
    with_patient: int = 0
    recorded_later: int = 0
    never_held: int = 0
    moved: int = 0
    far_away: int = 0

    def plus(self, other: "ReviewCounts") -> "ReviewCounts":
        """Both together."""
        return ReviewCounts(*(one + another for one, another in zip(self, other, strict=True)))


def counted(expected: Iterable[ExpectedReview]) -> ReviewCounts:
    """What some reviews come to, all within the period that is asked about (:func:`within`)."""
    every = list(expected)
    held = [each.held for each in every if each.held]
    late = sum(bool(each.days_late) for each in every)
    never_held = sum(len(each.never_held) for each in every)
    return ReviewCounts(
        reviews_expected=len(held) + never_held + sum(each.is_missing for each in every),
        reviews=len(held),
        timely=len(held) - late,
        late=late,
        with_patient=sum(each.with_patient for each in held),
        recorded_later=sum(each.recorded_after > 0 for each in held),
        never_held=never_held,
        moved=sum(len(each.moves) for each in every),
        far_away=sum(each.awaited and each.far_away for each in every),
    )


def within(expected: Sequence[ExpectedReview], since: date | None, until: date | None) -> list[ExpectedReview]:
    """What of some reviews was in a period, which may be open on either side.

    A review that took place counts on that day, any other on the day on which it was expected, and a move on the day on
    which it was recorded. The one that is ahead is there when the days that lead to it meet the period.
    """
    return list(_within(expected, since or date.min, until or date.max)) if since or until else list(expected)


def _within(expected: Iterable[ExpectedReview], since: date, until: date) -> Iterator[ExpectedReview]:
    for each in expected:
        moves = tuple(move for move in each.moves if since <= move.on <= until)
        never_held = tuple(day for day in each.never_held if since <= day <= until)
        held = each.held if each.held and since <= each.held.on <= until else None
        missing = each.is_missing and since <= each.first_on <= until
        ahead = each.awaited and since <= each.due_on and each.since <= until
        if held or missing or ahead or never_held or moves:
            yield replace(
                each,
                held=held,
                moves=moves,
                never_held=never_held,
                expected=len(never_held) + bool(held or missing),
            )


def read_review(expected: ExpectedReview) -> Json:
    """A review that was expected, as JSON."""
    held = expected.held
    return {
        "since": expected.since.isoformat(),
        "due_on": expected.due_on.isoformat(),
        "held_on": held.on.isoformat() if held else None,
        "days_late": expected.days_late,
        "recorded_on": held.recorded_on.isoformat() if held else None,
        "recorded_days_after": held.recorded_after if held else None,
        "with_patient": held.with_patient if held else None,
        "moves": [_read_move(move) for move in expected.moves],
        "never_held_on": [day.isoformat() for day in expected.never_held],
        "awaited": expected.awaited,
        "missing": expected.is_missing,
        "next_review_on": expected.set_on.isoformat() if expected.set_on and expected.awaited else None,
        "far_away": expected.far_away,
    }


def _read_move(move: MovedReview) -> Json:
    return {
        "from": move.from_.isoformat(),
        "to": move.to.isoformat(),
        "by": move.by,
        "role": move.role,
        "on": move.on.isoformat(),
        "cause": move.cause,
    }
