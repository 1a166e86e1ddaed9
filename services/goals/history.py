"""One goal's (or plan's) history as the service keeps it: what it adds up to, and the answer to each submission."""

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
    """A history as it is kept outside the service; the lists have an item for each event."""

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

    There are many of these, so that what is remembered of each event stands in columns, and answers are made when they
    are asked for.

    Attributes:
        goal: What a goal's events add up to; None for a plan, and for a goal that is not there.
        plan: The same for a plan.
        types: The type of each event.
        snapshot_version: The version of the snapshot that is kept of it; 0 when there is none.
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
        """How many events there are."""
        return len(self.types)

    @property
    def position(self) -> int:
        """Where in the log the last one is; 0 when there is none."""
        return self._positions[-1] if self._positions else 0

    def take(self, recorded: RecordedEvent) -> None:
        """Move forward by one recorded event."""
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
        """The outcome that a submission had, if it was recorded."""
        asked = self._asked_at(submission)
        if asked is None:
            return None
        # What followed by itself belongs to the answer of the submission it followed from.
        follows = (later for later in range(asked + 1, self.version + 1) if self._causes[later - 1] == asked)
        return RecordedOutcome(duplicate=duplicate, events=tuple(map(self._line, (asked, *follows))))

    def ends_with(self, recorded: RecordedEvent) -> bool:
        """Whether this is its last event, as far as is remembered of it."""
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
        """The history that a snapshot holds; None when it is of another fold's making, or none at all."""
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
        """That of the last event's content, made when somebody wants it, which is not at every event."""
        if isinstance(self._last, Event):
            self._last = _content(self._last)
        return self._last

    def _asked_at(self, submission: Event) -> int | None:
        by_id = self._asked.get(submission.source)
        return by_id.get(submission.id) if by_id else None

    def _line(self, version: int) -> OutcomeEvent:
        return OutcomeEvent(type=self.types[version - 1], position=self._positions[version - 1], version=version)


def _content(event: Event) -> str:
    """A digest of when an event happened, who made it and what it says: in another log they may differ."""
    envelope = to_json([event.time.astimezone(UTC).isoformat(), event.actor.id, event.actor.role])
    return sha256(envelope + encode(event.data)).hexdigest()
