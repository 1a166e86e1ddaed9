"""The loads of `cairn bench http`: connections that stay open, each with one request under way."""

from collections.abc import Iterator, Sequence
from itertools import cycle

from bench.driving import drive
from bench.entries import Entries
from bench.http_connection import HttpConnection
from bench.options import MOST_SECONDS, Bounds
from bench.result import Run
from events.envelope import STRUCTURED
from events.identity import GoalId


async def read(connections: Sequence[HttpConnection], paths: Sequence[str], bounds: Bounds) -> Run:
    """One run: each connection goes round a part of the paths, or round all where there are fewer than connections."""
    parts = [cycle(paths[number :: len(connections)] or paths) for number in range(len(connections))]
    return await drive(len(connections), lambda number: connections[number].get(next(parts[number])), bounds)


async def read_once(connection: HttpConnection, paths: Sequence[str]) -> Run:
    """One run: one connection reads each of the paths once."""
    left = iter(paths)
    return await drive(1, lambda _: connection.get(next(left)), Bounds(seconds=MOST_SECONDS, count=len(paths)))


async def submit(
    connections: Sequence[HttpConnection], goals: Sequence[GoalId], numbers: Iterator[int], bounds: Bounds
) -> Run:
    """One run: each connection submits entries that go round a part of the goals."""
    entries = [Entries(goals[number :: len(connections)], numbers) for number in range(len(connections))]

    async def post(number: int) -> None:
        _, body = entries[number].make()
        await connections[number].post("/v1/events", STRUCTURED, body)

    return await drive(len(connections), post, bounds)
