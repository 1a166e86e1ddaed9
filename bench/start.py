"""`cairn bench start`: starting a whole Cairn over logs of several sizes, and what depends on how long a log is.

For each size, and in turns with another build: the first build of all projections, by `cairn up` as it is; a restart
after that, until `/readyz` says that it is ready; and the memory of every process, while it catches up and at rest.
Then readings over each log, and how long SQL takes to count the rows of two views, on SQLite and PostgreSQL. An empty
log is started as well.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field

from bench.builds import OURS, Build, beside
from bench.counting import counted
from bench.databases import KINDS, Databases, Kind, databases
from bench.filling import fill_with_lives
from bench.gateway import ORG
from bench.ground import fill_data_dir, workplace
from bench.http_connection import http_connections
from bench.http_load import read
from bench.http_requests import READINGS, Reading, path
from bench.installation import Installation, installation
from bench.life import LIFE_EVENTS, goal_ids
from bench.machine import conditions
from bench.options import Bounds, Counts, Stages
from bench.pairing import Turn, in_turns
from bench.result import CLIENT, Case, Compared, Run, case
from bench.room import EVENT_BYTES, ROW_BYTES
from bench.start_parts import PARTS
from bench.starting import built, restarted
from events.identity import GoalId
from events.log.client.resilient import ResilientClient
from projections.catalog import NAMES

_REFERENCE = "v_goal_current"
_VIEWS = ("v_caseload", _REFERENCE)
_FILE = "cairn.db"
_GOALS_READ = 200


class StartOptions(Bounds):
    """About how many events the logs have, beside one that has none.

    Attributes:
        parts: Of :data:`bench.start_parts.PARTS`.
        rest_seconds: How long nothing is done before one looks at what is taken at rest.
        databases: Where views are counted.
        against: The folder of another build, which has an environment of its own.
    """

    events: Counts = (30_000, 300_000)
    parts: tuple[str, ...] = PARTS
    rest_seconds: Annotated[float, Field(gt=0, le=600)] = 10.0
    databases: tuple[Kind, ...] = KINDS
    against: Path | None = None

    @property
    def disk_bytes(self) -> int:
        copies = 3 if self.against is None else 5  # the log as it was filled, and each build's for now and for later
        return sum(self.events) * copies * (EVENT_BYTES + len(NAMES) * ROW_BYTES)


class _Size(NamedTuple):
    """One log.

    Attributes:
        template: The data folder in which it was filled; nothing was ever started on it.
    """

    template: Path
    goals: Sequence[GoalId]

    @property
    def events(self) -> int:
        return len(self.goals) * LIFE_EVENTS


_Key = tuple[str, int]
"""A build by name, and the events of a log."""


async def run(options: StartOptions, stages: Stages) -> Compared:
    """Fill the logs, and measure this build and the other one in turns."""
    now = conditions(options.directory)
    with workplace(options) as directory:
        sizes = [await _filled(directory, events, stages) for events in (0, *sorted(set(options.events)))]
        bench = _Bench(directory, sizes, beside(options.against), options, stages)
        cases = await bench.first_builds()
        if "restarts" in options.parts:
            cases += await bench.restarts()
        if "reads" in options.parts:
            cases += await bench.reads()
        async with databases(directory, options.databases if "counts" in options.parts else ()) as there:
            for kind in there.kinds:
                cases += await bench.counts(kind, there)
    return Compared(
        benchmark="start", options=options, conditions=now, cases=tuple(cases), at_best=None, unavailable=there.absent
    )


class _Bench:
    """The cases. The first one leaves a data folder for each build and size that the others begin with."""

    def __init__(
        self,
        directory: Path,
        sizes: Sequence[_Size],
        builds: Mapping[str, Build],
        options: StartOptions,
        stages: Stages,
    ):
        self._directory = directory
        self._sizes = sizes
        self._builds = builds
        self._options = options
        self._stages = stages

    async def first_builds(self) -> list[Case]:
        """All projections from position 0, each time over a copy of the log on which nothing was started."""
        turns = {
            (name, size.events): partial(self._build_anew, name, size)
            for size in self._sizes
            for name in self._builds
            if size.events
        }
        found = await self._in_turns("first builds", turns)
        cases = [case({"first build": "all", "events": each.events}, "events/s", *each.runs) for each in _stand(found)]
        return [*cases, *_memory("catching up", found)]

    async def restarts(self) -> list[Case]:
        """Over what the first builds have left, and over an empty log that was in use."""
        for size in self._sizes:
            for name, build in self._builds.items():
                if not size.events:
                    await restarted(build, self._copy(name, size), self._options.rest_seconds)
        turns = {
            (name, size.events): partial(restarted, build, self._place(name, size), self._options.rest_seconds)
            for size in self._sizes
            for name, build in self._builds.items()
        }
        found = await self._in_turns("restarts", turns)
        cases = [case({"restart": "to ready", "events": each.events}, "s", *each.runs) for each in _stand(found)]
        return [*cases, *_memory("at rest", found)]

    async def reads(self) -> list[Case]:
        """The same readings of ours over each log, by one connection; all installations run all the while."""
        cases: list[Case] = []
        async with AsyncExitStack() as stack:
            sizes = [size for size in self._sizes if size.events]
            running = [await stack.enter_async_context(installation(OURS, self._place("", size))) for size in sizes]
            for reading in READINGS:
                turns = {
                    ("", size.events): partial(self._read, there, _paths(reading, size))
                    for size, there in zip(sizes, running, strict=True)
                }
                found = await self._in_turns(f"readings: {reading}", turns)
                cases += [
                    case({"request": reading, "events": each.events}, "answers/s", *each.runs) for each in _stand(found)
                ]
        return cases

    async def counts(self, kind: Kind, there: Databases) -> list[Case]:
        """The rows of the views; on PostgreSQL, all projections are built there first."""
        async with AsyncExitStack() as stack:
            urls: dict[_Key, str] = {}
            for size in self._sizes:
                for name, build in self._builds.items():
                    if size.events and kind == "postgresql":
                        url = await stack.enter_async_context(there.new(kind))
                        with self._stages(f"building on {kind}, {size.events:,} events", 1) as stage:
                            await built(build, self._copy(f"{name}-{kind}", size), size.events, url)
                            stage.advance()
                        urls[name, size.events] = url
                    elif size.events:
                        urls[name, size.events] = f"sqlite:///{self._place(name, size) / _FILE}"
            found = {}
            for view in _VIEWS:
                turns = {key: partial(counted, url, view) for key, url in urls.items()}
                found[view] = await self._in_turns(f"{view}, {kind}", turns)
        cases = []
        for view, runs in found.items():
            for each in _stand(runs):
                ours, others = each.runs
                if view != _REFERENCE:
                    others = {**others, _REFERENCE: found[_REFERENCE]["", each.events]}
                cases.append(case({"rows of": view, "events": each.events, "database": kind}, "ms", ours, others))
        return cases

    async def _build_anew(self, name: str, size: _Size) -> Run:
        return await built(self._builds[name], self._copy(name, size), size.events)

    async def _read(self, there: Installation, paths: Sequence[str]) -> Run:
        async with http_connections(there.http_port, 1, there.token) as connections:
            return await read(connections, paths, self._options)

    async def _in_turns(self, what: str, turns: Mapping[_Key, Turn[Run]]) -> dict[_Key, list[Run]]:
        with self._stages(what, self._options.runs * len(turns)) as stage:
            return await in_turns(turns, self._options.runs, stage)

    def _place(self, name: str, size: _Size) -> Path:
        return self._directory / f"{name or OURS.name}-{size.events}".replace(" ", "-")

    def _copy(self, name: str, size: _Size) -> Path:
        """The place, with the log in it and nothing else."""
        place = self._place(name, size)
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(size.template, place)
        return place


class _Standing(NamedTuple):
    """Ours over a log of so many events; other builds over the same, and ours over shorter ones."""

    events: int
    runs: tuple[Sequence[Run], dict[str, Sequence[Run]]]


def _stand(found: Mapping[_Key, Sequence[Run]]) -> Iterator[_Standing]:
    for name, events in found:
        if not name:
            others = {other: runs for (other, of), runs in found.items() if other and of == events}
            shorter = {
                f"at {of:,} events": [run.model_copy(update={"processes": ()}) for run in runs]
                for (other, of), runs in found.items()
                if not other and of < events
            }
            yield _Standing(events, (found[name, events], {**others, **shorter}))


def _memory(when: str, found: Mapping[_Key, Sequence[Run]]) -> Iterator[Case]:
    """Of all processes together; for the longest log, of each that ours has."""
    if not all(run.processes for runs in found.values() for run in runs):
        return  # not Linux
    everything = {key: [_megabytes(run) for run in runs] for key, runs in found.items()}
    for each in _stand(everything):
        yield case({"memory": f"all, {when}", "events": each.events}, "MB", *each.runs)
    longest = max(events for _, events in found)
    for process in dict.fromkeys(use.process for run in found["", longest] for use in run.processes):
        if process != CLIENT:
            had = {
                key: [_megabytes(run, process) for run in runs]
                for key, runs in found.items()
                if all(process in (use.process for use in run.processes) for run in runs)
            }
            for each in _stand(had):
                if each.events == longest:
                    yield case({"memory": f"{process}, {when}", "events": longest}, "MB", *each.runs)


def _megabytes(run: Run, process: str | None = None) -> Run:
    """The memory of a process as a rate; of all but the client without a name."""
    uses = [use for use in run.processes if use.process != CLIENT and process in (None, use.process)]
    rate = round(sum(use.memory_mb for use in uses), 1)
    return run.model_copy(update={"rate": rate, "processes": ()})


def _paths(reading: Reading, size: _Size) -> list[str]:
    return list(dict.fromkeys(path(reading, goal_id) for goal_id in size.goals[:_GOALS_READ]))


async def _filled(directory: Path, events: int, stages: Stages) -> _Size:
    size = _Size(directory / f"log-{events}", goal_ids(ORG, events // LIFE_EVENTS))
    size.template.mkdir()
    await fill_data_dir(size.template, partial(_fill, goals=size.goals, stages=stages))
    return size


async def _fill(nc: ResilientClient, goals: Sequence[GoalId], stages: Stages) -> None:
    if goals:
        await fill_with_lives(nc, goals, stages)
