"""Given what happened, when something is submitted, then this follows: the rules and folds alone, without any log."""

from collections.abc import Iterable
from datetime import datetime

import pytest

from events.errors import Rejected
from events.event import Event, RecordedEvent
from events.goal import GoalState, fold_goals
from events.identity import GoalId
from events.payload import Payload
from events.plan import PlanState, fold_plans
from events.vocabulary import ActorRole
from services.goals.decide import decide, needs_others
from services.goals.decision_context import NOT_LOADED, Decision, DecisionContext
from tests.builders import GOAL, NOON, event, recorded


def by(role: ActorRole, data: Payload, *, on: GoalId = GOAL, time: datetime = NOON) -> Event:
    """What someone in a role submits."""
    return event(on, data, actor=f"{role}-1", role=role, time=time)


def patient(data: Payload, *, on: GoalId = GOAL, time: datetime = NOON) -> Event:
    return by("patient", data, on=on, time=time)


def clinician(data: Payload, *, on: GoalId = GOAL, time: datetime = NOON) -> Event:
    return by("clinician", data, on=on, time=time)


def given(*events: Event) -> "Past":
    """A past in which these were submitted and recorded one after another, each with what followed from it."""
    past = Past(())
    for each in events:
        past = past.when(each).then_something()
    return past


class Past:
    """What was recorded so far."""

    def __init__(self, events: Iterable[RecordedEvent]):
        self.events = tuple(events)

    def when(self, submission: Event, *, now: datetime | None = None) -> "Submitted":
        """Something is submitted; at the instant it happened, unless another is given."""
        return Submitted(self, submission, now or submission.time)

    def plan_of(self, goal_id: GoalId) -> PlanState | None:
        return fold_plans(each for each in self.events if each.goal_id == goal_id.plan)

    def state_of(self, goal_id: GoalId) -> GoalState | None:
        return fold_goals(each for each in self.events if each.goal_id == goal_id)

    @property
    def goal(self) -> GoalState:
        """The goal that tests speak of unless they name another."""
        state = self.state_of(GOAL)
        assert state is not None, "there is no goal"
        return state

    @property
    def plan(self) -> PlanState:
        """The plan of that goal's patient."""
        state = self.plan_of(GOAL)
        assert state is not None, "there is no plan"
        return state

    def others_of(self, goal_id: GoalId) -> dict[str, GoalState]:
        ids = {each.goal_id for each in self.events if each.goal_id.plan == goal_id.plan} - {goal_id, goal_id.plan}
        return {each.goal: state for each in ids if (state := self.state_of(each)) is not None}

    def context_of(self, submission: Event, now: datetime) -> DecisionContext:
        """What the goals service loads for a submission: other goals only where its decision needs them."""
        goal_id = submission.goal_id
        goal = NOT_LOADED if goal_id.is_plan else self.state_of(goal_id)
        others = self.others_of(goal_id) if needs_others(submission) else NOT_LOADED
        return DecisionContext(now, self.plan_of(goal_id), goal, others)


class Submitted:
    """A submission on its way to a decision."""

    def __init__(self, past: Past, submission: Event, now: datetime):
        self._past = past
        self._submission = submission
        self._now = now

    def then(self, *follows: Payload, noting: str | None = None) -> Past:
        """It is recorded, and exactly this follows in the same commit."""
        decision = self._decided()
        assert decision.follows == follows
        assert decision.notes == ((noting,) if noting else ())
        return self._recorded(decision)

    def then_something(self) -> Past:
        """It is recorded, with whatever follows."""
        try:
            return self._recorded(self._decided())
        except Rejected as rejection:
            raise AssertionError(f"{self._submission.type_name} was to be recorded, but {rejection}") from rejection

    def then_whatever(self) -> Past:
        """It is recorded if the rules allow it; otherwise the past is what it was."""
        try:
            return self._recorded(self._decided())
        except Rejected:
            return self._past

    def then_rejected(self, code: str, *, field: str | None = None, saying: str = "") -> Rejected:
        """A rule forbids it, with its code, about this field, in a sentence with these words."""
        with pytest.raises(Rejected) as caught:
            self._decided()
        assert caught.value.code == code
        assert saying in caught.value.detail
        if field is not None:
            assert field in [each.field for each in caught.value.errors]
        return caught.value

    def _decided(self) -> Decision:
        return decide(self._past.context_of(self._submission, self._now), self._submission)

    def _recorded(self, decision: Decision) -> Past:
        follows = (
            by("system", data, on=self._submission.goal_id, time=self._submission.time) for data in decision.follows
        )
        submitted = [*(each.event for each in self._past.events), self._submission, *follows]
        return Past(recorded(submitted, at=NOON))
