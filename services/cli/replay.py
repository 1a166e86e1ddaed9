"""`cairn replay`: a goal's whole history from the log itself, and the state that follows from it."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from services.cli.access_recording import CommandReadings, purpose_option
from services.cli.connection import connected
from services.cli.parameters import GoalIdType, json_option, moment_options, nats_url_option
from services.cli.printing import Json, print_json

if TYPE_CHECKING:
    from events.event import RecordedEvent
    from events.identity import GoalId
    from services.gateway.as_of import Moment


@click.command()
@click.argument("goal_id", metavar="ORG.PATIENT.GOAL", type=GoalIdType())
@moment_options
@purpose_option
@json_option
@nats_url_option
def replay(
    goal_id: "GoalId", as_of: datetime | None, position: int | None, by: str, as_json: bool, nats_url: str | None
) -> None:
    """Show the history of a goal (or of a plan: ORG.PATIENT.plan), event by event, and the state after each.

    Reads the log itself: no service and no projection has to run.
    """
    from services.gateway.as_of import Moment

    moment = Moment(position, as_of, "happened" if by == "happened" else "recorded")
    own, read, zone = asyncio.run(_read(nats_url, goal_id, moment))
    if not own:
        when = " up to then" if as_of or position is not None else ""
        raise click.ClickException(f"The log has no events of {goal_id}{when}.")
    if as_json:
        from events.envelope import to_cloudevent

        cloudevents = [to_cloudevent(event) for event in own]
        print_json({"plan" if goal_id.is_plan else "goal": read, "events": cloudevents})
        return
    from services.cli.goal_printer import print_goal
    from services.cli.history_printer import print_history

    print_history(goal_id, own, zone)
    if read is not None:
        print_goal(read)


async def _read(
    nats_url: str | None, goal_id: "GoalId", moment: "Moment"
) -> "tuple[list[RecordedEvent], Json | None, str | None]":
    """The goal's events up to the moment, its state then (HTTP's `as_of`, with its diary), and the plan's time zone."""
    from events.goal.reading import PARTS, read_goal
    from events.identity import LOG
    from events.log import Log
    from events.plan.reading import read_plan
    from projections.goal_state.patient.record import fold_patient
    from services.cli.configuration import load_settings
    from services.gateway.as_of import looked_at, up_to

    stream = load_settings().placement.stream_of(goal_id.org)
    async with connected(nats_url) as nc:
        log = Log(nc, stream)
        if moment.position is not None and moment.position > (head := await log.head()):
            raise click.UsageError(f"The log ends at position {head}; it has no position {moment.position}.")
        of_patient, unreadable = await log.read_patient_in_part(goal_id)
        seen = {goal_id.org: (goal_id.patient,)} if of_patient else {}
        await CommandReadings(nc).record(seen, reading="history", operation="replay", interaction="history-instance")
    for needed in (goal_id, goal_id.plan):
        if (error := unreadable.get(needed.on(LOG))) and not moment.is_before(error.position):
            raise click.ClickException(
                f"The message at position {error.position}, of {needed}, cannot be read by this version of Cairn:"
                f" {error.reason}"
            )
    counted = list(up_to(moment, of_patient))
    own = [event for event in counted if event.goal_id == goal_id]
    record = fold_patient(counted)
    zone = record.plan.time_zone if record.plan else None
    at = looked_at(moment, of_patient, datetime.now(UTC))
    if goal_id.is_plan:
        return own, read_plan(record.plan, at=at) if record.plan else None, zone
    state = record.goal(goal_id.goal)
    if state is None:
        return own, None, zone
    return own, read_goal(state, record.plan, at=at, others=record.others(state), include=PARTS), zone
