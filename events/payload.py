"""The base class of every event's payload."""

from collections.abc import Mapping
from typing import ClassVar

from events.vocabulary import Value

RECORDED: Mapping[str, bool] = {"recorded": True}
"""The validation context of what comes out of the log: it was checked against the world outside when it was offered."""


class Payload(Value):
    """What an event says, apart from who said it and when (that is the envelope's part)."""

    type_name: ClassVar[str]
    """The CloudEvents type, such as `cairn.goal.proposed.v1`."""
