"""`cairn bench http`: what the gateway of a whole installation answers over HTTP, with a record of each reading.

N connections stay open, and each has one request under way. Clients read what an application reads and submit daily
entries. Another build of Cairn, and servers that answer from the same database file, take turns with it. Then goals
with few and with many diary entries are read: the time, and the bytes of the answer.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import Field

from bench.builds import beside
from bench.clinic import clinic_goals, fill_clinic
from bench.driving import drive
from bench.entry import entry
from bench.filling import fill
from bench.gateway import ORG
from bench.http_connection import http_connections
from bench.http_load import read, read_once, submit
from bench.http_requests import PAGES, READINGS, REQUESTS, Page, Reading, Request, path
from bench.life import BEGINNING, Step, activation, goal_ids, life
from bench.live import Live, live
from bench.machine import conditions
from bench.options import Bounds, Concurrency, Count, Stages
from bench.pairing import Turn, in_turns
from bench.peers import READERS, bare_route, datasette
from bench.peers.peer import Unavailable
from bench.peers.reader import Reader
from bench.result import Absent, Case, Compared, Run, case
from events.identity import GoalId
from events.log.client.resilient import ResilientClient

_OVER_NATS = "over NATS"
_ONE, _ALL = "one goal", "a patient's goals"
_DIARY_DAYS = 300

_Door = tuple[int, str | None]
"""The port of a server, and the token that it asks for."""


class HttpOptions(Bounds):
    """What is asked, over how many connections, one case each, and how many active goals of 20 events there are.

    Attributes:
        patients: Of a clinic whose goals are asked about instead; None for no clinic.
        events: About how many that clinic has.
        entries: Of goals that are read by themselves, one group of cases each; none when empty.
        against: The folder of another build, which has an environment of its own.
        datasette: The command that runs Datasette.
    """

    requests: Annotated[tuple[Request, ...], Field(min_length=1)] = REQUESTS
    connections: Concurrency = (1, 8, 32, 64)
    goals: Count = 1000
    patients: Count | None = None
    events: Count = 200_000
    entries: tuple[Count, ...] = (20, 100, 6000)
    against: Path | None = None
    peers: tuple[str, ...] = READERS
    datasette: str = datasette.COMMAND


async def run(options: HttpOptions, stages: Stages) -> Compared:
    """Measure each request over each number of connections, all on one installation of each build."""
    now = conditions(options.directory)
    goals = _goals(options)
    sized = {entries: GoalId(ORG, f"z{entries}", "walk") for entries in sorted(set(options.entries))}
    cases: list[Case] = []
    async with AsyncExitStack() as stack:
        installations = {}
        builds = beside(options.against)
        with stages("starting", len(builds)) as stage:
            for name, build in builds.items():
                filling = partial(_fill, options=options, goals=goals, sized=sized)
                installations[name] = await stack.enter_async_context(live(build, options, goals, filling))
                stage.advance()
        readers, absent = await _readers(installations[""], options, stack)
        bench = _Bench(installations, readers, options, stages)
        for reading in READINGS:
            if reading in options.requests:
                cases += await bench.read(reading, goals)
        for page in PAGES:
            if page in options.requests:
                cases += await bench.look(page, goals)
        cases += await bench.read_sized(sized)
        if "submit" in options.requests:
            cases += await bench.submit()
    return Compared(
        benchmark="http", options=options, conditions=now, cases=tuple(cases), at_best=None, unavailable=absent
    )


class _Bench:
    """The cases, over what is running."""

    def __init__(
        self, running: Mapping[str, Live], readers: Mapping[str, Reader], options: HttpOptions, stages: Stages
    ):
        self._running = running
        self._readers = readers
        self._options = options
        self._stages = stages

    async def read(self, reading: Reading, goals: Sequence[GoalId]) -> list[Case]:
        """A reading for the first time, and then over each number of connections."""
        paths = list(dict.fromkeys(path(reading, goal_id) for goal_id in goals))
        cases = [await self._for_the_first_time(reading, paths)]
        if self._readers:
            answers = await _answers(self._running[""], paths)
            for reader in self._readers.values():
                await reader.prepare(answers)
        for width in self._options.connections:
            turns: dict[str, Turn[Run]] = {
                name: partial(self._read, _door(there), paths, width) for name, there in self._running.items()
            }
            for name, reader in self._readers.items():
                theirs = list(dict.fromkeys(reader.path(reading, goal_id) for goal_id in goals))
                turns[name] = partial(self._read, (reader.port, None), theirs, width)
            cases.append(await self._case({"request": reading, "connections": width}, turns))
        return cases

    async def _for_the_first_time(self, reading: Reading, paths: Sequence[str]) -> Case:
        """Every path once, over one connection: whatever remembers what it has answered has nothing to remember yet."""
        of: dict[str, int | str] = {"request": reading, "each": "for the first time"}
        with self._stages(f"{reading} for the first time", len(self._running)) as stage:
            turns = {name: partial(self._once_around, _door(there), paths) for name, there in self._running.items()}
            runs = await in_turns(turns, 1, stage)
        return case(of, "answers/s", runs.pop(""), runs)

    async def look(self, page: Page, goals: Sequence[GoalId]) -> list[Case]:
        """A page over each number of connections. It is nothing that a peer could answer with out of a table."""
        paths = list(dict.fromkeys(path(page, goal_id) for goal_id in goals))
        return [
            await self._case(
                {"request": page, "connections": width},
                {name: partial(self._read, _door(there), paths, width) for name, there in self._running.items()},
            )
            for width in self._options.connections
        ]

    async def submit(self) -> list[Case]:
        """Entries over each number of connections, and as many at a time over NATS."""
        cases = []
        for width in self._options.connections:
            turns: dict[str, Turn[Run]] = {
                name: partial(self._submit, there, width) for name, there in self._running.items()
            }
            turns[_OVER_NATS] = partial(self._submit_over_nats, self._running[""], width)
            cases.append(await self._case({"request": "submit", "connections": width}, turns))
        return cases

    async def read_sized(self, goals: Mapping[int, GoalId]) -> list[Case]:
        """A goal with so many entries over one with fewer, by one connection; and the bytes of the answers."""
        cases = []
        for what in (_ONE, _ALL):
            paths = {entries: path("goal", goal_id) for entries, goal_id in goals.items()}
            if what == _ALL:
                paths = {entries: one.rpartition("/")[0] for entries, one in paths.items()}
            turns: dict[tuple[str, int], Turn[Run]] = {
                (name, entries): partial(self._read, _door(there), [where], 1)
                for entries, where in paths.items()
                for name, there in self._running.items()
            }
            with self._stages(f"{what} by entries", self._options.runs * len(turns)) as stage:
                found = await in_turns(turns, self._options.runs, stage)
            sizes = {(name, entries): [await _size(self._running[name], paths[entries])] for name, entries in turns}
            for entries in paths:
                of: dict[str, int | str] = {"request": what, "entries": entries}
                cases.append(case(of, "answers/s", *_beside(found, entries)))
                cases.append(case({**of, "of": "answer"}, "bytes", *_beside(sizes, entries)))
        return cases

    async def _case(self, of: dict[str, int | str], turns: Mapping[str, Turn[Run]]) -> Case:
        with self._stages(
            f"{of['request']}, {of['connections']} connections", self._options.runs * len(turns)
        ) as stage:
            runs = await in_turns(turns, self._options.runs, stage)
        return case(of, "answers/s", runs.pop(""), runs)

    async def _read(self, door: _Door, paths: Sequence[str], width: int) -> Run:
        port, token = door
        async with http_connections(port, width, token) as connections:
            return await read(connections, paths, self._options)

    async def _once_around(self, door: _Door, paths: Sequence[str]) -> Run:
        port, token = door
        async with http_connections(port, 1, token) as connections:
            return await read_once(connections[0], paths)

    async def _submit(self, there: Live, width: int) -> Run:
        port, token = _door(there)
        async with http_connections(port, width, token) as connections:
            return await submit(connections, there.goals, there.numbers, self._options)

    async def _submit_over_nats(self, there: Live, width: int) -> Run:
        submitters = there.submitters(width)
        return await drive(width, lambda number: submitters[number].submit(), self._options)


def _beside(
    found: Mapping[tuple[str, int], Sequence[Run]], entries: int
) -> tuple[Sequence[Run], dict[str, Sequence[Run]]]:
    """Ours with so many entries; other builds with as many, and ours with fewer."""
    others = {name: runs for (name, of), runs in found.items() if name and of == entries}
    fewer = {f"at {of} entries": runs for (name, of), runs in found.items() if not name and of < entries}
    return found["", entries], {**others, **fewer}


async def _answers(there: Live, paths: Sequence[str]) -> dict[str, bytes]:
    port, token = _door(there)
    async with http_connections(port, 1, token) as (connection,):
        return {path: await connection.get(path) for path in paths}


async def _size(there: Live, path: str) -> Run:
    return Run(operations=1, seconds=0.0, rate=float(len((await _answers(there, [path]))[path])))


def _door(there: Live) -> _Door:
    return there.installation.http_port, there.installation.token


def _goals(options: HttpOptions) -> Sequence[GoalId]:
    if options.patients is not None:
        return clinic_goals(ORG, options.patients)
    return goal_ids(ORG, max(options.goals, *options.connections))


async def _fill(
    nc: ResilientClient, options: HttpOptions, goals: Sequence[GoalId], sized: Mapping[int, GoalId]
) -> None:
    if options.patients is not None:
        await fill_clinic(nc, ORG, options.patients, options.events)
    else:
        await fill(nc, goals, life)
    for entries, goal_id in sized.items():
        await fill(nc, [goal_id], partial(_diary, entries=entries))


def _diary(goal_id: GoalId, entries: int) -> Iterator[Step]:
    """From the opened plan to the active goal, and so many entries over a part of a year."""
    yield from activation(goal_id)
    for number in range(entries):
        yield (entry(goal_id, number, BEGINNING + timedelta(days=_DIARY_DAYS * number // entries)),)


async def _readers(
    there: Live, options: HttpOptions, stack: AsyncExitStack
) -> tuple[dict[str, Reader], tuple[Absent, ...]]:
    """The servers that answer from the same file, and those that are not there."""
    ways: dict[str, Callable[[Path, Path], AbstractAsyncContextManager[Reader]]] = {
        "bare_route": bare_route.opened,
        "datasette": partial(datasette.opened, command=options.datasette),
    }
    file = there.installation.data_dir / "cairn.db"
    present: dict[str, Reader] = {}
    absent = []
    for name in dict.fromkeys(options.peers):
        try:
            present[name] = await stack.enter_async_context(ways[name](file, file.parent / "logs"))
        except Unavailable as reason:
            absent.append(Absent(name=name, unavailable=str(reason)))
    return present, tuple(absent)
