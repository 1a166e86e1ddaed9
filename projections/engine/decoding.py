"""What a batch of the log brings: the readable events goal by goal, and those that go to quarantine.

An event can void a message that could not be read. The goal is then taken in from that message on: the events that were
put into quarantine since then are read again from the log.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from events.envelope import StoredMessage, UnreadableEvent, read_recorded
from events.event import RecordedEvent
from events.identity import LOG, GoalId
from events.log.anchor import Anchor
from events.voiding import read_events, voided_by
from projections.engine.projection import Projected, Projection
from projections.engine.quarantine import Quarantined, behind_quarantined, reason_of

_NONE: Mapping[str, Sequence[StoredMessage]] = {}


class ReadOnce(StoredMessage):
    """A message that several projections take in: what the first one makes of it is made for all."""

    _recorded: RecordedEvent | None = None
    _anchor: Anchor | None = None

    @property
    def anchor(self) -> Anchor:
        """The anchor at it."""
        if self._anchor is None:
            self._anchor = Anchor.at(self)
        return self._anchor

    def read(self) -> RecordedEvent:
        """The event.

        Raises:
            UnreadableEvent: as :func:`events.envelope.read_recorded`.
        """
        if self._recorded is None:
            self._recorded = read_recorded(self)
        return self._recorded


def anchor_at(message: StoredMessage) -> Anchor:
    """The anchor at a message."""
    return message.anchor if isinstance(message, ReadOnce) else Anchor.at(message)


class Arrival:
    """A batch: the events of each goal, in order, and those that could not be read or whose goal is in quarantine.

    A goal's events are decoded when it is its turn: those of a large batch would take more memory than all else. Its
    messages are dropped then, so that there is room for the rows that they become.

    Args:
        messages: All of the batch.
        quarantined_at: The subjects that are in quarantine already, and the position since which they are.
        again: All that is stored on the subjects on which a message of the batch voids another (`read_again`).

    Attributes:
        quarantined: Those for quarantine, of the goals that have had their turn.
        again: The subjects whose events in quarantine are all here once more, so that they can leave it.
    """

    def __init__(
        self,
        messages: Sequence[StoredMessage],
        quarantined_at: Mapping[str, int],
        again: Mapping[str, Sequence[StoredMessage]] = _NONE,
    ):
        self.quarantined: list[Quarantined] = []
        self.again = frozenset(again)
        self._begin, self._end = messages[0].position, messages[-1].position
        self._messages: dict[str, list[StoredMessage]] = {}
        for message in messages:
            if (others := self._messages.get(message.subject)) is None:
                self._messages[message.subject] = [message]
            else:
                others.append(message)
        self._quarantined_at = quarantined_at
        self._stored_again = again

    def goals(self) -> Iterator[tuple[GoalId, Sequence[RecordedEvent]]]:
        """The events of each goal that has any which can be read. To be taken once."""
        for subject, stored in self._stored_again.items():
            known = [each for each in stored if each.position <= self._end]
            events, rest = read_quarantined(known, self._quarantined_at.get(subject, self._begin))
            self.quarantined += rest
            if events:
                yield events[0].goal_id, events
        for subject in tuple(self._messages):
            messages = self._messages.pop(subject)
            if subject not in self.again and (events := self._decoded(subject, messages)):
                yield events[0].event.goal_id, events

    def _decoded(self, subject: str, messages: Sequence[StoredMessage]) -> list[RecordedEvent]:
        """What can be read of the messages on one subject; the rest goes to quarantine."""
        since = self._quarantined_at.get(subject)
        events: list[RecordedEvent] = []
        for message in messages:
            if since is not None:
                self.quarantined.append(behind_quarantined(message.position, subject, since))
                continue
            try:
                events.append(message.read() if isinstance(message, ReadOnce) else read_recorded(message))
            except UnreadableEvent as error:
                since = message.position
                self.quarantined.append(Quarantined(since, subject, error.reason))
        return events


def read_quarantined(messages: Sequence[StoredMessage], since: int) -> tuple[list[RecordedEvent], list[Quarantined]]:
    """What can be taken in of a goal that was quarantined, and what stays in quarantine.

    Args:
        messages: All of the goal, from its first on, as its versions may have to be counted.
        since: The position from which on it is to be taken in.
    """
    events, unreadable = read_events(messages)
    rest: list[Quarantined] = []
    for error in unreadable.values():  # of the one subject
        later = (each for each in messages if each.position > error.position)
        rest = [
            Quarantined(error.position, error.subject, error.reason),
            *(behind_quarantined(each.position, each.subject, error.position) for each in later),
        ]
    return [event for event in events if event.position >= since], [each for each in rest if each.position >= since]


def voiding(messages: Sequence[StoredMessage]) -> dict[str, int]:
    """The subjects on which a message of the batch voids another, and the last position of such a message."""
    return {message.subject: message.position for message in messages if voided_by(message) is not None}


# Any: the state's type is the projection's own affair.
def project_goal(
    projection: Projection[Any], state: Any, events: Sequence[RecordedEvent]
) -> tuple[Projected[Any] | None, Sequence[Quarantined]]:
    """Project one goal's events, as far as the projector can take them.

    Returns:
        The changes of the longest run of events from the first on that can be projected (None when it is empty), and
        the rest for quarantine.
    """
    reason = ""
    taken: Projected[Any] | None = None
    sound, broken = 0, len(events) + 1  # The first `sound` events can be projected, the first `broken` cannot.
    upto = len(events)
    while sound < upto < broken:
        try:
            taken = projection.project(state, events[:upto])
            sound = upto
        except Exception as error:  # noqa: BLE001 - whatever a projector raises must cost this goal only
            reason = reason_of(error)
            broken = upto
        upto = (sound + broken) // 2
    if sound == len(events):
        return taken, ()
    poison, *later = events[sound:]
    subject = poison.goal_id.on(LOG)
    first = Quarantined(poison.position, subject, reason)
    return taken, (first, *(behind_quarantined(event.position, subject, poison.position) for event in later))
