"""Submitting to an installation from outside, and seeing when what was recorded is visible in every projection."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from time import perf_counter
from typing import NamedTuple

from nats.aio.client import Client

from bench.announced import Announced
from bench.builds import Build
from bench.driving import all_of, drive, pace
from bench.filling import fill
from bench.ground import Filling, fill_data_dir, workplace
from bench.installation import Installation, installation
from bench.life import activation
from bench.options import Bounds, Options
from bench.processes import Processes
from bench.result import Run
from bench.submitter import Submitter
from events.identity import GoalId
from events.log import connect
from projections.catalog import NAMES

_WARMING = 16
"""How many submit at once before the clock runs."""


class Live(NamedTuple):
    """An installation whose projections have all of the log, and some active goals.

    Attributes:
        nc: The connection of this process, which is the client's.
        numbers: Of the entries.
    """

    installation: Installation
    nc: Client
    goals: Sequence[GoalId]
    numbers: Iterator[int]

    def submitters(self, count: int) -> list[Submitter]:
        """So many, each with goals of its own."""
        return [Submitter(self.nc, self.goals[number::count], self.numbers) for number in range(count)]


class Seen(NamedTuple):
    """One load: the submissions, and how long after its outcome each was visible in every projection.

    Attributes:
        visible: None where that is not measured.
    """

    submitted: Run
    visible: Run | None = None


class Visibility:
    """Takes note of what was recorded, and hears when every projection has it."""

    def __init__(self) -> None:
        self._projections = {name: Announced() for name in NAMES}
        self._recorded: list[tuple[int, float]] = []
        self._began = perf_counter()

    @asynccontextmanager
    async def listening(self, nc: Client) -> AsyncIterator[None]:
        """Hear the projections meanwhile."""
        async with AsyncExitStack() as stack:
            for name, announced in self._projections.items():
                await stack.enter_async_context(announced.listening(nc, name))
            yield

    def recorded(self, position: int) -> None:
        """An outcome has arrived just now."""
        self._recorded.append((position, perf_counter()))

    async def run(self) -> Run:
        """Wait until all is visible; how long each took, 0 where the projections were quicker than the outcome."""
        lags = []
        for position, at in self._recorded:
            seen = [await announced.reach(position) for announced in self._projections.values()]
            lags.append(max(0.0, max(seen) - at))
        return Run.of(len(lags), perf_counter() - self._began, lags)


@asynccontextmanager
async def live(
    build: Build, options: Options, goals: Sequence[GoalId], filling: Filling | None = None
) -> AsyncIterator[Live]:
    """An installation of its own, with some active goals, each of which was submitted to once.

    Args:
        filling: Makes them. Without it, they were activated a day ago, and nothing has happened to them since: their
            reviews lie ahead, so that reminders have no notice to give while something is measured.
    """
    with workplace(options) as directory:
        begins = datetime.now(UTC) - timedelta(days=1)
        activated = partial(fill, goals=goals, life=partial(activation, begins=begins))
        await fill_data_dir(directory, filling or activated)
        async with installation(build, directory) as ready:
            nc = await connect(ready.nats_url, name="cairn bench")
            try:
                there = Live(ready, nc, goals, count(1))
                await _once_around(there)
                yield there
            finally:
                await nc.close()


async def at_once(there: Live, clients: int, bounds: Bounds) -> Seen:
    """So many submissions are in flight, until the bounds are reached."""
    submitters, visibility = there.submitters(clients), Visibility()

    async def submit(client: int) -> None:
        _, position = await submitters[client].submit()
        visibility.recorded(position)

    async with visibility.listening(there.nc):
        processes = Processes(there.installation.pid)
        submitted = await drive(clients, submit, bounds)
        submitted = submitted.model_copy(update={"processes": processes.use()})
        return Seen(submitted, await visibility.run())


async def steadily(there: Live, rate: float, seconds: float) -> Seen:
    """Submissions begin at a steady rate; one that begins late because of this process was late from then on."""
    (submitter,), visibility = there.submitters(1), Visibility()
    latencies: list[float] = []

    async def submit(_: int, due: float) -> None:
        recorded = await submitter.submit()
        latencies.append(perf_counter() - due)
        visibility.recorded(recorded[1])

    async with visibility.listening(there.nc):
        processes, began = Processes(there.installation.pid), perf_counter()
        await pace(rate, seconds, submit)
        submitted = Run.of(len(latencies), perf_counter() - began, latencies, processes.use())
        return Seen(submitted, await visibility.run())


async def _once_around(there: Live) -> None:
    """One entry for each goal: the goals service has then loaded them all, and the projections have come to the end."""
    submitters, visibility = there.submitters(min(_WARMING, len(there.goals))), Visibility()
    async with visibility.listening(there.nc):
        await all_of(submitter.once_around() for submitter in submitters)
        visibility.recorded((await submitters[0].submit())[1])
        await visibility.run()
