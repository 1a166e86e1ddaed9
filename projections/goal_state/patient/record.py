"""One patient's plan and goals, as they are or as they stood."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from events.event import RecordedEvent
from events.goal import GoalState, fold_goals
from events.goal.facts import DiaryFacts
from events.goal.facts_of_goals import diary_facts
from events.identity import GoalId
from events.plan import PlanState, fold_plans


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """A plan, None when there is none, and every goal of the same patient, in the order of their ids.

    Attributes:
        quarantined: Where goals (and the plan) are quarantined, by their tokens, as in
            :func:`events.goal.reading.read_goal`. Empty for what is folded from the log itself.
        diaries: What the diary of each goal comes to, where the goals may be without it.
    """

    plan: PlanState | None
    goals: tuple[GoalState, ...]
    quarantined: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    diaries: Mapping[str, DiaryFacts] = field(default_factory=dict, compare=False)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of the patient."""
        return self.plan is None and not self.goals

    @property
    def valid_goals(self) -> list[GoalState]:
        """The goals that were not entered in error."""
        return [goal for goal in self.goals if goal.status != "entered_in_error"]

    def goal(self, token: str) -> GoalState | None:
        """One of the goals."""
        return next((goal for goal in self.goals if goal.goal == token), None)

    def others(self, goal: GoalState) -> list[GoalState]:
        """The goals beside this one."""
        return [other for other in self.goals if other.goal != goal.goal]

    def diary(self, goal: GoalState) -> DiaryFacts:
        """What the diary of one of the goals comes to."""
        return self.diaries.get(goal.goal) or diary_facts(goal)

    def day(self, instant: datetime) -> date:
        """The day an instant falls on where the patient is treated; in UTC without a plan."""
        return self.plan.day(instant) if self.plan else instant.astimezone(UTC).date()


def fold_patient(events: Iterable[RecordedEvent]) -> PatientRecord:
    """What the events of one patient, in the order of the log, add up to."""
    by_goal: dict[GoalId, list[RecordedEvent]] = defaultdict(list)
    for recorded in events:
        by_goal[recorded.goal_id].append(recorded)
    plan = fold_plans(each for goal_id, events_of_goal in by_goal.items() if goal_id.is_plan for each in events_of_goal)
    goals = (fold_goals(by_goal[goal_id]) for goal_id in sorted(by_goal) if not goal_id.is_plan)
    return PatientRecord(plan, tuple(goal for goal in goals if goal is not None))
