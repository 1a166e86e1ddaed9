"""Which events of its organisation a witness has counted, and from where to where it knows that these are all.

Two ways bring them in. What the organisation hears as it is recorded is counted, whatever anybody says later; what came
while nobody listened is told by the gateway, and is what the operator says it was. Both are kept apart.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from events.identity import PLAN
from services.notary.statements import CountedEvents
from services.witness.errors import WitnessRecordsUnusable
from services.witness.records import Records


class SeenEvent(NamedTuple):
    """An event of the organisation, without anything that it says.

    Attributes:
        position: Where it is in the log.
        patient, goal: Whose it is.
        before: The position of the event before it of the same goal; 0 where it is the first; None where nobody says.
        is_heard: Whether it was heard as it was recorded.
    """

    position: int
    patient: str
    goal: str
    before: int | None
    is_heard: bool


class Span(NamedTuple):
    """Positions from the first to the last, both among them."""

    first: int
    last: int


class Count(NamedTuple):
    """What was counted for a statement.

    Attributes:
        events: Those of its scope, up to its size.
        is_complete: Whether these are all that there can be.
    """

    events: CountedEvents
    is_complete: bool


class CountSummary(NamedTuple):
    """How far a witness has counted.

    Attributes:
        org: The organisation.
        began: When it began, in seconds since 1970.
        heard, told: How many events it heard as they were recorded, and how many the gateway told it later.
        spans: From where to where it knows of all.
        contradiction: What shows that the log holds other events than those that were counted; None where nothing does.
    """

    org: str
    began: int
    heard: int
    told: int
    spans: Sequence[Span]
    contradiction: str | None


class Taken(NamedTuple):
    """What became of events that were to be counted.

    Attributes:
        contradiction: What does not go together with what was counted before, in a sentence; None where all does.
        is_missing: Whether an event was missed where all were believed to be known.
    """

    contradiction: str | None
    is_missing: bool


class EventCount:
    """The events of one organisation. A thread at a time uses it.

    Args:
        org: The organisation.
        now: The time, in seconds since 1970.

    Raises:
        WitnessRecordsUnusable: these records count another organisation.
    """

    def __init__(self, records: Records, org: str, now: int):
        self._records = records
        self._db = records.db
        self.org = org
        with records.changing():
            found = self._db.execute("SELECT org FROM counting").fetchone()
            if found is None:
                self._db.execute("INSERT INTO counting VALUES (?, NULL, ?, NULL)", (org, now))
            elif found != (org,):
                raise WitnessRecordsUnusable(
                    f"This witness counts the events of {found[0]}. For {org}, make another one with a key of its own."
                )

    def take(self, stream: str | None, events: Iterable[SeenEvent], spans: Iterable[Span]) -> Taken:
        """Count events, and remember from where to where they are all; on the disk when this returns.

        Args:
            stream: The stream of NATS that holds them, where that is known.
        """
        with self._records.changing():
            for span in spans:
                self._cover(span)
            wrong, is_missing = self._of_another_stream(stream), False
            for event in events:
                wrong = self._count(event) or wrong
                is_missing = self._misses_one_before(event) or is_missing
            if wrong is not None:
                self._db.execute("UPDATE counting SET contradiction = coalesce(contradiction, ?)", (wrong,))
            return Taken(wrong, is_missing)

    def known_to(self) -> int:
        """Up to which position, from the log's beginning, it knows of all events; 0 for none."""
        found = self._db.execute("SELECT last FROM covered WHERE first = 1").fetchone()
        return 0 if found is None else int(found[0])

    def of(self, scope: str, size: int) -> Count:
        """What was counted of an organisation, a patient or a goal among the first positions of the log.

        Args:
            scope: `ORG`, `ORG.PATIENT` or `ORG.PATIENT.GOAL`.
            size: How many positions.
        """
        _, patient, goal = (*scope.split("."), None, None)[:3]
        rows = self._db.execute(
            "SELECT position FROM events WHERE position <= ? AND (? IS NULL OR patient = ?) AND (? IS NULL OR goal = ?)"
            " ORDER BY position",
            (size, patient, patient, goal, goal),
        )
        counted = CountedEvents(position for (position,) in rows)
        return Count(counted, self._covers(self._begin(patient, goal or PLAN), size))

    def contradiction(self) -> str | None:
        """What shows that the log holds other events than those that were counted; None where nothing does."""
        (found,) = self._db.execute("SELECT contradiction FROM counting").fetchone()
        return found if found is None else str(found)

    def _count(self, event: SeenEvent) -> str | None:
        found = self._db.execute(
            "SELECT patient, goal, is_first FROM events WHERE position = ?", (event.position,)
        ).fetchone()
        if found is not None:
            is_first = found[2] if event.before is None else event.before == 0
            if found == (event.patient, event.goal, is_first):
                return None
            return f"At position {event.position} there was another event before."
        self._db.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?)",
            (event.position, event.patient, event.goal, event.before == 0, event.is_heard),
        )
        return None

    def _misses_one_before(self, event: SeenEvent) -> bool:
        """Whether the goal's event before this one was not counted, although all were believed to be known there."""
        position = event.before
        if not position:
            return False
        if self._db.execute("SELECT 1 FROM events WHERE position = ?", (position,)).fetchone() is not None:
            return False
        found = self._db.execute(
            "SELECT first, last FROM covered WHERE first <= ? AND last >= ?", (position, position)
        ).fetchone()
        if found is None:
            return False
        first, last = found
        self._db.execute("DELETE FROM covered WHERE first = ?", (first,))
        for begin, end in ((first, position - 1), (position + 1, last)):
            if begin <= end:
                self._db.execute("INSERT INTO covered VALUES (?, ?)", (begin, end))
        return True

    def _of_another_stream(self, stream: str | None) -> str | None:
        if stream is None:
            return None
        self._db.execute("UPDATE counting SET stream = coalesce(stream, ?)", (stream,))
        (known,) = self._db.execute("SELECT stream FROM counting").fetchone()
        return None if known == stream else f"The events are in the stream {stream} now, and were in {known} before."

    def _cover(self, span: Span) -> None:
        first, last = span
        if last < first:
            return
        touching = self._db.execute(
            "SELECT first, last FROM covered WHERE first <= ? AND last >= ?", (last + 1, first - 1)
        ).fetchall()
        for begin, end in touching:
            self._db.execute("DELETE FROM covered WHERE first = ?", (begin,))
            first, last = min(first, begin), max(last, end)
        self._db.execute("INSERT INTO covered VALUES (?, ?)", (first, last))

    def _begin(self, patient: str | None, goal: str) -> int:
        """From where on all has to be known: no event of a patient comes before the first one of the plan."""
        found = self._db.execute(
            "SELECT position FROM events WHERE patient = ? AND goal = ? AND is_first", (patient, goal)
        ).fetchone()
        return 1 if found is None else int(found[0])

    def _covers(self, first: int, last: int) -> bool:
        found = self._db.execute("SELECT 1 FROM covered WHERE first <= ? AND last >= ?", (first, max(first, last)))
        return last == 0 or found.fetchone() is not None


def summary_of(records: Records) -> CountSummary | None:
    """How far a witness has counted; None where it counts nobody's events."""
    found = records.db.execute("SELECT org, began, contradiction FROM counting").fetchone()
    if found is None:
        return None
    org, began, contradiction = found
    counts = records.db.execute("SELECT coalesce(sum(is_heard), 0), count(*) FROM events").fetchone()
    spans = [Span(*row) for row in records.db.execute("SELECT first, last FROM covered ORDER BY first")]
    return CountSummary(org, began, counts[0], counts[1] - counts[0], spans, contradiction)
