"""One goal's (or plan's) history as the service keeps it: what it adds up to, and the answer to each submission."""

from typing import NamedTuple

from pydantic import BaseModel, ValidationError

from events.event import Event, RecordedEvent
from events.goal import GoalState, fold_goal
from events.goal.fold import FOLD_VERSION as GOAL_FOLD
from events.identity import GoalId
from events.outcome import OutcomeEvent, RecordedOutcome
from events.plan import PlanState, fold_plan
from events.plan.fold import FOLD_VERSION as PLAN_FOLD

_FOLDS = f"{GOAL_FOLD}.{PLAN_FOLD}"


class Trace(NamedTuple):
    """What is remembered of each event: enough to answer for the submission again, and to say what changed since."""

    type: str
    source: str
    id: str
    position: int
    cause: int | None


class _Snapshot(BaseModel):
    """A history as it is kept outside the service."""

    folds: str
    goal: GoalState | None = None
    plan: PlanState | None = None
    traces: list[Trace]


class History:
    """The folded state, and for every submission that was ever recorded the events it put into the log."""

    __slots__ = ("_answers", "goal", "goal_id", "plan", "traces")

    def __init__(self, goal_id: GoalId):
        self.goal_id = goal_id
        self.goal: GoalState | None = None
        self.plan: PlanState | None = None
        self.traces: list[Trace] = []
        self._answers: dict[tuple[str, str], list[OutcomeEvent]] = {}

    @property
    def version(self) -> int:
        """How many events there are."""
        return len(self.traces)

    @property
    def position(self) -> int:
        """Where in the log the last one is; 0 when there is none."""
        return self.traces[-1].position if self.traces else 0

    def take(self, recorded: RecordedEvent) -> None:
        """Move forward by one recorded event."""
        event = recorded.event
        if self.goal_id.is_plan:
            self.plan = fold_plan(self.plan, recorded)
        else:
            self.goal = fold_goal(self.goal, recorded)
        self._remember(Trace(event.type_name, event.source, event.id, recorded.position, event.cause))

    def answer(self, submission: Event, *, duplicate: bool) -> RecordedOutcome | None:
        """The outcome that a submission had, if it was recorded."""
        events = self._answers.get(submission.key)
        return RecordedOutcome(duplicate=duplicate, events=tuple(events)) if events else None

    def snapshot(self) -> bytes:
        """The history in a form that :meth:`from_snapshot` reads."""
        kept = _Snapshot.model_construct(folds=_FOLDS, goal=self.goal, plan=self.plan, traces=self.traces)
        return kept.model_dump_json(exclude_none=True).encode()

    @classmethod
    def from_snapshot(cls, goal_id: GoalId, snapshot: bytes) -> "History | None":
        """The history that a snapshot holds; None when it is of another fold's making, or none at all."""
        try:
            kept = _Snapshot.model_validate_json(snapshot)
        except ValidationError:
            return None
        if kept.folds != _FOLDS:
            return None
        history = cls(goal_id)
        history.goal, history.plan = kept.goal, kept.plan
        for trace in kept.traces:
            history._remember(trace)
        return history

    def _remember(self, trace: Trace) -> None:
        # What followed by itself belongs to the answer of the submission it followed from.
        asked = trace if trace.cause is None else self.traces[trace.cause - 1]
        self.traces.append(trace)
        line = OutcomeEvent.model_construct(type=trace.type, position=trace.position, version=self.version)
        self._answers.setdefault((asked.source, asked.id), []).append(line)
