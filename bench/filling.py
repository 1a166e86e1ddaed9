"""Filling a log with synthetic goals, quickly and in the order in which a clinic would: everyone a step at a time."""

import asyncio
from collections.abc import Iterator, Sequence

from bench.life import Step
from bench.options import Stage
from events.identity import GoalId
from events.log import Append, Log

_SIDE_BY_SIDE = 2000


class _Patient:
    """One patient's steps as they are recorded."""

    __slots__ = ("_at", "_steps", "goes_on")

    def __init__(self, steps: Iterator[Step]):
        self._steps = steps
        self._at: dict[GoalId, tuple[int, int]] = {}
        self.goes_on = True

    async def step(self, log: Log) -> int:
        """Record the next step; how many events it had."""
        events = next(self._steps, None)
        if events is None:
            self.goes_on = False
            return 0
        goal_id = events[0].goal_id
        version, position = self._at.get(goal_id, (0, 0))
        recorded = await log.append(Append(events, version, position))
        self._at[goal_id] = recorded[-1].version, recorded[-1].position
        return len(events)


async def fill(log: Log, patients: Sequence[Iterator[Step]], stage: Stage | None = None) -> int:
    """Record the first step of every patient, then the second of every patient, and so on to the last.

    A goal's events so lie apart in the log, as they do in life. What is appended at once shares atomic batches.

    Args:
        patients: The steps of each; no two may be about the same patient.
        stage: Advanced by every event, where someone is watching.

    Returns:
        How many events the log now has more.
    """
    going = [_Patient(steps) for steps in patients]
    filled = 0
    while going:
        for start in range(0, len(going), _SIDE_BY_SIDE):
            counts = await asyncio.gather(*(each.step(log) for each in going[start : start + _SIDE_BY_SIDE]))
            filled += sum(counts)
            if stage is not None:
                stage.advance(sum(counts))
        going = [each for each in going if each.goes_on]
    return filled
