"""Which notices a goal's next review needs, and when: pure functions of the review, the plan and the hour."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple

from events.goal import GoalState
from events.identity import GoalId
from events.plan import PlanState
from events.time_zones import UTC_ZONE, time_zone
from events.vocabulary import Value

NoticeKind = Literal["due", "overdue"]
_SOURCE = "urn:cairn:reminders"


class Notice(Value):
    """A goal's review is due today, or was due before. It holds ids and dates only, and no text of a patient.

    `sequence` counts how often the goal's review was set; it grows when the review moves.
    """

    org: str
    patient: str
    goal: str
    due_on: date
    kind: NoticeKind
    sequence: int

    @property
    def goal_id(self) -> GoalId:
        """The goal that the notice is about."""
        return GoalId(self.org, self.patient, self.goal)

    @property
    def id(self) -> str:
        """The notice's id: the same for the same goal, day and kind, however often the review was moved in between."""
        return f"{self.goal_id}.{self.due_on}.{self.kind}"

    def headers(self, now: datetime) -> dict[str, str]:
        """The notice's CloudEvents attributes, in binary mode."""
        return {
            "ce-specversion": "1.0",
            "ce-id": self.id,
            "ce-source": _SOURCE,
            "ce-type": f"cairn.notice.review_{self.kind}.v1",
            "ce-subject": str(self.goal_id),
            "ce-time": now.isoformat(),
            "content-type": "application/json",
        }


class Occasion(NamedTuple):
    """A notice, and the instant from which on it is true."""

    at: datetime
    notice: Notice


def occasions(goal: GoalState | None, plan: PlanState | None, hour: int) -> tuple[Occasion, ...]:
    """The notices about a goal's next review, the earlier first; none when it has no next review.

    A review is due from an hour of its day on, in the plan's time zone (UTC without a plan), and overdue from the same
    hour of the day after.
    """
    if goal is None or goal.next_review is None:
        return ()
    review = goal.next_review
    zone = time_zone(plan.time_zone if plan else UTC_ZONE)
    due = Notice(
        org=goal.org,
        patient=goal.patient,
        goal=goal.goal,
        due_on=review.due_on,
        kind="due",
        sequence=review.sequence,
    )
    overdue = due.model_copy(update={"kind": "overdue"})
    days = ((review.due_on, due), (review.due_on + timedelta(days=1), overdue))
    return tuple(Occasion(datetime.combine(day, time(hour), zone).astimezone(UTC), notice) for day, notice in days)


def current(known: Sequence[Occasion], now: datetime) -> Occasion | None:
    """The notice that is true now; for a review that is overdue, only that it is overdue."""
    return next((occasion for occasion in reversed(known) if occasion.at <= now), None)


def upcoming(known: Sequence[Occasion], now: datetime) -> Occasion | None:
    """The notice that will be true next."""
    return next((occasion for occasion in known if occasion.at > now), None)
