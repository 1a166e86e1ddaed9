"""The ways in which the goals service comes by a goal's history, each with what it does for one random goal."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from bench.failed import BenchFailed
from bench.ground import Ground, service
from bench.life import GOAL_EVENTS
from bench.submitter import Submitter
from events.identity import GoalId
from events.log.snapshots import Snapshots
from services.goals.histories import Histories

Operation = Callable[[int], Awaitable[object]]
WITH_PLAN = 2
"""Room in memory for a goal and its plan, which is loaded with it."""
_SEED = 20


@asynccontextmanager
async def in_memory(ground: Ground, goals: Sequence[GoalId]) -> AsyncIterator[Operation]:
    """The history is in the service's memory."""
    async with _histories(ground, WITH_PLAN * len(goals)) as histories:
        for goal_id in goals:
            await histories.get(goal_id)
        draw = _drawing(goals)

        async def load(_: int) -> None:
            goal_id = draw()
            _check(goal_id, (await histories.get(goal_id)).version)

        yield load


@asynccontextmanager
async def anew(ground: Ground, goals: Sequence[GoalId], snapshot_version: int) -> AsyncIterator[Operation]:
    """It is not: it is loaded through the snapshot of this version, or from the log when there is none."""
    async with _histories(ground, WITH_PLAN) as histories:
        draw = _drawing(goals)

        async def load(_: int) -> None:
            goal_id = draw()
            histories.drop(goal_id)
            history = await histories.get(goal_id)
            _check(goal_id, history.version)
            if history.snapshot_version != snapshot_version:
                raise BenchFailed(f"{goal_id} was loaded through a snapshot of version {history.snapshot_version}.")

        yield load


@asynccontextmanager
async def events_alone(ground: Ground, goals: Sequence[GoalId]) -> AsyncIterator[Operation]:
    """Its events are read from the log and decoded, not folded."""
    draw = _drawing(goals)

    async def read(_: int) -> None:
        goal_id = draw()
        _check(goal_id, len(await ground.log.read(goal_id)))

    yield read


@asynccontextmanager
async def submitted(ground: Ground, goals: Sequence[GoalId], cached_goals: int) -> AsyncIterator[Operation]:
    """Whole submissions to the service in its own process, which keeps so many histories in memory.

    The goals are gone round in a random order. So all of them are in memory when there is room for each and its plan,
    and none when there is room for one and its plan.
    """
    async with service(ground.settings(cached_goals=cached_goals), "goals"):
        submitter = Submitter(ground.nc, random.Random(_SEED).sample(goals, len(goals)))
        if cached_goals >= WITH_PLAN * len(goals):
            await submitter.once_around()
        yield lambda _: submitter.submit()


@asynccontextmanager
async def _histories(ground: Ground, limit: int) -> AsyncIterator[Histories]:
    snapshots = Snapshots(ground.nc)
    yield Histories(ground.log, snapshots, limit=limit, snapshot_every=GOAL_EVENTS)
    await snapshots.close()


def _drawing(goals: Sequence[GoalId]) -> Callable[[], GoalId]:
    drawn = random.Random(_SEED)
    return lambda: drawn.choice(goals)


def _check(goal_id: GoalId, events: int) -> None:
    if events != GOAL_EVENTS:
        raise BenchFailed(f"{goal_id} has {GOAL_EVENTS} events, and {events} were found.")
