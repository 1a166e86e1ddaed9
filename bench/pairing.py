"""Measuring ours and the peers side by side, so that what else the machine does meets both."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from bench.ground import Ground, ground
from bench.options import Bounds, Stage
from bench.peers.peer import Peer
from bench.result import Case, Run, case

Measure = Callable[[Ground, int, Bounds], Awaitable[Run]]
"""One run on a ground with so many at once."""

_Who = TypeVar("_Who")
_Found = TypeVar("_Found")
Turn = Callable[[], Awaitable[_Found]]
"""One turn of whoever is measured: what it found."""


async def in_turns(turns: Mapping[_Who, Turn[_Found]], runs: int, stage: Stage) -> dict[_Who, list[_Found]]:
    """So many rounds, in each of which everyone has one turn, forwards and backwards in turn.

    Args:
        stage: Advanced by every turn.
    """
    found: dict[_Who, list[_Found]] = {name: [] for name in turns}
    for number in range(runs):
        for name in turns if number % 2 == 0 else reversed(list(turns)):
            found[name].append(await turns[name]())
            stage.advance()
    return found


async def paired(
    of: dict[str, int | str],
    unit: str,
    bounds: Bounds,
    at_once: int,
    ours: Measure,
    peers: Sequence[Peer],
    stage: Stage,
) -> Case:
    """One case: a round for each run, of ours and the peers on fresh servers, forwards and backwards in turn."""
    runs: dict[str, list[Run]] = {"": [], **{peer.name: [] for peer in peers}}
    for number in range(bounds.runs):
        measures = [("", ours), *((peer.name, peer.appends) for peer in peers)]
        if number % 2:
            measures.reverse()
        async with ground(bounds) as fresh:
            for name, measure in measures:
                runs[name].append(await measure(fresh, at_once, bounds))
        stage.advance()
    return case(of, unit, runs.pop(""), runs)
