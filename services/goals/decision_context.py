"""What a decision may look at, and what it decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from events.event import Event, RecordedEvent
from events.goal import GoalState, fold_goal
from events.payload import Payload
from events.plan import PlanState


@dataclass(frozen=True, slots=True)
class DecisionContext:
    """What is known when a submission is decided.

    Attributes:
        now: The instant of the decision.
        plan: The patient's plan; None when there is none.
        goal: The goal that the submission is about; None when there is none, or when it is about the plan.
        others: The patient's other goals by their token; loaded only for submissions that :func:`needs_others` names.
    """

    now: datetime
    plan: PlanState | None
    goal: GoalState | None = None
    others: Mapping[str, GoalState] = field(default_factory=dict)

    def day_of(self, submission: Event) -> date:
        """The day on which the submission happened, in the clinic's time zone."""
        return self.plan.day(submission.time) if self.plan else submission.time.date()

    def latest_day(self, submission: Event) -> date:
        """The last day that is not in the future: the clinic's today, or the sender's where that is further on."""
        today = self.plan.day(self.now) if self.plan else self.now.date()
        return max(today, submission.time.date()) if submission.time <= self.now else today

    def goal_after(self, submission: Event) -> GoalState:
        """The goal as it would be with the submission; there must be one."""
        if self.goal is None:
            raise AssertionError("asked for only where the goal is known to be there")
        trial = RecordedEvent(submission, self.goal.position, self.goal.version + 1, self.goal.updated_at)
        return fold_goal(self.goal, trial) or self.goal


@dataclass(frozen=True, slots=True)
class Decision:
    """What is recorded: the submission itself, then what follows from it in the same commit.

    Attributes:
        follows: Consequences, in order, about the same goal.
        notes: Sentences for whoever submitted.
    """

    follows: tuple[Payload, ...] = ()
    notes: tuple[str, ...] = ()
