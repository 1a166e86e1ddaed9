"""The endurance case of `cairn bench whole`: the same load for many minutes, while diaries grow.

So many submissions and readings of a goal are begun each second, among a few hundred active goals, and what the last
two minutes were like is set beside what the first two were like.
"""

import asyncio
from itertools import cycle
from time import perf_counter
from typing import NamedTuple

from bench.builds import Build
from bench.driving import all_of, pace
from bench.gateway import ORG
from bench.http_connection import HttpReaders, http_connections
from bench.http_requests import path
from bench.life import goal_ids
from bench.live import Live, live
from bench.options import Options
from bench.processes import Processes
from bench.result import ProcessUse, Run

SUBMISSIONS_A_SECOND = 150.0
READINGS_A_SECOND = 10.0
GOALS = 300
_CONNECTIONS = 8
_WINDOW_SECONDS = 120.0


class Endured(NamedTuple):
    """What was done in the first minutes, and in the last."""

    first: Run
    last: Run


class _Timed:
    """When each operation was due, from the beginning on, and how long after that it was answered."""

    def __init__(self) -> None:
        self._began = perf_counter()
        self._due: list[float] = []
        self._took: list[float] = []

    def answered(self, due: float) -> None:
        self._due.append(due - self._began)
        self._took.append(perf_counter() - due)

    def between(self, begin: float, end: float, processes: tuple[ProcessUse, ...]) -> Run:
        took = [took for due, took in zip(self._due, self._took, strict=True) if begin <= due < end]
        return Run.of(len(took), end - begin, took, processes)


async def endure(build: Build, options: Options, minutes: float) -> dict[str, Endured]:
    """One run on an installation of its own: its submissions, and its readings.

    The first and the last part are two minutes each, or half of a run that is shorter than four.
    """
    seconds = minutes * 60
    part = min(_WINDOW_SECONDS, seconds / 2)
    async with (
        live(build, options, goal_ids(ORG, GOALS)) as there,
        http_connections(there.installation.http_port, _CONNECTIONS, there.installation.token) as connections,
    ):
        submissions, readings = _Timed(), _Timed()
        uses: list[tuple[ProcessUse, ...]] = []
        await all_of(
            (
                _submit(there, submissions, seconds),
                _read(there, HttpReaders(connections), readings, seconds),
                _watch(there, seconds, part, uses),
            )
        )
    first, last = uses
    return {
        name: Endured(timed.between(0.0, part, first), timed.between(seconds - part, seconds, last))
        for name, timed in (("submissions", submissions), ("readings", readings))
    }


async def _submit(there: Live, timed: _Timed, seconds: float) -> None:
    (submitter,) = there.submitters(1)

    async def submit(_: int, due: float) -> None:
        await submitter.submit()
        timed.answered(due)

    await pace(SUBMISSIONS_A_SECOND, seconds, submit)


async def _read(there: Live, readers: HttpReaders, timed: _Timed, seconds: float) -> None:
    paths = cycle([path("goal", goal_id) for goal_id in there.goals])

    async def read(_: int, due: float) -> None:
        await readers.get(next(paths))
        timed.answered(due)

    await pace(READINGS_A_SECOND, seconds, read)


async def _watch(there: Live, seconds: float, part: float, uses: list[tuple[ProcessUse, ...]]) -> None:
    for pause in (0.0, seconds - 2 * part):
        await asyncio.sleep(pause)
        processes = Processes(there.installation.pid)
        await asyncio.sleep(part)
        uses.append(await asyncio.to_thread(processes.use))
