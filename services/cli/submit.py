"""`cairn submit`: offer events line by line, and print what became of each."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, BinaryIO
from weakref import WeakValueDictionary

import click

from services.cli.connection import connected
from services.cli.parameters import nats_url_option
from services.cli.printing import Json, print_json

if TYPE_CHECKING:
    from nats.aio.client import Client

    from events.errors import Rejected
    from events.identity import GoalId

IN_FLIGHT = 256
_OVERTAKING = (
    "Not tried, because an earlier event of this patient has no certain answer. Submit it again after that one."
)


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--patience",
    type=click.FloatRange(min=0),
    default=30.0,
    show_default=True,
    help="Seconds to go on offering an event while nothing can be recorded.",
)
@click.option("--json", "as_json", is_flag=True, help="Accepted as everywhere; outcomes are JSON in any case.")
@nats_url_option
def submit(file: BinaryIO, patience: float, as_json: bool, nats_url: str | None) -> None:
    """Offer the events in FILE (or - for standard input): structured CloudEvents, one JSON object a line.

    Prints one outcome a line, in the order of the events. Events of one patient are offered one after another, as a
    goal builds on its plan; those of different patients side by side. Empty lines are passed over. The exit code is
    1 when an event was rejected.
    """
    if asyncio.run(_submit(file, nats_url, patience)):
        raise click.exceptions.Exit(1)


async def _submit(file: BinaryIO, nats_url: str | None, patience: float) -> int:
    from events.envelope import MAX_EVENT_BYTES
    from services.cli.lines import lines_of
    from services.cli.progress import SlowProgress

    rejected = 0
    async with connected(nats_url) as nc:
        outcomes = in_order(lines_of(file, MAX_EVENT_BYTES), Lanes(nc, patience).outcome)
        with SlowProgress("events", shown=not sys.stdout.isatty()) as progress:
            async for outcome in outcomes:
                print_json(outcome, indent=None)
                progress.advance()
                rejected += outcome.get("status") != "recorded"
    return rejected


class Lanes:
    """Offers events, those of one patient in the order in which they are handed in."""

    def __init__(self, nc: "Client", patience: float):
        self._nc = nc
        self._patience = patience
        self._left = patience
        self._turns: WeakValueDictionary[GoalId, asyncio.Lock] = WeakValueDictionary()
        self._stuck: set[GoalId] = set()

    async def outcome(self, line: bytes) -> Json:
        """The outcome of one line; also of one that cannot be sent anywhere."""
        from events.errors import Rejected
        from events.submission import addressee

        try:
            goal_id = addressee(line)
        except Rejected as rejection:
            return _rejected(rejection)
        turn = self._turns.setdefault(goal_id.plan, asyncio.Lock())  # a lock lets in who came first
        async with turn:
            return await self._in_turn(goal_id, line)

    async def _in_turn(self, goal_id: "GoalId", line: bytes) -> Json:
        from events.errors import RETRYABLE, Rejected
        from services.submission_client import offer

        if goal_id.plan in self._stuck:
            return _rejected(Rejected("log.unavailable", _OVERTAKING))
        outcome = await offer(self._nc, goal_id, line, self._left)
        if outcome.get("code") in RETRYABLE:
            self._stuck.add(goal_id.plan)  # a later event of the patient could overtake this one
            self._left = 0  # whoever comes next need not wait as long for the same trouble
        else:
            self._left = self._patience
        return outcome


def _rejected(rejection: "Rejected") -> Json:
    from events.outcome import RejectedOutcome

    return RejectedOutcome.of(rejection).model_dump(mode="json", exclude_none=True)


async def in_order(lines: AsyncIterator[bytes], answer: Callable[[bytes], Awaitable[Json]]) -> AsyncIterator[Json]:
    """The answers to lines in their order, many of them asked for at once."""
    asked: asyncio.Queue[asyncio.Task[Json] | None] = asyncio.Queue(maxsize=IN_FLIGHT)

    async def ask() -> None:
        try:
            async for line in lines:
                await asked.put(asyncio.ensure_future(answer(line)))
        finally:
            await asked.put(None)

    asking = asyncio.create_task(ask())
    while (task := await asked.get()) is not None:
        yield await task
    await asking
