"""The history of one goal (or plan) in memory: its folded state, and the outcome of each submission."""

from array import array
from datetime import UTC
from hashlib import sha256

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from events.catalog import encode
from events.event import Event, RecordedEvent
from events.goal import GoalState, fold_goal
from events.goal.fold import FOLD_VERSION as GOAL_FOLD
from events.identity import GoalId
from events.outcome import OutcomeEvent, RecordedOutcome
from events.plan import PlanState, fold_plan
from events.plan.fold import FOLD_VERSION as PLAN_FOLD
from services.goals.memory_sharing import share, share_newest

_FOLDS = f"{GOAL_FOLD}.{PLAN_FOLD}"


class _Snapshot(BaseModel):
    """A history as it is stored in a snapshot; each list has one item for each event."""

    folds: str
    goal: GoalState | None = None
    plan: PlanState | None = None
    types: list[str]
    positions: list[int]
    causes: list[int]
    asked: dict[str, dict[str, int]]
    content: str


class History:
    """The folded state, and for every submission that was ever recorded the events it put into the log.

    The service keeps many histories, so each stores its events in columns, and an outcome is made only when a
    submission comes again.

    Attributes:
        goal: The goal's state; None for a plan, and for a goal that does not exist.
        plan: The plan's state; None for a goal, and for a plan that does not exist.
        types: The type of each event.
        snapshot_version: The version at which the last snapshot was written; 0 when there is none.
    """

    __slots__ = ("_asked", "_causes", "_last", "_positions", "goal", "goal_id", "plan", "snapshot_version", "types")

    def __init__(self, goal_id: GoalId):
        self.goal_id = goal_id
        self.goal: GoalState | None = None
        self.plan: PlanState | None = None
        self.types: list[str] = []
        self.snapshot_version = 0
        self._positions = array("q")
        self._causes = array("q")  # 0 for what was submitted
        self._asked: dict[str, dict[str, int]] = {}  # source → id → version, of what was submitted
        self._last: Event | str = ""  # the last event, or the digest of its content

    @property
    def version(self) -> int:
        """The number of events."""
        return len(self.types)

    @property
    def position(self) -> int:
        """The position of the last event in the log; 0 when there is none."""
        return self._positions[-1] if self._positions else 0

    def take(self, recorded: RecordedEvent) -> None:
        """Add one recorded event."""
        event = recorded.event
        if self.goal_id.is_plan:
            self.plan = fold_plan(self.plan, recorded)
            share_newest(self.plan)
        else:
            self.goal = fold_goal(self.goal, recorded)
            share_newest(self.goal)
        self._last = event
        self.types.append(event.type_name)
        self._positions.append(recorded.position)
        self._causes.append(event.cause or 0)
        if event.cause is None:
            self._asked.setdefault(event.source, {}).setdefault(event.id, self.version)

    def answer(self, submission: Event, *, duplicate: bool) -> RecordedOutcome | None:
        """The outcome of a submission that was recorded; None when it was not."""
        asked = self._asked_at(submission)
        if asked is None:
            return None
        # An event that followed from a submission belongs to the outcome of that submission.
        follows = (later for later in range(asked + 1, self.version + 1) if self._causes[later - 1] == asked)
        return RecordedOutcome(duplicate=duplicate, events=tuple(map(self._line, (asked, *follows))))

    def ends_with(self, recorded: RecordedEvent) -> bool:
        """Whether a recorded event is the history's last one."""
        event = recorded.event
        return (
            (recorded.position, recorded.version) == (self.position, self.version)
            and (event.type_name, event.cause or 0) == (self.types[-1], self._causes[-1])
            and (event.cause is not None or self._asked_at(event) == self.version)
            and _content(event) == self._digest()
        )

    def snapshot(self) -> bytes:
        """The history in a form that :meth:`from_snapshot` reads."""
        kept = _Snapshot.model_construct(
            folds=_FOLDS,
            goal=self.goal,
            plan=self.plan,
            types=self.types,
            positions=self._positions.tolist(),
            causes=self._causes.tolist(),
            asked=self._asked,
            content=self._digest(),
        )
        return kept.model_dump_json(exclude_defaults=True).encode()

    @classmethod
    def from_snapshot(cls, goal_id: GoalId, snapshot: bytes) -> "History | None":
        """The history in a snapshot; None when another version of the fold wrote it, or it cannot be read."""
        try:
            kept = _Snapshot.model_validate_json(snapshot)
        except ValidationError:
            return None
        if kept.folds != _FOLDS or not len(kept.types) == len(kept.positions) == len(kept.causes) > 0:
            return None
        history = cls(goal_id)
        history.goal, history.plan = kept.goal, kept.plan
        share(kept.goal or kept.plan)
        history.types = kept.types
        history.snapshot_version = history.version
        history._positions.extend(kept.positions)
        history._causes.extend(kept.causes)
        history._asked = kept.asked
        history._last = kept.content
        return history

    def _digest(self) -> str:
        """The digest of the last event's content; it is computed only when needed, not at every event."""
        if isinstance(self._last, Event):
            self._last = _content(self._last)
        return self._last

    def _asked_at(self, submission: Event) -> int | None:
        by_id = self._asked.get(submission.source)
        return by_id.get(submission.id) if by_id else None

    def _line(self, version: int) -> OutcomeEvent:
        return OutcomeEvent(type=self.types[version - 1], position=self._positions[version - 1], version=version)


def _content(event: Event) -> str:
    """A digest of an event's time, actor and data, by which an event of another log is told apart."""
    envelope = to_json([event.time.astimezone(UTC).isoformat(), event.actor.id, event.actor.role])
    return sha256(envelope + encode(event.data)).hexdigest()
