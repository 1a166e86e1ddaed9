"""What a peer of `bench http` is: another server that answers from the database file of an installation."""

from collections.abc import Mapping
from typing import Protocol

from bench.http_requests import Reading
from events.identity import GoalId


class Reader(Protocol):
    """A server on loopback.

    Attributes:
        port: Where it listens.
    """

    port: int

    async def prepare(self, answers: Mapping[str, bytes]) -> None:
        """Get ready for a reading, of which these are the gateway's own answers, by path."""

    def path(self, reading: Reading, goal_id: GoalId) -> str:
        """Where it answers the same question, or the one that comes nearest."""
