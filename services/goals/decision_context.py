"""The data that a decision may read, and its result."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Final, Literal, NamedTuple

from events.event import Event, RecordedEvent
from events.goal import GoalState, fold_goal
from events.payload import Payload
from events.plan import PlanState


class _Absence(Enum):
    """A part of the context that was not loaded, which is not the same as one that is empty."""

    NOT_LOADED = "not loaded"


NOT_LOADED: Final = _Absence.NOT_LOADED
"""Stands for a part of the context that was not loaded."""
NotLoaded = Literal[_Absence.NOT_LOADED]


class ContextNotLoaded(AssertionError):
    """A rule reads a part of the context that was not loaded. This is a defect of Cairn's, never of a submission."""


@dataclass(frozen=True, slots=True)
class DecisionContext:
    """What is known when a submission is decided. Rules read `goal` and `others`, which raise when not loaded.

    Attributes:
        now: The instant of the decision.
        plan: The patient's plan; None when there is none.
        loaded_goal: The goal that the submission is about; None when there is none, and not loaded when the submission
            is about the plan.
        loaded_others: The patient's other goals by their token; not loaded for submissions that
            :func:`services.goals.decide.needs_others` does not name.
    """

    now: datetime
    plan: PlanState | None
    loaded_goal: GoalState | NotLoaded | None = NOT_LOADED
    loaded_others: Mapping[str, GoalState] | NotLoaded = NOT_LOADED

    @property
    def goal(self) -> GoalState | None:
        """The goal that the submission is about; None when there is none.

        Raises:
            ContextNotLoaded: the submission is about the plan.
        """
        if self.loaded_goal is NOT_LOADED:
            raise ContextNotLoaded("The decision reads the goal, but a submission about a plan has none.")
        return self.loaded_goal

    @property
    def others(self) -> Mapping[str, GoalState]:
        """The patient's other goals by their token.

        Raises:
            ContextNotLoaded: :func:`services.goals.decide.needs_others` does not name the submission.
        """
        if self.loaded_others is NOT_LOADED:
            raise ContextNotLoaded(
                "The decision reads the patient's other goals, which were not loaded; name the event type in"
                " _LOOKS_AT_OTHERS of services/goals/decide.py."
            )
        return self.loaded_others

    def day_of(self, submission: Event) -> date:
        """The day on which the submission happened, in the clinic's time zone."""
        return self.plan.day(submission.time) if self.plan else submission.time.date()

    @property
    def today(self) -> date:
        """The day of the decision, on which the submission is recorded, in the clinic's time zone."""
        return self.plan.day(self.now) if self.plan else self.now.date()

    def latest_day(self, submission: Event) -> date:
        """The last day that is not in the future: the clinic's today, or the sender's today where that is later."""
        return max(self.today, submission.time.date()) if submission.time <= self.now else self.today

    def goal_after(self, submission: Event) -> GoalState:
        """The goal as it would be after the submission; the goal must exist."""
        if self.goal is None:
            raise AssertionError("goal_after is called only after a rule has checked that the goal exists")
        trial = RecordedEvent(submission, self.goal.position, self.goal.version + 1, self.goal.updated_at)
        return fold_goal(self.goal, trial) or self.goal


class Decision(NamedTuple):
    """What is recorded: the submission itself, then what follows from it in the same commit.

    Attributes:
        follows: Consequences, in order, about the same goal.
        notes: Sentences for the sender.
    """

    follows: tuple[Payload, ...] = ()
    notes: tuple[str, ...] = ()
