"""Which review follows from an event, one function each (DOMAIN: what follows by itself, in the same commit)."""

from datetime import date, timedelta
from operator import attrgetter

from events.goal import GoalState
from events.goal.types import ReviewScheduled
from events.plan import PlanState
from events.plan.state import SHORT_REVIEW_DAYS

SETBACK_DAYS = 7


def first_review(plan: PlanState, begun: date, every_days: int | None, wanted: date | None) -> ReviewScheduled:
    """Activation schedules the first review, on the wanted day or after one cadence."""
    return ReviewScheduled.of_valid({"due_on": _due(plan, begun, every_days, wanted), "cause": "initial"})


def next_review(
    plan: PlanState, goal: GoalState, held_on: date, wanted: date | None, today: date
) -> ReviewScheduled | None:
    """The latest review schedules the next, on the wanted day or after one cadence; None from an earlier one.

    A review that is typed in late takes the next one from a day ahead to today at the soonest, not into the past.
    """
    if goal.last_review_on is not None and held_on < goal.last_review_on:
        return None
    due = _due(plan, held_on, goal.review_every_days, wanted)
    if goal.next_review is not None:
        due = max(due, min(goal.next_review.due_on, today))
    return ReviewScheduled.of_valid({"due_on": due, "cause": "routine"})


def review_after_reopening(plan: PlanState, goal: GoalState, today: date) -> ReviewScheduled:
    """A goal that is opened again is reviewed after one cadence, counted from the day on which that is recorded."""
    return ReviewScheduled.of_valid({"due_on": _due(plan, today, goal.review_every_days, None), "cause": "routine"})


def review_after_setback(today: date) -> ReviewScheduled:
    """A setback schedules a review within 7 days of the day on which it is recorded."""
    return ReviewScheduled.of_valid({"due_on": today + timedelta(days=SETBACK_DAYS), "cause": "setback"})


def review_after_dip(plan: PlanState, goal: GoalState, today: date) -> ReviewScheduled:
    """A dip in motivation schedules a review for the next cadence date, counted from the last review.

    Args:
        today: The day on which the dip is recorded.
    """
    cadence = plan.cadence(goal.review_every_days)
    since = max(0, (today - (goal.last_review_on or goal.started_on or today)).days)
    return ReviewScheduled.of_valid(
        {"due_on": today + timedelta(days=cadence - since % cadence), "cause": "motivation"}
    )


def sooner(goal: GoalState, *wanted: ReviewScheduled | None) -> tuple[ReviewScheduled, ...]:
    """The earliest of the reviews that an event asks for; nothing when a review is due by then already."""
    asked = [each for each in wanted if each is not None]
    if not asked:
        return ()
    soonest = min(asked, key=attrgetter("due_on"))
    return () if goal.next_review is not None and goal.next_review.due_on <= soonest.due_on else (soonest,)


def latest_day(plan: PlanState, start: date) -> date | None:
    """The last day on which a review can be due, counted from a start; None when the plan asks for no short reviews."""
    return start + timedelta(days=SHORT_REVIEW_DAYS) if "short_reviews" in plan.accommodations else None


def _due(plan: PlanState, start: date, every_days: int | None, wanted: date | None) -> date:
    due = wanted or start + timedelta(days=plan.cadence(every_days))
    latest = latest_day(plan, start)
    return min(due, latest) if latest else due
