"""A projector's own check that nothing is missing between what it knows and what it is given."""

from collections.abc import Sequence

from events.errors import CairnError
from events.event import RecordedEvent


class OutOfSequence(CairnError):
    """The versions of a goal's events do not follow on each other."""


def expect_next(version: int | None, events: Sequence[RecordedEvent]) -> None:
    """Check that each event is one version on.

    Args:
        version: Of the state before the events; None when there is no state, and any version may come first.

    Raises:
        OutOfSequence: when one is missing or comes twice.
    """
    expected = events[0].version if version is None else version + 1
    for recorded in events:
        if recorded.version != expected:
            raise OutOfSequence(f"version {recorded.version} of {recorded.goal_id} came where {expected} is next")
        expected += 1
