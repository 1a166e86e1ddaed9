"""Daily entries as clients submit them: structured CloudEvents, made so that one costs the client little."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count, cycle

from pydantic_core import to_json

from bench.entry import entry, token
from events.envelope import structured
from events.identity import GoalId


class Entries:
    """Makes entries that go round some goals.

    Args:
        numbers: The numbers of the entries. Whoever submits to the same goals draws from the same ones, so that no
            entry is a duplicate.
    """

    def __init__(self, goals: Sequence[GoalId], numbers: Iterator[int] | None = None):
        self._numbers = count(1) if numbers is None else numbers
        self._round = cycle([(goal_id, _template(goal_id)) for goal_id in goals])

    def make(self) -> tuple[GoalId, bytes]:
        """The next entry: the goal that it is about, and the event."""
        goal_id, template = next(self._round)
        return goal_id, token(next(self._numbers)).encode().join(template)


def _template(goal_id: GoalId) -> list[bytes]:
    """A structured CloudEvent around the places of its name."""
    event = entry(goal_id, 0, datetime.now(UTC))
    return to_json(structured(event)).split(token(0).encode())
