"""The history of one goal (or plan) in memory: its folded state, and the outcome of each submission."""

from array import array
from collections.abc import Iterator, Sequence
from datetime import UTC
from hashlib import sha256
from itertools import chain

from pydantic_core import to_json

from events.catalog import TYPES, encode
from events.event import Event, RecordedEvent
from events.goal import GoalState, fold_goal
from events.identity import GoalId
from events.outcome import OutcomeEvent, RecordedOutcome
from events.plan import PlanState, fold_plan
from services.goals.memory_sharing import share, share_newest
from services.goals.packing import PackedState, pack, unpack, with_packed_entries
from services.goals.snapshot import BadSnapshot, Snapshot, read_snapshot, write_snapshot
from services.goals.submission_keys import SubmissionKeys

_TYPES = tuple(TYPES)
_NUMBERS = {name: number for number, name in enumerate(_TYPES)}
_NO_CAUSES = array("I")
"""That of all histories without any; an array of causes is never changed."""


class History:
    """The folded state, and for every submission that was ever recorded the events it put into the log.

    The service keeps many histories, so each stores its events in columns, and an outcome is made only when a
    submission comes again. A state that is not used for a while can
    be packed; it is unpacked when it is asked for.

    Attributes:
        snapshot_version: The version at which the last snapshot was written; 0 when there is none.
        counted: How many of the events the memory that keeps the history has counted.
    """

    __slots__ = (
        "_causes",
        "_keys",
        "_last",
        "_positions",
        "_state",
        "_types",
        "counted",
        "goal_id",
        "snapshot_version",
    )

    def __init__(self, goal_id: GoalId):
        self.goal_id = goal_id
        self.snapshot_version = 0
        self.counted = 0
        self._state: GoalState | PlanState | PackedState | None = None
        self._types = bytearray()  # numbers of event types
        self._positions = array("q")
        self._keys = SubmissionKeys()
        self._causes = _NO_CAUSES  # of what was not submitted: its version and that of its cause, one behind the other
        self._last: Event | bytes = b""  # the last event, or the digest of its content

    @property
    def goal(self) -> GoalState | None:
        """The goal's state; None for a plan, and for a goal that does not exist."""
        state = self._unpacked()
        return state if isinstance(state, GoalState) else None

    @property
    def plan(self) -> PlanState | None:
        """The plan's state; None for a goal, and for a plan that does not exist."""
        state = self._unpacked()
        return state if isinstance(state, PlanState) else None

    @property
    def version(self) -> int:
        """The number of events."""
        return len(self._types)

    @property
    def position(self) -> int:
        """The position of the last event in the log; 0 when there is none."""
        return self._positions[-1] if self._positions else 0

    def types(self, after: int = 0) -> Sequence[str]:
        """The type of each event behind a version."""
        return [_TYPES[number] for number in self._types[after:]]

    def take(self, recorded: RecordedEvent) -> None:
        """Add one recorded event."""
        event = recorded.event
        if self.goal_id.is_plan:
            plan = fold_plan(self.plan, recorded)
            share_newest(plan)
            self._state = plan
        else:
            goal = fold_goal(self.goal, recorded)
            share_newest(goal)
            self._state = with_packed_entries(goal) if goal is not None else None
        self._last = event
        self._types.append(_NUMBERS[event.type_name])
        self._positions.append(recorded.position)
        self._keys.add(event)
        if event.cause is not None:
            self._causes = self._causes + array("I", (self.version, event.cause))

    def answer(self, submission: Event) -> RecordedOutcome | None:
        """The outcome of a submission that was recorded before, as that of a duplicate; None when it was not."""
        asked = self._keys.version_of(submission)
        if asked is None:
            return None
        # An event that followed from a submission belongs to the outcome of that submission.
        follows = (later for later, cause in self._by_cause() if cause == asked)
        return RecordedOutcome(duplicate=True, events=tuple(map(self._line, (asked, *follows))))

    def ends_with(self, recorded: RecordedEvent) -> bool:
        """Whether a recorded event is the history's last one."""
        event = recorded.event
        return (
            (recorded.position, recorded.version) == (self.position, self.version)
            and (event.type_name, event.cause) == (_TYPES[self._types[-1]], self._cause_of_last())
            and (event.cause is not None or self._keys.version_of(event) == self.version)
            and _content(event) == self._digest()
        )

    def pack(self) -> None:
        """Take less memory, until the state is asked for again."""
        self._digest()
        if isinstance(self._state, GoalState | PlanState):
            self._state = pack(self._state)
            # What grows has room to grow further; a copy has none.
            self._types, self._positions = self._types[:], self._positions[:]
            self._keys.trim()

    def snapshot(self) -> bytes:
        """The history in a form that :meth:`from_snapshot` reads."""
        state = pack(self._state) if isinstance(self._state, GoalState | PlanState) else self._state
        return write_snapshot(
            Snapshot(
                state,
                bytes(self._types),
                self._positions.tobytes(),
                self._keys.digests,
                dict(self._by_cause()),
                self._digest(),
            )
        )

    @classmethod
    def from_snapshot(cls, goal_id: GoalId, snapshot: bytes) -> "History | None":
        """The history in a snapshot; None when another version of the fold wrote it, or it cannot be read."""
        try:
            kept = read_snapshot(snapshot)
            state = unpack(kept.state) if kept.state else None
        except (BadSnapshot, ValueError):
            return None
        if not kept.types:
            return None
        history = cls(goal_id)
        share(state)
        history._state = state
        history._types += kept.types
        history._positions.frombytes(kept.positions)
        history._keys = SubmissionKeys(kept.keys)
        if kept.causes:
            history._causes = array("I", chain.from_iterable(kept.causes.items()))
        history._last = kept.content
        history.snapshot_version = history.version
        return history

    def _unpacked(self) -> GoalState | PlanState | None:
        if isinstance(self._state, PackedState):
            state = unpack(self._state)
            share(state)
            self._state = state
        return self._state

    def _by_cause(self) -> Iterator[tuple[int, int]]:
        """The version of each event that was not submitted, and that of its cause."""
        return zip(self._causes[::2], self._causes[1::2], strict=True)

    def _cause_of_last(self) -> int | None:
        """The version of what the last event follows from; None where it was submitted."""
        return self._causes[-1] if self._causes and self._causes[-2] == self.version else None

    def _digest(self) -> bytes:
        """The digest of the last event's content; it is computed only when needed, not at every event."""
        if isinstance(self._last, Event):
            self._last = _content(self._last)
        return self._last

    def _line(self, version: int) -> OutcomeEvent:
        return OutcomeEvent(
            type=_TYPES[self._types[version - 1]], position=self._positions[version - 1], version=version
        )


def _content(event: Event) -> bytes:
    """A digest of an event's time, actor and data, by which an event of another log is told apart."""
    envelope = to_json([event.time.astimezone(UTC).isoformat(), event.actor.id, event.actor.role])
    return sha256(envelope + encode(event.data)).digest()
