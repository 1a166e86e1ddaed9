"""The base class of every event's payload."""

from typing import ClassVar

from events.vocabulary import Value


class Payload(Value):
    """What an event says, apart from who said it and when (that is the envelope's part)."""

    type_name: ClassVar[str]
    """The CloudEvents type, such as `cairn.goal.proposed.v1`."""
