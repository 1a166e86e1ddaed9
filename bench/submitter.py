"""The client's side of the loads: submitting daily entries by NATS request/reply."""

from datetime import UTC, datetime

from nats.aio.client import Client
from pydantic_core import from_json, to_json

from bench.entry import entry, token
from bench.ground import BenchFailed
from events.envelope import STRUCTURED, structured
from events.identity import SUBMIT, GoalId

_HEADERS = {"content-type": STRUCTURED}
_SUBMIT_ANSWER_SECONDS = 30.0


class Submitter:
    """Submits daily entries, going round some active goals that are nobody else's."""

    def __init__(self, nc: Client, goals: list[GoalId]):
        self._nc = nc
        self._goals = goals
        self._templates = [_template(goal_id) for goal_id in goals]
        self._submitted = 0

    async def once_around(self) -> None:
        """Submit one entry for each of the goals, one after another."""
        for _ in self._goals:
            await self.submit()

    async def submit(self) -> tuple[GoalId, int]:
        """Submit the next entry; the goal it is about, and the position at which it was recorded.

        Raises:
            BenchFailed: it was not recorded.
        """
        self._submitted += 1
        turn = self._submitted % len(self._goals)
        goal_id = self._goals[turn]
        body = token(self._submitted).encode().join(self._templates[turn])
        reply = await self._nc.request(goal_id.on(SUBMIT), body, timeout=_SUBMIT_ANSWER_SECONDS, headers=_HEADERS)
        outcome = from_json(reply.data)
        if outcome["status"] != "recorded" or outcome["duplicate"]:
            raise BenchFailed(f"A submission was not recorded: {reply.data[:300].decode()}")
        return goal_id, outcome["events"][0]["position"]


def _template(goal_id: GoalId) -> list[bytes]:
    """A structured CloudEvent around the places of its name, so that making one costs the client little."""
    event = entry(goal_id, 0, datetime.now(UTC))
    return to_json(structured(event)).split(token(0).encode())
