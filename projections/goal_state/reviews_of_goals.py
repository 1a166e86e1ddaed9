"""The evidence of reviews of many goals, out of their rows (S25, S59)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, Subquery, and_, select

from events.goal.review_evidence import Cadence, ExpectedReview, ReviewStep, expected_reviews
from events.identity import PLAN, GoalId
from events.plan.types import Opened
from events.time_zones import time_zone
from projections.engine.paging import AnyRow
from projections.engine.plan_join import of_the_patient
from projections.goal_state.tables import tables

_PLANS, _STEPS, _CADENCES = (tables()[name] for name in ("plans", "review_steps", "cadences"))
_USUAL_DAYS: int = Opened.model_fields["review_every_days"].default
"""Between the reviews of a patient without a plan."""


def reviews_of_goals(
    connection: Connection, goals: Subquery, now: datetime
) -> Iterator[tuple[GoalId, Sequence[ExpectedReview]]]:
    """Each goal that has any step of a review, with the evidence of its reviews, in the order of the ids.

    Args:
        goals: Their `org`, `patient` and `goal`.
        now: Tells today's date in each plan's time zone.
    """
    plans = _plans(connection, goals)
    of_the_goal = and_(*(_STEPS.c[name] == goals.c[name] for name in GoalId._fields))
    order = [_STEPS.c[name] for name in (*GoalId._fields, "version")]
    rows = connection.execute(select(*_STEPS.c).select_from(goals.join(_STEPS, of_the_goal)).order_by(*order))
    for key, of_goal in groupby(rows, key=itemgetter(0, 1, 2)):
        goal_id = GoalId(*key)
        yield goal_id, _judged(of_goal, plans.get(goal_id.plan, ()), now)


def _plans(connection: Connection, goals: Subquery) -> dict[GoalId, list[AnyRow]]:
    """What the plans of some goals' patients asked for, in the order of the log."""
    patients = select(goals.c.org, goals.c.patient).distinct().subquery("patients")
    asked_for = patients.join(_CADENCES, of_the_patient(_CADENCES, patients)).join(
        _PLANS, of_the_patient(_PLANS, patients)
    )
    rows = connection.execute(
        select(*_CADENCES.c, _PLANS.c.time_zone).select_from(asked_for).order_by(_CADENCES.c.version)
    )
    found: dict[GoalId, list[AnyRow]] = defaultdict(list)
    for row in rows:
        found[GoalId(row.org, row.patient, PLAN)].append(row)
    return found


def _judged(steps: Iterable[AnyRow], plan: Sequence[AnyRow], now: datetime) -> list[ExpectedReview]:
    zone = time_zone(plan[-1].time_zone if plan else "UTC")

    def day(instant: datetime) -> date:
        return instant.astimezone(zone).date()

    read = (
        ReviewStep(
            version=row.version,
            step=row.step,
            on=row.held_on or day(row.happened_at),
            recorded_on=day(row.recorded_at),
            every_days=row.every_days,
            actor=row.actor,
            role=row.actor_role,
            due_on=row.due_on,
            cause=row.cause,
            with_patient=bool(row.with_patient),
            closes=bool(row.closes),
        )
        for row in steps
    )
    return expected_reviews(read, _cadence([(day(row.happened_at), row) for row in plan]), day(now))


def _cadence(asked_for: Sequence[tuple[date, AnyRow]]) -> Cadence:
    def days(on: date, own: int | None) -> int:
        if not asked_for:
            return own or _USUAL_DAYS
        # Work may have begun before the plan did, elsewhere; the first that the plan asked for holds for these days.
        row = next((row for since, row in reversed(asked_for) if since <= on), asked_for[0][1])
        wanted: int = own or row.every_days
        return min(wanted, row.at_most_days) if row.at_most_days else wanted

    return days
