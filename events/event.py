"""An event: first as it is submitted, then as the log stores it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from events.attribute_headers import Extension
from events.identity import GoalId
from events.payload import Payload
from events.vocabulary import STAFF, Actor, SubmitterRole


class Enterer(NamedTuple):
    """Whoever entered an event for its actor.

    Attributes:
        id: An opaque id.
        role: In which role; None where the sender names them and Cairn does not know them.
    """

    id: str
    role: SubmitterRole | None


@dataclass(frozen=True, slots=True)
class Event:
    """An event as a sender submits it, or as it follows from a submission.

    Attributes:
        goal_id: The goal or plan that the event is about.
        source, id: Together the idempotency key within that goal or plan.
        time: When the event happened, according to its sender; with an offset.
        expected_version: The event is refused unless the goal is at this version.
        cause: For an event that follows from another event of the same goal, the version of that one.
        entered_by: Who typed it in, where that was not the actor: an opaque id, as the sender says.
        submitted_by: Who submitted it, as Cairn knows them: the id of a principal, never what the sender says. It is
            `cairn` for an event that Cairn itself adds, and None for one that was recorded before Cairn knew.
        submitter_role: The role in which they submitted it; None where `submitted_by` is.
        extensions: CloudEvents extension attributes that Cairn has no meaning for, kept unchanged,
            with their types.
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
    entered_by: str | None = None
    submitted_by: str | None = None
    submitter_role: SubmitterRole | None = None

    @property
    def type_name(self) -> str:
        """The CloudEvents type."""
        return self.data.type_name

    def submitted(self, by: str, role: SubmitterRole) -> "Event":
        """The event with its submitter; dataclasses.replace would take five times as long for it."""
        return Event(
            self.goal_id,
            self.source,
            self.id,
            self.time,
            self.actor,
            self.data,
            self.expected_version,
            self.cause,
            self.extensions,
            self.entered_by,
            by,
            role,
        )

    @property
    def enterer(self) -> Enterer | None:
        """Whoever entered the event for its actor; None where that is the actor, or where nobody is named.

        That is the clinician or supervisor who submitted it, and otherwise whoever the sender says typed it in: a
        system that submits is no hand, it passes on what somebody has entered there.
        """
        if self.submitter_role in STAFF and self.submitted_by not in (None, self.actor.id):
            return Enterer(str(self.submitted_by), self.submitter_role)
        if self.entered_by not in (None, self.actor.id):
            return Enterer(str(self.entered_by), None)
        return None

    @property
    def key(self) -> tuple[str, str]:
        """The idempotency key: `(source, id)`."""
        return self.source, self.id


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as the log stores it.

    Attributes:
        position: The event's stream sequence in the log.
        version: The number of events that the goal (or plan) has, this one included.
        recorded_at: When the log stored the event (`recordedtime`), with an offset.
    """

    event: Event
    position: int
    version: int
    recorded_at: datetime

    @property
    def goal_id(self) -> GoalId:
        """The goal or plan that the event is about."""
        return self.event.goal_id

    @property
    def data(self) -> Payload:
        """What the event says."""
        return self.event.data

    @property
    def type_name(self) -> str:
        """The CloudEvents type."""
        return self.event.data.type_name
