"""`cairn log void`: declare void a message of the log that cannot be read."""

import asyncio
from typing import TYPE_CHECKING

import click

from services.cli.connection import connected
from services.cli.parameters import GoalIdType, json_option, nats_url_option, operator_option
from services.cli.printing import print_json

if TYPE_CHECKING:
    from events.identity import GoalId
    from events.log.client.resilient import ResilientClient
    from events.outcome import Outcome
    from services.goals.voiding import VoidRequest

_VOID_ANSWER_SECONDS = 30.0


@click.command()
@click.argument("goal_id", metavar="ORG.PATIENT.GOAL", type=GoalIdType())
@click.argument("position", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Why the message is void; it stays in the record for ever.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@operator_option
@json_option
@nats_url_option
def void(
    goal_id: "GoalId", position: int, reason: str, yes: bool, by: str, as_json: bool, nats_url: str | None
) -> None:
    """Void the message at POSITION of the log, on the subject of a goal (or of a plan: ORG.PATIENT.plan).

    Only a message that this version of Cairn cannot read can be voided. A later event records that it is void, and
    every reader ignores the message from then on; it stays in the log. This cannot be undone: if a newer version of
    Cairn can read the message, update Cairn instead.

    The goals service records it, so it has to run. The exit code is 1 when nothing was voided.
    """
    from pydantic import ValidationError

    from events.outcome import RecordedOutcome
    from events.wrong_values import wrong_values
    from services.goals.voiding import VoidRequest

    try:
        request = VoidRequest(position=position, reason=reason, actor=by)
    except ValidationError as error:
        wrong = wrong_values(error)[0]
        raise click.UsageError(f"--{wrong.where[0]}: {wrong.sentence}") from None
    outcome = asyncio.run(_void(nats_url, goal_id, request, ask_first=not yes))
    if as_json:
        print_json(outcome.model_dump(mode="json", exclude_none=True))
    if not isinstance(outcome, RecordedOutcome):
        if as_json:
            raise click.exceptions.Exit(1)
        raise click.ClickException(f"{outcome.code}: {outcome.detail}")
    if not as_json:
        (recorded,) = outcome.events
        when = "was void before" if outcome.duplicate else "is void"
        click.echo(f"The message at position {position} {when}: position {recorded.position} says so.")


async def _void(nats_url: str | None, goal_id: "GoalId", request: "VoidRequest", *, ask_first: bool) -> "Outcome":
    from events.identity import VOID
    from events.outcome import RecordedOutcome
    from services.submission_client import ask

    async with connected(nats_url) as nc:
        if ask_first:
            shown = await _shown(nc, goal_id, request.position)
            await asyncio.to_thread(click.confirm, f"{shown}\nVoid it for good?", abort=True, err=True)
        body = request.model_dump_json().encode()
        outcome = await ask(nc, goal_id.on(VOID), body, {"content-type": "application/json"}, _VOID_ANSWER_SECONDS)
        if isinstance(outcome, RecordedOutcome) and not outcome.duplicate:
            await _record(nc, goal_id, request)
        return outcome


async def _record(nc: "ResilientClient", goal_id: "GoalId", request: "VoidRequest") -> None:
    """Record the operator's act, which `cairn log acts` lists, beside the event in the log."""
    from events.log import Log
    from events.log.anchor import BEGINNING
    from services.administration.application import Act
    from services.administration.recording import record_act
    from services.cli.configuration import load_settings

    settings = load_settings()
    stream = settings.placement.stream_of(goal_id.org)
    log = Log(nc, stream)
    try:
        anchor = await log.anchor(request.position) or BEGINNING
        head = (await log.state()).last
    finally:
        await log.close()
    act = Act("voided", stream, request.actor, request.reason, request.position, anchor.fingerprint, head)
    await record_act(nc, act, settings.log_replicas)


async def _shown(nc: "ResilientClient", goal_id: "GoalId", position: int) -> str:
    """Describe the message at the position, without anything that a patient may have written."""
    from events.identity import LOG
    from events.log import Log
    from events.voiding import reason_unreadable
    from services.cli.configuration import load_settings

    log = Log(nc, load_settings().placement.stream_of(goal_id.org))
    try:
        stored = await log.read_stored(goal_id.on(LOG))
    finally:
        await log.close()
    message = next((each for each in stored if each.position == position), None)
    if message is None:
        return f"There is no message of {goal_id} at position {position}."
    reason = reason_unreadable(message)
    why = f"It cannot be read: {reason}" if reason else "It can be read, so this will be refused."
    recorded = message.recorded_at.isoformat(timespec="seconds")
    return f"Position {position} of {goal_id}: {len(message.data):,} bytes, recorded {recorded}. {why}"
