"""Events on their way into the log: what many patients tell, appended without a service, as fast as it is read."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import groupby

from events.envelope import read_recorded
from events.event import Event
from events.identity import GoalId
from events.log import Append, Log
from tests.builders import entry, event
from tests.contract.projections.story import READ, story

AHEAD = 500
"""How many events more than its readers have taken in there are usually: there is always work for them."""
_DAYS = 20
_AT_ONCE = 5
_LOOK_SECONDS = 0.02
_FLOWING_SECONDS = 200

TOLD = sorted(
    [
        *(read_recorded(each).event for each in story()),
        *(event(READ, entry(f"day-{day}")) for day in range(_DAYS)),
    ],
    key=lambda each: each.goal_id,
)
"""What is told of two patients, goal by goal: every kind of row comes of it, and one goal goes on for long."""


class Flow:
    """As many patients as there are events for; something of each of them comes in turn.

    Args:
        events: About how many events there are in all.
    """

    def __init__(self, log: Log, org: str, events: int):
        times = -(-events // len(TOLD))
        self.total = times * len(TOLD)
        self._log = log
        self._told = [[_again(each, org, number) for each in TOLD] for number in range(times)]
        self._sent = 0
        self._may_send = asyncio.Event()

    async def all_at_once(self) -> None:
        """Append everything, whoever reads it."""
        self._may_send.set()
        async with asyncio.timeout(_FLOWING_SECONDS), asyncio.TaskGroup() as group:
            for told in self._told:
                group.create_task(self._tell(told))

    @asynccontextmanager
    async def under_way(self, taken_in: Callable[[], int], ahead: int = AHEAD) -> AsyncIterator[None]:
        """Append everything while the block lasts, and for as long as it takes.

        Args:
            taken_in: How many of the events the slowest reader has taken in.
            ahead: How many more there may be.
        """
        keeping_pace = asyncio.create_task(self._keep_pace(taken_in, ahead))
        try:
            async with asyncio.timeout(_FLOWING_SECONDS), asyncio.TaskGroup() as group:
                for told in self._told:
                    group.create_task(self._tell(told))
                yield
        finally:
            keeping_pace.cancel()
            await asyncio.wait([keeping_pace])

    async def _keep_pace(self, taken_in: Callable[[], int], ahead: int) -> None:
        while True:
            if self._sent < taken_in() + ahead:
                self._may_send.set()
            else:
                self._may_send.clear()
            await asyncio.sleep(_LOOK_SECONDS)

    async def _tell(self, told: list[Event]) -> None:
        at: dict[GoalId, tuple[int, int]] = {}
        for goal_id, events in _appends(told):
            await self._may_send.wait()
            version, position = at.get(goal_id, (0, 0))
            self._sent += len(events)
            recorded = await self._log.append(Append(events, version, position))
            at[goal_id] = recorded[-1].version, recorded[-1].position


def _again(event: Event, org: str, number: int) -> Event:
    """The same of somebody else."""
    return replace(event, goal_id=GoalId(org, f"{event.goal_id.patient}-{number}", event.goal_id.goal))


def _appends(told: list[Event]) -> Iterator[tuple[GoalId, tuple[Event, ...]]]:
    for goal_id, group in groupby(told, key=lambda each: each.goal_id):
        events = tuple(group)
        for start in range(0, len(events), _AT_ONCE):
            yield goal_id, events[start : start + _AT_ONCE]
