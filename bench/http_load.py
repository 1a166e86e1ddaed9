"""The load of `cairn bench http`: so many connections that ask a gateway about some goals, each on its part of them."""

from collections.abc import Sequence
from itertools import count, cycle

from bench.driving import Operation, all_of, drive
from bench.entries import Entries
from bench.http_connection import HttpConnection
from bench.http_requests import Request
from bench.options import Bounds
from bench.result import Run
from events.envelope import STRUCTURED
from events.identity import GoalId

_LIST_ITEMS = 50


class HttpLoad:
    """Asks a gateway about some goals. Each connection goes round a part of them; no two entries are the same."""

    def __init__(self, goals: Sequence[GoalId]):
        self._goals = goals
        self._numbers = count(1)

    async def once_around(self, connections: Sequence[HttpConnection]) -> None:
        """Submit one entry for each goal: the goals service has then loaded them all."""
        submit = self._submitting(connections)
        await all_of(_times(len(part), submit, number) for number, part in enumerate(self._parts(len(connections))))

    async def run(self, request: Request, connections: Sequence[HttpConnection], bounds: Bounds) -> Run:
        """One run: each connection asks again and again until the bounds are reached."""
        operation = self._submitting(connections) if request == "submit" else self._reading(request, connections)
        return await drive(len(connections), operation, bounds)

    def _submitting(self, connections: Sequence[HttpConnection]) -> Operation:
        entries = [Entries(part, self._numbers) for part in self._parts(len(connections))]

        async def submit(number: int) -> None:
            _, body = entries[number].make()
            await connections[number].post("/v1/events", STRUCTURED, body)

        return submit

    def _reading(self, request: Request, connections: Sequence[HttpConnection]) -> Operation:
        paths = [cycle([_path(request, goal_id) for goal_id in part]) for part in self._parts(len(connections))]

        async def read(number: int) -> None:
            await connections[number].get(next(paths[number]))

        return read

    def _parts(self, count: int) -> list[Sequence[GoalId]]:
        return [self._goals[number::count] for number in range(count)]


async def _times(times: int, operation: Operation, number: int) -> None:
    for _ in range(times):
        await operation(number)


def goal_path(goal_id: GoalId) -> str:
    """Where a goal is read."""
    return f"/v1/orgs/{goal_id.org}/patients/{goal_id.patient}/goals/{goal_id.goal}"


def _path(request: Request, goal_id: GoalId) -> str:
    if request == "goal":
        return goal_path(goal_id)
    return f"/v1/orgs/{goal_id.org}/{request}?limit={_LIST_ITEMS}"
