"""Reading the whole log and checking it: complete, in order, readable, and what its content is.

The content's digest is a SHA-256 chain: each message's position, subject, own headers and body are hashed together
with the digest so far. Two logs with the same digest at the same position hold the same events, byte for byte.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from events.envelope import StoredMessage, UnreadableEvent, read_recorded
from events.event import RecordedEvent
from events.goal import GoalState, fold_goal
from events.identity import GoalId
from events.log.reading import Batch
from events.plan import PlanState, fold_plan

_MOST_FINDINGS = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the log that is not as it must be."""

    position: int
    subject: str
    detail: str


@dataclass(slots=True)
class Verification:
    """What reading the whole log found.

    Attributes:
        events: How many messages were read.
        goals: How many goals and plans they are about.
        position: The position of the last.
        digest: The chained SHA-256 of all of them, as hex.
        findings: What is wrong, the first hundred; empty for a sound log.
        wrong: How many things are wrong in all.
    """

    events: int = 0
    goals: int = 0
    position: int = 0
    digest: str = ""
    findings: list[Finding] = field(default_factory=list)
    wrong: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong


class Verifier:
    """Takes in the log from its first message and keeps count.

    Memory grows with the number of goals, and by a few dozen bytes for each event (its key, which must be unique).
    """

    def __init__(self) -> None:
        self.found = Verification()
        self._chain = b""
        self._states: dict[GoalId, GoalState | PlanState | None] = {}
        self._versions: dict[GoalId, int] = {}
        self._keys: set[int] = set()

    def take(self, stored: StoredMessage) -> None:
        """Check the next message of the log."""
        self._check_position(stored)
        self._chain = digest(self._chain, stored)
        self.found.events += 1
        self.found.position = stored.position
        try:
            recorded = read_recorded(stored)
        except UnreadableEvent as error:
            self._report(stored, f"cannot be read: {error.reason}")
            return
        self._check_version(stored, recorded)
        self._check_key(stored, recorded)
        self._fold(stored, recorded)

    def finish(self) -> Verification:
        """What was found."""
        self.found.goals = len(self._versions)
        self.found.digest = self._chain.hex()
        return self.found

    def _check_position(self, stored: StoredMessage) -> None:
        if stored.position != self.found.position + 1:
            self._report(stored, f"follows position {self.found.position}; what was between is gone")

    def _check_version(self, stored: StoredMessage, recorded: RecordedEvent) -> None:
        expected = self._versions.get(recorded.goal_id, 0) + 1
        if recorded.version != expected:
            self._report(stored, f"has version {recorded.version} where {expected} comes next")
        self._versions[recorded.goal_id] = recorded.version

    def _check_key(self, stored: StoredMessage, recorded: RecordedEvent) -> None:
        key = f"{recorded.goal_id}\0{recorded.event.source}\0{recorded.event.id}"
        short = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")
        if short in self._keys:
            self._report(stored, "has an id that an earlier event of its goal has")
        self._keys.add(short)

    def _fold(self, stored: StoredMessage, recorded: RecordedEvent) -> None:
        state = self._states.get(recorded.goal_id)
        try:
            if recorded.goal_id.is_plan:
                plan = state if isinstance(state, PlanState) else None
                self._states[recorded.goal_id] = fold_plan(plan, recorded)
            else:
                goal = state if isinstance(state, GoalState) else None
                self._states[recorded.goal_id] = fold_goal(goal, recorded)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            self._report(stored, f"cannot be folded: {type(error).__name__}")

    def _report(self, stored: StoredMessage, detail: str) -> None:
        self.found.wrong += 1
        if len(self.found.findings) < _MOST_FINDINGS:
            self.found.findings.append(Finding(stored.position, stored.subject, detail))


async def verified(batches: AsyncIterator[Batch], head: int) -> AsyncIterator[Verification]:
    """Check the log up to a position; yields how far it has come, and at the end the whole of it.

    Args:
        batches: The log from its beginning, as :meth:`events.log.Log.follow` gives it.
        head: The last position to check.
    """
    verifier = Verifier()
    if head:
        async for batch in batches:
            for stored in batch.messages:
                if stored.position <= head:
                    verifier.take(stored)
            yield verifier.found
            if verifier.found.position >= head or (batch.messages and batch.messages[-1].position >= head):
                break
    yield verifier.finish()


def digest(chain: bytes, stored: StoredMessage) -> bytes:
    """The digest after one more message. Headers that the server adds are left out: they differ after a restore."""
    mixed = hashlib.sha256(chain)
    own = sorted((name, value) for name, value in stored.headers.items() if not name.startswith("Nats-"))
    for part in (str(stored.position), stored.subject, *(f"{name}: {value}" for name, value in own)):
        mixed.update(part.encode() + b"\n")
    mixed.update(stored.data)
    return mixed.digest()
