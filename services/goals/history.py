"""One goal's (or plan's) history as the service keeps it: what it adds up to, and the answer to each submission."""

from events.event import Event, RecordedEvent
from events.goal import GoalState, fold_goal
from events.identity import GoalId
from events.outcome import OutcomeEvent, RecordedOutcome
from events.plan import PlanState, fold_plan


class History:
    """The folded state, and for every submission that was ever recorded the events it put into the log."""

    __slots__ = ("_answers", "_keys", "goal", "goal_id", "plan", "position", "types", "version")

    def __init__(self, goal_id: GoalId):
        self.goal_id = goal_id
        self.goal: GoalState | None = None
        self.plan: PlanState | None = None
        self.version = 0
        self.position = 0
        self.types: list[str] = []
        self._keys: list[tuple[str, str]] = []
        self._answers: dict[tuple[str, str], list[OutcomeEvent]] = {}

    def take(self, recorded: RecordedEvent) -> None:
        """Move forward by one recorded event."""
        event = recorded.event
        if self.goal_id.is_plan:
            self.plan = fold_plan(self.plan, recorded)
        else:
            self.goal = fold_goal(self.goal, recorded)
        # What followed by itself belongs to the answer of the submission it followed from.
        key = event.key if event.cause is None else self._keys[event.cause - 1]
        self._keys.append(key)
        self._answers.setdefault(key, []).append(OutcomeEvent.of(recorded))
        self.types.append(event.type_name)
        self.version = recorded.version
        self.position = recorded.position

    def answer(self, submission: Event, *, duplicate: bool) -> RecordedOutcome | None:
        """The outcome that a submission had, if it was recorded."""
        events = self._answers.get(submission.key)
        return RecordedOutcome(duplicate=duplicate, events=tuple(events)) if events else None
