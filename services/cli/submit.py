"""`cairn submit`: submit events line by line, and print the outcome of each."""

import asyncio
import sys
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

import click

from services.cli.connection import connected
from services.cli.parameters import nats_url_option
from services.cli.printing import Json, print_json

if TYPE_CHECKING:
    from events.log.client.resilient import ResilientClient

LINES_IN_HAND = 256


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--patience",
    type=click.FloatRange(min=0),
    default=30.0,
    show_default=True,
    help="Seconds to go on submitting an event while nothing can be recorded.",
)
@click.option("--json", "as_json", is_flag=True, help="Accepted as everywhere; outcomes are JSON in any case.")
@nats_url_option
def submit(file: BinaryIO, patience: float, as_json: bool, nats_url: str | None) -> None:
    """Submit the events in FILE (or - for standard input): structured CloudEvents, one JSON object on each line.

    Prints one outcome on each line, in the order of the events. Events of one patient are submitted one after another,
    as a goal builds on its plan; those of different patients side by side. Empty lines are ignored. The exit code is
    1 when an event was rejected.
    """
    if asyncio.run(_submit(file, nats_url, patience)):
        raise click.exceptions.Exit(1)


async def _submit(file: BinaryIO, nats_url: str | None, patience: float) -> int:
    from events.envelope import MAX_EVENT_BYTES
    from services.cli.lines import lines_of
    from services.cli.progress import SlowProgress
    from services.per_patient_order import outcomes_in_order

    rejected = 0
    async with connected(nats_url) as nc:
        outcome_of = LineSubmitter(nc, patience).outcome
        async with aclosing(outcomes_in_order(lines_of(file, MAX_EVENT_BYTES), outcome_of, LINES_IN_HAND)) as outcomes:
            with SlowProgress("events", shown=not sys.stdout.isatty()) as progress:
                async for outcome in outcomes:
                    print_json(outcome, indent=None)
                    progress.advance()
                    rejected += outcome.get("status") != "recorded"
    return rejected


class LineSubmitter:
    """Submits lines. Those of one patient are submitted in the order in which `outcome` is called for them."""

    def __init__(self, nc: "ResilientClient", patience: float):
        from services.per_patient_order import PerPatientOrder
        from services.submission_client import STOP_WHEN_UNCERTAIN_JSON, SubmissionClient

        self._client = SubmissionClient(nc, patience)
        self._order: PerPatientOrder[Json] = PerPatientOrder(STOP_WHEN_UNCERTAIN_JSON)

    async def outcome(self, line: bytes) -> Json:
        """The outcome of one line. A line whose subject cannot be read is rejected without being sent."""
        from events.errors import Rejected
        from events.outcome import RejectedOutcome
        from events.submission import addressee

        try:
            goal_id = addressee(line)
        except Rejected as rejection:
            return RejectedOutcome.of(rejection).model_dump(mode="json", exclude_none=True)
        return await self._order.submit(goal_id.plan, partial(self._client.submit, goal_id, line))
