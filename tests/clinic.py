"""A clinic whose events are decided upon and recorded as the goals service does it, without a log."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from events.event import Event, RecordedEvent
from events.goal import GoalState, fold_goal
from events.identity import GoalId
from events.plan import PlanState, fold_plan
from services.goals.decide import decide
from services.goals.decision_context import DecisionContext


class Clinic:
    """Records events as the goals service would, refusing what the rules refuse.

    Attributes:
        recorded: Everything, with what follows by itself, in the order of the log.
    """

    def __init__(self, events: Iterable[Event], today: date):
        self._now = datetime.combine(today, time(0, 1), UTC)
        self.plans: dict[GoalId, PlanState | None] = {}
        self.goals: dict[GoalId, GoalState | None] = {}
        self.recorded: list[RecordedEvent] = []
        for event in events:
            self._submit(event)

    def goals_by_token(self) -> dict[str, GoalState]:
        return {goal_id.goal: state for goal_id, state in self.goals.items() if state is not None}

    def _submit(self, event: Event) -> None:
        goal_id = event.goal_id
        others = {
            other.goal: state
            for other, state in self.goals.items()
            if other.plan == goal_id.plan and other != goal_id and state is not None
        }
        known = DecisionContext(self._now, self.plans.get(goal_id.plan), self.goals.get(goal_id), others)
        decision = decide(known, event)
        for data in (event.data, *decision.follows):
            self._record(Event(goal_id, event.source, event.id, event.time, event.actor, data))

    def _record(self, event: Event) -> None:
        goal_id = event.goal_id
        before = self.plans.get(goal_id) if goal_id.is_plan else self.goals.get(goal_id)
        recorded = RecordedEvent(event, len(self.recorded) + 1, before.version + 1 if before else 1, event.time)
        self.recorded.append(recorded)
        if goal_id.is_plan:
            self.plans[goal_id] = fold_plan(self.plans.get(goal_id), recorded)
        else:
            self.goals[goal_id] = fold_goal(self.goals.get(goal_id), recorded)
