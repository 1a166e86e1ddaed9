"""Messages of the log that cannot be read, and the events by which an operator voids them.

A message that no installed version of Cairn can read stops everything that depends on it. Nothing can be removed from
the log, so an operator records after it, on the same subject, that it is void (`cairn.goal.voided.v1`,
`cairn.plan.voided.v1`). From then on every reader skips the message, also a reader that could read it, so that all
readers have the same events. A version counts the events that are read, so on a subject with a void message the
versions are counted again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from events.envelope import StoredMessage, UnreadableEvent, read_recorded
from events.event import RecordedEvent
from events.goal import types as goal_types
from events.plan import types as plan_types

VOIDING = frozenset({goal_types.Voided.type_name, plan_types.Voided.type_name})
"""The types of the events that void a message."""


class Readable(NamedTuple):
    """The readable events among some messages.

    Attributes:
        events: The events in log order, without void messages; of each subject only those before its first unreadable
            message.
        unreadable: For each subject, the first message that cannot be read and is not void.
    """

    events: list[RecordedEvent]
    unreadable: Mapping[str, UnreadableEvent]


def voided_by(stored: StoredMessage) -> int | None:
    """The position of the message that a message voids; None when it voids none."""
    if stored.headers.get("ce-type") not in VOIDING:
        return None
    try:
        data = read_recorded(stored).data
    except UnreadableEvent:
        return None
    if isinstance(data, goal_types.Voided | plan_types.Voided) and data.position < stored.position:
        return data.position
    return None


def voided(messages: Iterable[StoredMessage]) -> frozenset[tuple[str, int]]:
    """The subject and position of each message that a later message on the same subject voids."""
    named = ((stored.subject, voided_by(stored)) for stored in messages)
    return frozenset((subject, position) for subject, position in named if position is not None)


def read_events(messages: Sequence[StoredMessage]) -> Readable:
    """Read the messages of some subjects, of each up to its first unreadable one.

    Args:
        messages: The messages in log order. Of a subject on which a message is void, all messages from the first on
            are needed, because its versions are counted.
    """
    void = voided(messages)
    counts = {subject: _Count() for subject, _ in void}
    events: list[RecordedEvent] = []
    unreadable: dict[str, UnreadableEvent] = {}
    for stored in messages:
        subject = stored.subject
        if subject in unreadable or (subject, stored.position) in void:
            continue
        try:
            recorded = read_recorded(stored)
        except UnreadableEvent as error:
            unreadable[subject] = error
            continue
        count = counts.get(subject)
        events.append(count.counted(recorded) if count else recorded)
    return Readable(events, unreadable)


def readable(messages: Sequence[StoredMessage]) -> list[RecordedEvent]:
    """The events of messages that must all be readable.

    Raises:
        UnreadableEvent: the first message that cannot be read.
    """
    events, unreadable = read_events(messages)
    if unreadable:
        raise min(unreadable.values(), key=lambda error: error.position)
    return events


def version_behind(messages: Iterable[StoredMessage], position: int) -> int:
    """The version of an event that is recorded next and voids the message at a position.

    Args:
        messages: All messages of one subject, in log order.
    """
    kept = list(messages)
    void = voided(kept) | {(stored.subject, stored.position) for stored in kept if stored.position == position}
    return 1 + sum(
        (stored.subject, stored.position) not in void and reason_unreadable(stored) is None for stored in kept
    )


def reason_unreadable(stored: StoredMessage) -> str | None:
    """Why a message cannot be read; None when it can be."""
    try:
        read_recorded(stored)
    except UnreadableEvent as error:
        return error.reason
    return None


class _Count:
    """Counts the events of one subject again, as a newer Cairn may have counted a message that is void."""

    def __init__(self) -> None:
        self._version = 0
        self._now: dict[int, int] = {}
        """What a version was recorded as → what it is. One may be there twice; causes speak of the later one."""

    def counted(self, recorded: RecordedEvent) -> RecordedEvent:
        self._version += 1
        version = self._now[recorded.version] = self._version
        if version == recorded.version:  # so have those before it, the one that it follows from among them
            return recorded
        cause = recorded.event.cause
        event = recorded.event if cause is None else replace(recorded.event, cause=self._now.get(cause, cause))
        return replace(recorded, event=event, version=version)
