"""Which review follows from an event (DOMAIN: what follows by itself, in the same commit)."""

from datetime import date, timedelta
from operator import itemgetter

from events.goal import GoalState
from events.goal.fold import motivation_dips
from events.goal.types import ProgressLogged, ReviewScheduled
from events.plan import PlanState
from events.plan.state import SHORT_REVIEW_DAYS
from events.vocabulary import ReviewCause

SETBACK_DAYS = 7


def first_review(plan: PlanState, begun: date, every_days: int | None, wanted: date | None) -> ReviewScheduled:
    """Activation schedules the first review, on the wanted day or after one cadence; short reviews cap it at 7 days."""
    return ReviewScheduled.model_construct(due_on=_due(plan, begun, every_days, wanted), cause="initial")


def next_review(plan: PlanState, goal: GoalState, held_on: date, wanted: date | None) -> ReviewScheduled:
    """A review schedules the next, on the wanted day or after one cadence."""
    return ReviewScheduled.model_construct(due_on=_due(plan, held_on, goal.review_every_days, wanted), cause="routine")


def review_after_entry(plan: PlanState, goal: GoalState, entry: ProgressLogged, day: date) -> ReviewScheduled | None:
    """A setback schedules a review within 7 days, a dip in motivation one within the cadence, if none is due sooner."""
    wanted: list[tuple[date, ReviewCause]] = []
    if entry.setback:
        wanted.append((max(day, entry.on + timedelta(days=SETBACK_DAYS)), "setback"))
    if entry.motivation is not None and motivation_dips(goal, entry.motivation):
        wanted.append((day + timedelta(days=plan.cadence(goal.review_every_days)), "motivation"))
    if not wanted:
        return None
    due, cause = min(wanted, key=itemgetter(0))
    if goal.next_review is not None and goal.next_review.due_on <= due:
        return None
    return ReviewScheduled.model_construct(due_on=due, cause=cause)


def _due(plan: PlanState, start: date, every_days: int | None, wanted: date | None) -> date:
    if wanted is None:
        return start + timedelta(days=plan.cadence(every_days))
    if "short_reviews" in plan.accommodations:
        return min(wanted, start + timedelta(days=SHORT_REVIEW_DAYS))
    return wanted
