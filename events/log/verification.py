"""Verification of the whole log: that it is complete, in order, readable and as the rules allow; and its digest."""

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from typing import Protocol, TypeVar

from events.envelope import StoredMessage, UnreadableEvent, read_recorded
from events.event import RecordedEvent
from events.goal import GoalState, fold_goal
from events.identity import LOG, GoalId, goal_id_of
from events.log.anchor import Anchor
from events.log.bounded_reading import RestUnread, read_up_to
from events.log.digest import Chain, EarlierDigest, FirstChain
from events.log.findings import Compared, Finding, Kind, Verification
from events.log.reading import Batch
from events.plan import PlanState, fold_plan
from events.voiding import VOIDING, voided_by

T = TypeVar("T")

_MOST_MISSING_POSITIONS = 10_000_000
"""A longer run of missing positions is reported and not hashed: that would take minutes, and may have no end."""

_DEFECTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""The errors that folds and rules may raise on a broken log, for which they are not written."""


class Extent(Protocol):
    """How far a stream goes by its own account (:class:`events.log.stream_state.StreamState`).

    Attributes:
        last: The last position.
        messages: How many messages there are up to it.
    """

    @property
    def last(self) -> int: ...  # noqa: D102 - see above

    @property
    def messages(self) -> int: ...  # noqa: D102 - see above


class Patient:
    """What the events of one patient add up to so far.

    Attributes:
        plan: The plan; None before it is opened.
        goals: The goals by their token.
    """

    __slots__ = ("goals", "plan")

    def __init__(self) -> None:
        self.plan: PlanState | None = None
        self.goals: dict[str, GoalState] = {}

    def take(self, recorded: RecordedEvent) -> None:
        """Move forward by one event."""
        if recorded.goal_id.is_plan:
            self.plan = fold_plan(self.plan, recorded)
            return
        goal = fold_goal(self.goals.get(recorded.goal_id.goal), recorded)
        if goal is not None:
            self.goals[recorded.goal_id.goal] = goal


Objection = tuple[Kind, RecordedEvent, str]
"""What is wrong, with which event, in a sentence without a subject."""


class Rules(Protocol):
    """The rules that decided what was recorded, replayed over it."""

    def take(self, recorded: RecordedEvent, before: Patient) -> Iterable[Objection]:
        """What the rules say against the next event of the log, given what its patient's events added up to."""

    def finish(self) -> Iterable[Objection]:
        """What is still missing at the end of the log."""


class Verifier:
    """Checks the messages of the log one by one, from the first.

    Memory grows with the goals and their entries, and by a few dozen bytes for each event, whose key must be unique.

    Args:
        rules: What is replayed over the events; without any, only what every log must keep to is checked.
        earlier: What the digest was before, to compare with.
    """

    def __init__(self, rules: Rules | None = None, earlier: EarlierDigest | None = None):
        self.found = Verification()
        self._rules = rules
        self._earlier = earlier
        self._chain = Chain()
        self._earlier_chain = FirstChain() if earlier and earlier.version == "v1" else self._chain
        self._patients: dict[tuple[str, str], Patient] = {}
        self._versions: dict[GoalId, int] = {}
        self._keys: set[int] = set()
        self._unreadable: dict[int, Finding] = {}
        # Of goals with messages that cannot be read: how many of those a newer Cairn may have counted, and has counted.
        self._may_count: Counter[str] = Counter()
        self._counted: Counter[str] = Counter()
        self._last: StoredMessage | None = None

    def take(self, stored: StoredMessage) -> None:
        """Check the next message of the log."""
        if stored.position > self.found.position + 1:
            self._miss(stored.position - 1)
        self._count(stored)
        try:
            recorded = read_recorded(stored)
        except UnreadableEvent as error:
            self._unreadable[stored.position] = _finding("unreadable", stored, f"cannot be read: {error.reason}")
            self._may_count[stored.subject] += 1
            return
        self._check_subject(stored)
        self._check_version(stored, recorded)
        self._check_key(stored, recorded)
        patient = self._patients.get(recorded.goal_id[:2])
        if patient is None:
            patient = self._patients[recorded.goal_id[:2]] = Patient()
        if recorded.type_name in VOIDING:
            self._void(stored, recorded)
        elif self._rules is not None:
            self._replay(self._rules, recorded, patient)
        self._fold(stored, recorded, patient)

    def finish(self, extent: Extent | None = None, *, interrupted: bool = False) -> Verification:
        """End the verification, and return what it has found.

        Args:
            extent: How far the log goes by its own account.
            interrupted: Whether the server stopped sending before the end of the log.
        """
        if extent is not None:
            self._check_extent(extent, interrupted=interrupted)
        if self._rules is not None and not interrupted:
            self._object(self._rules.finish())
        for finding in self._unreadable.values():
            self.found.report(finding)
        self._compare_the_end()
        self.found.goals = len(self._versions)
        self.found.digest = self._chain.digest
        self.found.anchor = Anchor.at(self._last) if self._last else self.found.anchor
        return self.found

    def _count(self, stored: StoredMessage) -> None:
        self._last = stored
        self._chain.take(stored)
        if self._earlier_chain is not self._chain:
            self._earlier_chain.take(stored)
        self.found.events += 1
        self.found.first = self.found.first or stored.position
        self.found.position = stored.position
        self._compare()

    def _miss(self, last: int) -> None:
        """Count the positions behind the last message, up to a given one, as missing."""
        first = self.found.position + 1
        count = last - first + 1
        named = f"positions {first} to {last} are missing" if count > 1 else f"position {first} is missing"
        self.found.report(Finding("missing", first, "", f"{named}: the log holds no message there any more"))
        self.found.missing += count
        if count > _MOST_MISSING_POSITIONS:
            self.found.position = last
            self._report_log("unread", last, "so many positions are missing that the digest does not cover them")
            return
        for position in range(first, last + 1):
            self._chain.miss(position)
            self.found.position = position
            self._compare()

    def _compare(self) -> None:
        earlier = self._earlier
        if earlier is not None and self.found.position == earlier.position:
            same = self._earlier_chain.bears_out(earlier.digest)
            self.found.compared = Compared(earlier.position, earlier.version, same)
            if not same:
                self._report_log("changed", earlier.position, "up to here it is not the log that was read before")

    def _compare_the_end(self) -> None:
        earlier = self._earlier
        if earlier is not None and earlier.position and self.found.compared is None:
            self.found.compared = Compared(earlier.position, earlier.version, same=False)
            detail = f"the log ends here, and went up to position {earlier.position} when it was read before"
            self._report_log("shorter", self.found.position, detail)
        elif earlier is not None and not earlier.position:
            self.found.compared = Compared(0, earlier.version, same=True)

    def _check_extent(self, extent: Extent, *, interrupted: bool) -> None:
        if interrupted:
            detail = (
                f"the server hands out no more, and the log goes up to position {extent.last}: the rest is not known"
            )
            self._report_log("unread", self.found.position, detail)
            return
        if extent.last > self.found.position:
            self._miss(extent.last)
        if extent.messages != self.found.events:
            detail = f"the stream counts {extent.messages:,} messages, and {self.found.events:,} could be read"
            self._report_log("count", self.found.position, detail)

    def _check_subject(self, stored: StoredMessage) -> None:
        named = stored.headers.get("ce-subject")
        if named != str(goal_id_of(stored.subject)):
            self._report("subject", stored, "is stored under another goal's subject than it names")

    def _check_version(self, stored: StoredMessage, recorded: RecordedEvent) -> None:
        expected = self._versions.get(recorded.goal_id, 0) + 1
        self._versions[recorded.goal_id] = recorded.version
        if recorded.version == expected:
            return
        subject, more = stored.subject, recorded.version - expected
        if 0 < more <= self._may_count[subject]:  # a newer Cairn has counted what this one cannot read
            self._may_count[subject] -= more
            self._counted[subject] += more
        elif recorded.type_name in VOIDING and more == -self._counted[subject]:  # and now it does not count any more
            self._counted[subject] = 0
        else:
            self._report("version", stored, f"has version {recorded.version} where {expected} comes next")

    def _check_key(self, stored: StoredMessage, recorded: RecordedEvent) -> None:
        key = f"{recorded.goal_id}\0{recorded.event.source}\0{recorded.event.id}"
        short = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")
        if short in self._keys:
            self._report("id", stored, "has an id that an earlier event of its goal has")
        self._keys.add(short)

    def _void(self, stored: StoredMessage, recorded: RecordedEvent) -> None:
        position = voided_by(stored) or 0
        unreadable = self._unreadable.pop(position, None)
        if unreadable is None or unreadable.subject != stored.subject:
            if unreadable is not None:
                self._unreadable[position] = unreadable
            self._report("void", stored, f"voids position {position}, where no unreadable message of its goal is")
            return
        self.found.notes.append(Finding("void", position, stored.subject, f"was voided at position {stored.position}"))

    def _fold(self, stored: StoredMessage, recorded: RecordedEvent, patient: Patient) -> None:
        try:
            patient.take(recorded)
        except _DEFECTS as error:
            self._report("fold", stored, f"cannot be folded: {type(error).__name__}")

    def _replay(self, rules: Rules, recorded: RecordedEvent, patient: Patient) -> None:
        try:
            self._object(rules.take(recorded, patient))
        except _DEFECTS as error:
            self._object([("rule", recorded, f"cannot be decided: {type(error).__name__}")])

    def _object(self, objections: Iterable[Objection]) -> None:
        for kind, recorded, detail in objections:
            self.found.report(Finding(kind, recorded.position, recorded.goal_id.on(LOG), detail))

    def _report(self, kind: Kind, stored: StoredMessage, detail: str) -> None:
        self.found.report(_finding(kind, stored, detail))

    def _report_log(self, kind: Kind, position: int, detail: str) -> None:
        self.found.report(Finding(kind, position, "", detail))


def _finding(kind: Kind, stored: StoredMessage, detail: str) -> Finding:
    return Finding(kind, stored.position, stored.subject, detail)


async def verified(batches: AsyncIterator[Batch], extent: Extent, verifier: Verifier) -> AsyncIterator[Verification]:
    """Check the log up to its last position; yield after each batch how far it has come, and at last what was found.

    The verification ends in any case: at the last position, when the reader reports the end, or when the server
    sends nothing more.

    Args:
        batches: The log from its beginning, as :meth:`events.log.Log.follow` gives it.
        extent: How far the log goes; what is recorded meanwhile is not checked.
    """
    interrupted = False
    try:
        async for batch in read_up_to(batches, extent.last):
            for stored in batch.messages:
                if stored.position > extent.last:
                    break
                verifier.take(stored)
            yield verifier.found
    except RestUnread:
        interrupted = True
    yield verifier.finish(extent, interrupted=interrupted)
