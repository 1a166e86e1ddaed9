"""The client's side of the loads: submitting daily entries by NATS request/reply."""

from collections.abc import Iterator, Sequence

from nats.aio.client import Client
from pydantic_core import from_json

from bench.entries import Entries
from bench.failed import BenchFailed
from events.envelope import STRUCTURED
from events.identity import SUBMIT, GoalId

_HEADERS = {"content-type": STRUCTURED}
_SUBMIT_ANSWER_SECONDS = 30.0


class Submitter:
    """Submits daily entries, going round some active goals that are nobody else's.

    Args:
        numbers: Of the entries; see :class:`Entries`.
    """

    def __init__(self, nc: Client, goals: Sequence[GoalId], numbers: Iterator[int] | None = None):
        self._nc = nc
        self._goals = goals
        self._entries = Entries(goals, numbers)

    async def once_around(self) -> None:
        """Submit one entry for each of the goals, one after another."""
        for _ in self._goals:
            await self.submit()

    async def submit(self) -> tuple[GoalId, int]:
        """Submit the next entry; the goal it is about, and the position at which it was recorded.

        Raises:
            BenchFailed: it was not recorded.
        """
        goal_id, body = self._entries.make()
        reply = await self._nc.request(goal_id.on(SUBMIT), body, timeout=_SUBMIT_ANSWER_SECONDS, headers=_HEADERS)
        outcome = from_json(reply.data)
        if outcome["status"] != "recorded" or outcome["duplicate"]:
            raise BenchFailed(f"A submission was not recorded: {reply.data[:300].decode()}")
        return goal_id, outcome["events"][0]["position"]
