"""What a batch of the log brings: the readable events goal by goal, and those that go to quarantine.

An event can void a message that could not be read. The goal is then taken in from that message on: the events that were
put into quarantine since then are read again from the log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Arrival:
    """The events of a batch by goal, in order, and those that could not be read or whose goal is in quarantine.

    Attributes:
        again: The subjects whose events in quarantine are all here once more, so that they can leave it.
    """

    by_goal: Mapping[GoalId, Sequence[RecordedEvent]]
    quarantined: Sequence[Quarantined]
    again: frozenset[str] = frozenset()


def read_messages(
    messages: Sequence[StoredMessage],
    quarantined_at: Mapping[str, int],
    again: Mapping[str, Sequence[StoredMessage]] = _NONE,
) -> Arrival:
    """Decode a batch.

    Args:
        quarantined_at: The subjects that are in quarantine already, and the position since which they are.
        again: All that is stored on the subjects on which a message of the batch voids another (`read_again`).
    """
    by_goal: dict[GoalId, list[RecordedEvent]] = {}
    quarantined: list[Quarantined] = []
    since = dict(quarantined_at)
    for subject, stored in again.items():
        known = [each for each in stored if each.position <= messages[-1].position]
        known_events, rest = read_quarantined(known, since.get(subject, messages[0].position))
        quarantined += rest
        if known_events:
            by_goal[known_events[0].goal_id] = known_events
    for message in messages:
        if message.subject in again:
            continue
        if message.subject in since:
            quarantined.append(behind_quarantined(message.position, message.subject, since[message.subject]))
            continue
        try:
            recorded = message.read() if isinstance(message, ReadOnce) else read_recorded(message)
        except UnreadableEvent as error:
            since[message.subject] = message.position
            quarantined.append(Quarantined(message.position, message.subject, error.reason))
            continue
        goal_id = recorded.event.goal_id
        if (events := by_goal.get(goal_id)) is None:
            by_goal[goal_id] = [recorded]
        else:
            events.append(recorded)
    return Arrival(by_goal, quarantined, frozenset(again))


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
