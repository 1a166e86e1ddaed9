"""An event: who, when, what; first as it is offered, then as the log keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from events.attribute_headers import Extension
from events.identity import GoalId
from events.payload import Payload
from events.vocabulary import Actor


@dataclass(frozen=True, slots=True)
class Event:
    """An event as someone offers it (a submission), or as it follows from one.

    Attributes:
        goal_id: The goal or plan it is about.
        source, id: Together the idempotency key within that goal or plan.
        time: When it happened, as its sender says; with an offset.
        expected_version: Refuse the event unless the goal is at this version.
        cause: The version of the event of the same goal that this one follows from, for consequences.
        extensions: CloudEvents extension attributes that Cairn has no meaning for, kept as they came, with their types.
    """

    goal_id: GoalId
    source: str
    id: str
    time: datetime
    actor: Actor
    data: Payload
    expected_version: int | None = None
    cause: int | None = None
    extensions: Mapping[str, Extension] = field(default_factory=dict)

    @property
    def type_name(self) -> str:
        """The CloudEvents type."""
        return self.data.type_name

    @property
    def key(self) -> tuple[str, str]:
        """The idempotency key: `(source, id)`."""
        return self.source, self.id


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as the log keeps it.

    Attributes:
        position: Its stream sequence in the log.
        version: How many events its goal (or plan) has, this one included.
        recorded_at: When the log stored it (`recordedtime`), with an offset.
    """

    event: Event
    position: int
    version: int
    recorded_at: datetime

    @property
    def goal_id(self) -> GoalId:
        """The goal or plan it is about."""
        return self.event.goal_id

    @property
    def data(self) -> Payload:
        """What the event says."""
        return self.event.data

    @property
    def type_name(self) -> str:
        """The CloudEvents type."""
        return self.event.data.type_name
